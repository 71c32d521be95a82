import { describe, expect, test } from '@jest/globals';
import { createCanaryHandler } from '../../lambdas/canary/create-canary-handler.ts';
import { CANARY_STEPS, runCanary } from '../../lambdas/canary/run-canary.ts';
import { CANARY, CanaryWorld } from '../support/canary-world.ts';
import { SeededRandom } from '../support/seeded-random.ts';

function dependenciesOf(world: CanaryWorld, seed = 'canary') {
  const { clock } = world.service.stores;
  return { wire: world, apiUrl: world.apiUrl, clock, random: new SeededRandom(seed) };
}

const run = (world: CanaryWorld, seed?: string) => runCanary({ ...dependenciesOf(world, seed), credentials: CANARY });

/** Answers to requests of this kind become this. */
const answering = (pattern: RegExp, status: number, body: string) => (world: CanaryWorld) => {
  world.tamper = ({ method, url }, answer) =>
    pattern.test(`${method} ${url}`) ? { status, body: Buffer.from(body) } : answer;
};

describe('the canary', () => {
  test('does all of its steps where the service serves, and leaves nothing behind, however often it runs', async () => {
    const world = new CanaryWorld();
    for (const seed of ['first', 'second', 'third']) {
      const { failed, stepsMs } = await run(world, seed);
      expect(failed).toBeUndefined();
      expect(Object.keys(stepsMs)).toEqual([...CANARY_STEPS]);
    }
    const caller = { subject: CANARY.email };
    const account = await world.service.invoke('getAccount', {}, caller);
    expect(account).toMatchObject({ ok: true, value: { usedBytes: 0 } });
    const listed = await world.service.invoke('listDevices', {}, caller);
    expect(listed.ok && listed.value.devices.map(({ name }) => name)).toEqual(['canary author', 'canary reader']);
  });

  test.each<[what: string, step: string, why: string, break_: (world: CanaryWorld) => void]>([
    [
      'the password is wrong',
      'signIn',
      'NotAuthorizedException',
      answering(/pool\.memory/, 400, '{"__type":"NotAuthorizedException"}'),
    ],
    ['the API is away', 'signIn', 'GET /v1/configuration answered 503', answering(/v1/, 503, '{}')],
    ['a socket does not open', 'connect', 'POST /v1/socket answered 500', answering(/\/v1\/socket$/, 500, '{}')],
    ['bytes are not taken', 'store', 'the store answered 403 to the bytes', answering(/^PUT/, 403, '')],
    ['nothing is committed', 'store', 'POST /v1/commits answered 503', answering(/commits$/, 503, '{}')],
    ['nothing is pushed', 'push', 'nothing was pushed', (world) => void (world.isPushing = false)],
    [
      'the delta is behind',
      'push',
      'the delta lacks the file',
      answering(/changes\?/, 200, '{"changes":[],"hasMore":false}'),
    ],
    ['nothing can be read', 'read', 'the store answered 404 to who reads', answering(/^GET memory:/, 404, '')],
    ['other bytes are read', 'read', 'other bytes came back', answering(/^GET memory:/, 200, 'canary')],
  ])('tells which step fails, and why, when %s', async (_what, step, why, breakIt) => {
    const world = new CanaryWorld();
    breakIt(world);
    const { failed, stepsMs } = await run(world);
    expect(failed).toMatchObject({ step, why: expect.stringContaining(why) });
    expect(Object.keys(stepsMs)).toEqual(CANARY_STEPS.slice(0, CANARY_STEPS.indexOf(step as never) + 1));
  });

  test('what cannot be removed is told too', async () => {
    const world = new CanaryWorld();
    let commits = 0;
    world.tamper = ({ url }, answer) => {
      if (!url.endsWith('/v1/commits')) return answer;
      commits += 1;
      return commits === 1 ? answer : { status: 503, body: Buffer.from('{}') };
    };
    expect((await run(world)).failed).toMatchObject({ step: 'remove' });
  });
});

test('each run is a metric, whether it failed or not, and a line says why it did', async () => {
  const world = new CanaryWorld();
  const { telemetry } = world.service.stores;
  const lines: string[] = [];
  const handler = createCanaryHandler({
    ...dependenciesOf(world),
    readCredentials: async () => CANARY,
    telemetry,
    write: (line) => void lines.push(line),
  });
  const ran = async () => {
    await handler({}, { awsRequestId: 'run' });
    const { status } = telemetry.invocations.findLast(({ route }) => route === 'canary') ?? {};
    return { status, failed: telemetry.counts.get('canariesFailed'), isTimed: telemetry.counts.has('canaryPushMs') };
  };
  expect(await ran()).toEqual({ status: 200, failed: 0, isTimed: true });
  world.isPushing = false;
  expect(await ran()).toEqual({ status: 500, failed: 1, isTimed: true });
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { level: 'ERROR', message: 'the canary failed', step: 'push', why: 'nothing was pushed' },
  ]);
});
