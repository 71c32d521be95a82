import { expect, test } from '@jest/globals';
import { COMMIT_OPERATIONS_MAX, PACK_BYTES_MAX } from '@syncline/protocol';
import { GivenHints } from '../../../test/support/given-hints.ts';
import { ModelService } from '../../../test/support/model-service.ts';
import {
  MemoryStateStore,
  modelSyncService,
  STANDING_CLOCK,
  SyncDevice,
  type SyncService,
  serviceTree,
} from '../../../test/support/sync-world.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { UPLOAD_SLICE_BYTES_MIN, UPLOAD_SLICES_MAX } from './limits.ts';
import type { Remote, StateStore } from './ports.ts';
import type { SyncEngine } from './sync-engine.ts';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

function watched(service: SyncService, watch: (remote: Remote) => Partial<Remote>): SyncService {
  return {
    ...service,
    connect: async (number, faults) => {
      const remote = await service.connect(number, faults);
      return { ...remote, ...watch(remote) };
    },
  };
}

function deviceWith(files: number, watch: (remote: Remote) => Partial<Remote>) {
  const service = new ModelService();
  const device = new SyncDevice(watched(modelSyncService(service), watch), 1);
  for (let file = 0; file < files; file++) device.files.write(`${file}`, `text ${file}`);
  return { service, device };
}

test('many small files are sent together, and committed in as many requests as they need, one at a time', async () => {
  const [sends, commits]: [number[], number[]] = [[], []];
  let committing = 0;
  const { service, device } = deviceWith(2 * COMMIT_OPERATIONS_MAX + 50, (remote) => ({
    send: (sources) => {
      sends.push(sources.length);
      return remote.send(sources);
    },
    commit: async (operations, cursor) => {
      commits.push(operations.length);
      committing += 1;
      expect(committing).toBe(1);
      await turns(2);
      committing -= 1;
      return remote.commit(operations, cursor);
    },
  }));
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service)).toEqual(device.files.tree());
  expect(sends).toEqual([2 * COMMIT_OPERATIONS_MAX + 50]);
  expect(commits).toEqual([COMMIT_OPERATIONS_MAX, COMMIT_OPERATIONS_MAX, 50]);
});

test('slices of many files fill their commits and their packs', async () => {
  const sends: { readonly files: number; readonly bytes: number }[] = [];
  const { device } = deviceWith(0, (remote) => ({
    send: (sources) => {
      sends.push({ files: sources.length, bytes: sources.reduce((sum, { size }) => sum + size, 0) });
      return remote.send(sources);
    },
  }));
  for (let file = 0; file < 2400; file++)
    device.files.write(`${file}`, `${file}`.padEnd(2000 + ((file * 397) % 12_000)));
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(sends.length).toBeGreaterThan(2);
  expect(sends.slice(0, -1).map(({ files }) => files % COMMIT_OPERATIONS_MAX)).toEqual(sends.slice(1).map(() => 0));
  const fillings = sends.slice(0, -1).map(({ bytes }) => bytes / PACK_BYTES_MAX / Math.ceil(bytes / PACK_BYTES_MAX));
  expect(Math.min(...fillings)).toBeGreaterThan(0.7);
}, 60_000);

test('files of one folder are sent one after the other, so that their folder is looked at once', async () => {
  const parents: string[] = [];
  const { device } = deviceWith(0, (remote) => ({
    commit: (operations, cursor) => {
      for (const one of operations) if (one.type === 'put') parents.push(one.parentId);
      return remote.commit(operations, cursor);
    },
  }));
  for (const folder of [0, 1, 2, 3]) device.files.mkdir(`folder ${folder}`);
  for (let file = 0; file < 60; file++) device.files.write(`folder ${file % 4}/${file}`, `text ${file}`);
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(parents).toHaveLength(60);
  expect(parents.filter((parent, index) => parent !== parents[index - 1])).toHaveLength(4);
});

test('while a slice is committed, the next ones are sent, and no more than are allowed at once', async () => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [sends, commits] = [0, 0];
  const { service, device } = deviceWith(0, (remote) => ({
    send: (sources) => {
      sends += 1;
      return remote.send(sources);
    },
    commit: async (operations, cursor) => {
      commits += 1;
      begun.resolve();
      await held.promise;
      return remote.commit(operations, cursor);
    },
  }));
  // Two of them fill a slice.
  for (let file = 0; file < 4 * UPLOAD_SLICES_MAX; file++) {
    device.files.write(`${file}`, `${file}`.padEnd(UPLOAD_SLICE_BYTES_MIN / 2 - 1));
  }
  const synced = device.sync();
  await begun.promise;
  await turns(50);
  expect([sends, commits]).toEqual([UPLOAD_SLICES_MAX, 1]);
  held.resolve();
  expect(await synced).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service)).toEqual(device.files.tree());
});

test('a commit leaves before anything else is done that takes long', async () => {
  const uploaded: number[] = [];
  const running: { engine?: SyncEngine } = {};
  const { device } = deviceWith(3 * COMMIT_OPERATIONS_MAX, (remote) => ({
    commit: async (operations, cursor) => {
      // What a request waits for before it is sent, such as a token.
      for (let step = 0; step < 20; step++) await Promise.resolve();
      uploaded.push(running.engine?.counts.uploaded ?? 0);
      return remote.commit(operations, cursor);
    },
  }));
  running.engine = await device.engine({ clock: { ...STANDING_CLOCK, sleep: () => turns(1) } });
  await running.engine.sync({ acceptDeletes: false });
  expect(uploaded).toEqual([0, 0, COMMIT_OPERATIONS_MAX]);
});

test('what a slice has agreed on is written down while the first commit of the next one is under way', async () => {
  const events: string[] = [];
  const { device } = deviceWith(0, (remote) => ({
    commit: (operations, cursor) => {
      events.push('commit');
      return remote.commit(operations, cursor);
    },
  }));
  // Two of them fill a slice.
  for (let file = 0; file < 6; file++) device.files.write(`${file}`, `${file}`.padEnd(UPLOAD_SLICE_BYTES_MIN / 2 - 1));
  const kept = new MemoryStateStore();
  const store: StateStore = {
    load: () => kept.load(),
    save: (difference) => {
      if (difference.synced.size > 0) events.push(`written down: ${difference.synced.size}`);
      kept.save(difference);
    },
  };
  await (await device.engine({ store })).sync({ acceptDeletes: false });
  const writtenDown = 'written down: 2';
  expect(events).toEqual(['commit', 'commit', writtenDown, 'commit', writtenDown, writtenDown]);
});

test('a file that is written while many others are sent is among the next to be committed', async () => {
  const clock = new VirtualClock();
  const { service, device } = deviceWith(0, (remote) => ({
    send: async (sources) => {
      await clock.sleep(1500);
      return remote.send(sources);
    },
  }));
  // Two of them fill a slice.
  for (let file = 0; file < 24; file++) device.files.write(`${file}`, `${file}`.padEnd(UPLOAD_SLICE_BYTES_MIN / 2 - 1));
  const loop = await device.loop({ clock, hints: new GivenHints() });
  const ended = loop.run();
  await clock.pass(500);
  device.files.write('fresh', '1');
  await clock.pass(60_000);
  expect(service.journal).toHaveLength(25);
  const place = service.journal.findIndex(({ node }) => node.name === 'fresh');
  // Behind those that were on their way, and one slice of those that have waited longest.
  expect(place).toBeLessThanOrEqual(2 * (UPLOAD_SLICES_MAX + 1));
  const stopped = loop.stop();
  await clock.pass(100);
  await stopped;
  await ended;
});
