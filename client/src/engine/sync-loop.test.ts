import { expect, test } from '@jest/globals';
import type { Problem } from '@syncline/protocol';
import { GivenHints } from '../../../test/support/given-hints.ts';
import { MemoryFileSystem } from '../../../test/support/memory-file-system.ts';
import { ModelService } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, type SyncService, serviceTree } from '../../../test/support/sync-world.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { TIME_TICK_MS } from './limits.ts';
import type { LoopOptions } from './loop-options.ts';

const MINUTE_MS = 60_000;

async function world(more: Partial<LoopOptions> = {}) {
  const service = new ModelService();
  const clock = new VirtualClock();
  const start = async (number: number) => {
    const device = new SyncDevice(modelSyncService(service), number);
    const hints = new GivenHints();
    const loop = await device.loop({ clock, hints }, more);
    const ended = loop.run();
    return { device, hints, loop, ended, files: device.files };
  };
  const a = await start(1);
  const b = await start(2);
  await clock.pass(1000);
  return { service, clock, a, b };
}

test('a file that is written on one device reaches the other, with nothing asked for in between', async () => {
  const { clock, a, b } = await world();
  a.files.write('f', 'hello');
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  expect(b.files.tree()).toEqual(new Map([['f', 'hello']]));
  expect([a.loop.status().state, b.loop.status().state]).toEqual(['idle', 'idle']);
});

test('a hint that never comes is made up for by asking from time to time', async () => {
  const { clock, a, b } = await world();
  a.files.write('f', 'hello');
  await clock.pass(1000);
  expect(b.files.tree().size).toBe(0);
  await clock.pass(16 * MINUTE_MS);
  expect(b.files.tree()).toEqual(new Map([['f', 'hello']]));
});

test('who was overtaken asks the service what has happened, without waiting for a hint', async () => {
  const { clock, a, b } = await world();
  a.files.write('f.txt', 'base');
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  b.files.write('f.txt', 'theirs');
  await clock.pass(1000);
  a.files.write('f.txt', 'mine');
  await clock.pass(1000);
  expect(a.files.tree().get('f.txt')).toBe('theirs');
  expect(new Set(a.files.tree().values())).toEqual(new Set(['mine', 'theirs']));
});

test('a file is read only when another write would show in its times', async () => {
  const device = new SyncDevice(modelSyncService(new ModelService()), 1);
  device.files.write('f', 'written just now');
  const written = Number((await device.files.look('f'))?.identity.mtimeNs) / 1_000_000;
  const clock = new VirtualClock(written);
  const reads: number[] = [];
  const read = device.files.read.bind(device.files);
  device.files.read = (file, range) => {
    reads.push(clock.now() - written);
    return read(file, range);
  };
  const loop = await device.loop({ clock, hints: new GivenHints() });
  const ended = loop.run();
  await clock.pass(1000);
  expect(reads.length).toBeGreaterThan(0);
  expect(Math.min(...reads)).toBeGreaterThanOrEqual(TIME_TICK_MS);
  expect(Math.min(...reads)).toBeLessThan(30);
  await loop.stop();
  await ended;
});

test('a file that is written again and again is sent from time to time, and as it is in the end', async () => {
  const service = new ModelService();
  const device = new SyncDevice(modelSyncService(service), 1);
  const clock = new VirtualClock();
  const files = new MemoryFileSystem(undefined, () => BigInt(clock.now()) * 1_000_000n);
  const loop = await device.loop({ clock, hints: new GivenHints(), files });
  const ended = loop.run();
  for (let line = 1; line <= 100; line++) {
    files.write('log', `${line}`);
    await clock.pass(30);
  }
  const commits = service.journal.length;
  expect(commits).toBeGreaterThanOrEqual(2);
  expect(commits).toBeLessThanOrEqual(5);
  await clock.pass(1000);
  expect(serviceTree(service)).toEqual(new Map([['log', '100']]));
  const stopped = loop.stop();
  await clock.pass(100);
  await stopped;
  await ended;
});

test('what a device commits itself it does not read back, and what others do in between it does', async () => {
  const service = new ModelService();
  const clock = new VirtualClock();
  const model = modelSyncService(service);
  const told: string[] = [];
  let asked = 0;
  const connect: SyncService['connect'] = async (number, faults) => {
    const remote = await model.connect(number, faults);
    const listChanges: typeof remote.listChanges = async (cursor) => {
      asked += 1;
      const answer = await remote.listChanges(cursor);
      if (answer.kind === 'ok') told.push(...answer.value.changes.map(({ node }) => node.name));
      return answer;
    };
    return { ...remote, listChanges };
  };
  const [a, b] = [new SyncDevice({ ...model, connect }, 1), new SyncDevice(model, 2)];
  const hints = new GivenHints();
  const loop = await a.loop({ clock, hints });
  const ended = loop.run();
  await clock.pass(1000);
  const begun = asked;
  for (let file = 0; file < 300; file++) a.files.write(`file ${file}`, `text ${file}`);
  a.files.mkdir('folder');
  await clock.pass(5000);
  expect(service.journal).toHaveLength(301);
  expect([asked - begun, told]).toEqual([0, []]);
  expect(hints.seenSeqs.at(-1)).toBe(301);
  b.files.write('theirs', 'by another device');
  await b.sync();
  a.files.write('file 0', 'edited');
  await clock.pass(5000);
  expect(a.files.tree().has('theirs')).toBe(false);
  hints.give();
  await clock.pass(5000);
  expect(told).toEqual(['theirs', 'file 0']);
  expect(serviceTree(service)).toEqual(a.files.tree());
  const stopped = loop.stop();
  await clock.pass(100);
  await stopped;
  await ended;
});

test('an idle loop asks for nothing', async () => {
  const { clock, a } = await world();
  const seen = a.hints.seenSeqs.length;
  await clock.pass(14 * MINUTE_MS);
  expect(a.hints.seenSeqs.length).toBe(seen);
});

test('a service that does not answer is tried again after pauses that grow, and at once when a person asks', async () => {
  const { clock, a, service } = await world();
  let calls = 0;
  a.device.faults.onCommit = (moment) => {
    if (moment === 'after') return;
    calls += 1;
    throw new UnavailableError('no route to the host');
  };
  a.files.write('f', '1');
  await clock.pass(60 * MINUTE_MS);
  expect(a.loop.status()).toMatchObject({ state: 'offline', detail: 'no route to the host' });
  expect(a.loop.status().nextAttemptAt).toBeGreaterThan(clock.now());
  expect(calls).toBeGreaterThan(10);
  expect(calls).toBeLessThan(40);
  a.device.faults.onCommit = undefined;
  const synced = a.loop.syncNow();
  await clock.pass(100);
  await synced;
  expect(serviceTree(service)).toEqual(new Map([['f', '1']]));
});

test('edits do not shorten the pause while the service cannot be reached, and a socket that stands again ends it', async () => {
  const { clock, a, service } = await world();
  let calls = 0;
  a.device.faults.onCommit = (moment) => {
    if (moment === 'after') return;
    calls += 1;
    throw new UnavailableError('no route to the host');
  };
  for (let edit = 0; edit < 600; edit++) {
    a.files.write('f', String(edit));
    await clock.pass(1000);
  }
  expect(calls).toBeLessThan(20);
  a.device.faults.onCommit = undefined;
  a.hints.give();
  await clock.pass(1000);
  expect(serviceTree(service)).toEqual(new Map([['f', '599']]));
});

/** What a gateway says when there is too much. */
const THROTTLED: Problem = {
  type: 'about:blank',
  title: 'rate_limited',
  status: 429,
  code: 'rate_limited',
  remedy: 'retry',
  detail: 'not now',
  requestId: 'none',
};

test('a service that refuses everything for now is one that cannot be reached: edits do not shorten the pause, and it ends by itself', async () => {
  const service = new ModelService();
  const clock = new VirtualClock();
  let isThrottled = false;
  let refusals = 0;
  const refuse = () => {
    refusals += 1;
    return Promise.resolve({ kind: 'refused', problem: THROTTLED } as const);
  };
  const model = modelSyncService(service);
  const connect: SyncService['connect'] = async (number, faults) => {
    const remote = await model.connect(number, faults);
    return {
      ...remote,
      listChanges: (cursor) => (isThrottled ? refuse() : remote.listChanges(cursor)),
      commit: (operations, cursor) => (isThrottled ? refuse() : remote.commit(operations, cursor)),
    };
  };
  const device = new SyncDevice({ ...model, connect }, 1);
  const loop = await device.loop({ clock, hints: new GivenHints() });
  const ended = loop.run();
  await clock.pass(1000);
  isThrottled = true;
  for (let edit = 0; edit < 600; edit++) {
    device.files.write('f', String(edit));
    await clock.pass(1000);
  }
  expect(loop.status()).toMatchObject({ state: 'offline', detail: 'not now' });
  expect(refusals).toBeLessThan(20);
  isThrottled = false;
  await clock.pass(5 * MINUTE_MS);
  expect(loop.status().state).toBe('idle');
  expect(serviceTree(service)).toEqual(new Map([['f', '599']]));
  const stopped = loop.stop();
  await clock.pass(100);
  await stopped;
  await ended;
});

test('who asks for a sync is answered after a round that began later, whatever runs already', async () => {
  const { clock, a, service } = await world();
  const asked = Promise.withResolvers<unknown>();
  // A round tells what it has seen when it is almost over.
  a.hints.seen = () => {
    a.hints.seen = () => undefined;
    a.files.write('late', '2');
    void a.loop.syncNow().then(() => asked.resolve(serviceTree(service)));
  };
  a.hints.give();
  await clock.pass(1000);
  expect(await asked.promise).toEqual(new Map([['late', '2']]));
});

test('who asks for a sync is answered as well when none can run', async () => {
  const { clock, a } = await world();
  a.loop.pause();
  const paused = a.loop.syncNow();
  await clock.pass(100);
  await paused;
  expect(a.loop.status().state).toBe('paused');
  const stopped = Promise.all([a.loop.syncNow(), a.loop.stop()]);
  await clock.pass(100);
  await stopped;
  await a.loop.syncNow();
  expect(a.loop.status().state).toBe('stopped');
});

test('a paused loop leaves everything as it is, and goes on where it was', async () => {
  const { clock, a, service } = await world();
  a.loop.pause();
  await clock.pass(100);
  a.files.write('f', '1');
  await clock.pass(60 * MINUTE_MS);
  expect(a.loop.status().state).toBe('paused');
  expect(serviceTree(service).size).toBe(0);
  a.loop.resume({ acceptDeletes: false });
  await clock.pass(1000);
  expect(serviceTree(service)).toEqual(new Map([['f', '1']]));
});

test('a wiped folder stops the loop until a person says that it is meant, even when it is wiped slowly', async () => {
  const { clock, a, service } = await world();
  for (let file = 0; file < 200; file++) a.files.write(`f${file}`, String(file));
  await clock.pass(5000);
  expect(serviceTree(service).size).toBe(200);
  for (let file = 0; file < 200; file += 10) {
    for (let one = file; one < file + 10; one++) a.files.remove(`f${one}`);
    await clock.pass(1000);
  }
  expect(a.loop.status()).toMatchObject({ state: 'mass-change' });
  expect(serviceTree(service).size).toBeGreaterThanOrEqual(140);
  a.loop.resume({ acceptDeletes: true });
  await clock.pass(5000);
  expect(serviceTree(service).size).toBe(0);
  expect(a.loop.status().state).toBe('idle');
});

test('a root that goes away changes nothing, and all is looked at again when it is back', async () => {
  const { clock, a, service } = await world();
  a.files.write('f', '1');
  a.files.write('g', '2');
  await clock.pass(1000);
  a.files.root = 'missing';
  a.files.remove('g');
  // What happens to a folder while it is away is told by nobody.
  a.files.watcher.take();
  await clock.pass(MINUTE_MS);
  expect(a.loop.status().state).toBe('root-missing');
  expect(serviceTree(service).size).toBe(2);
  a.files.root = 'verified';
  await clock.pass(MINUTE_MS);
  expect(serviceTree(service)).toEqual(new Map([['f', '1']]));
});

test('a folder that cannot be listed is tried again until it can, without any hint', async () => {
  const { clock, a, service } = await world();
  a.files.mkdir('d');
  await clock.pass(1000);
  a.files.unlisted.add('d');
  a.files.write('d/f', '1');
  await clock.pass(1000);
  expect(a.loop.status().problems).toMatchObject([{ path: 'd', reason: 'unreadable' }]);
  a.files.unlisted.clear();
  await clock.pass(10 * MINUTE_MS);
  expect(a.loop.status().problems).toEqual([]);
  expect(serviceTree(service).get('d/f')).toBe('1');
});

test('a stopped loop ends, and nothing of it goes on', async () => {
  const { clock, a } = await world();
  const stopped = a.loop.stop();
  await clock.pass(100);
  await stopped;
  await a.ended;
  expect(a.loop.status().state).toBe('stopped');
});

test('a path is explained by what stands in its way, by what comes next, or as synced', async () => {
  const { clock, a } = await world();
  a.files.write('f', '1');
  a.files.symlink('link');
  await clock.pass(1000);
  expect(await a.loop.explain('f')).toMatchObject({ state: 'synced' });
  expect(await a.loop.explain('link')).toMatchObject({ state: 'problem', reason: 'symlink' });
  expect(await a.loop.explain('nothing')).toMatchObject({ state: 'unknown' });
  a.device.faults.onCommit = () => {
    throw new UnavailableError('no route to the host');
  };
  a.files.write('g', '2');
  await clock.pass(1000);
  expect(await a.loop.explain('g')).toMatchObject({ state: 'pending', reason: 'upload' });
});
