/** A download that was in its place when the process was killed, before anybody had written down what it is. */
import { expect, test } from '@jest/globals';
import { KillableDevice } from '../support/killable-device.ts';
import { ModelService } from '../support/model-service.ts';
import { serviceTree } from '../support/sync-world.ts';

const DISK = { order: 'ordered' } as const;
/** More than the sync of two files makes. */
const CALLS_MAX = 500;
/** As many at least. */
const KILLS_MIN = 50;

/** Two devices; the second was killed at a call while it fetched what the first had sent. Undefined: it came to its end before. */
async function killedAt(
  call: number,
): Promise<{ a: KillableDevice; b: KillableDevice; service: ModelService } | undefined> {
  const service = new ModelService();
  const [a, b] = [
    await KillableDevice.link(service, { ...DISK, number: 1 }),
    await KillableDevice.link(service, { ...DISK, number: 2 }),
  ];
  a.user.mkdir('d');
  a.user.write('d/one', 'one');
  a.user.write('two', 'two');
  await a.sync();
  // What it did before is the link.
  const fatal = b.process.log.length + call;
  if (!(await b.syncUntilKilled(({ number }) => (number === fatal ? 'killed-after' : undefined)))) return undefined;
  b.restart();
  return { a, b, service };
}

async function* everyKill() {
  for (let call = 1; call < CALLS_MAX; call++) {
    const world = await killedAt(call);
    if (world === undefined) {
      expect(call).toBeGreaterThan(KILLS_MIN);
      return;
    }
    yield { call, ...world };
  }
  throw new Error('the sync does not come to its end');
}

test('killed at any call, what was deleted elsewhere since does not come back', async () => {
  for await (const { call, a, b, service } of everyKill()) {
    a.user.remove('two');
    a.user.remove('d');
    await a.sync();
    expect(await b.sync()).toMatchObject({ kind: 'rested', problems: [] });
    expect({ call, tree: serviceTree(service) }).toEqual({ call, tree: new Map() });
    expect({ call, tree: b.user.tree() }).toEqual({ call, tree: new Map() });
  }
});

test('killed at any call, what was renamed and edited elsewhere since is there once', async () => {
  for await (const { call, a, b, service } of everyKill()) {
    a.user.rename('two', 'three');
    a.user.write('d/one', 'one and more');
    await a.sync();
    await b.sync();
    const tree = new Map([
      ['d', undefined],
      ['d/one', 'one and more'],
      ['three', 'two'],
    ]);
    expect({ call, tree: serviceTree(service) }).toEqual({ call, tree });
    expect({ call, tree: b.user.tree() }).toEqual({ call, tree });
  }
});
