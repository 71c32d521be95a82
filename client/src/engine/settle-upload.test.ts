import { expect, test } from '@jest/globals';
import { COMMIT_OPERATIONS_MAX } from '@syncline/protocol';
import { ModelService } from '../../../test/support/model-service.ts';
import { ServiceUser } from '../../../test/support/service-user.ts';
import { MemoryStateStore, modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';
import type { StateDifference, StateStore } from './ports.ts';

function world() {
  const service = new ModelService();
  const [a, b] = [new SyncDevice(modelSyncService(service), 1), new SyncDevice(modelSyncService(service), 2)];
  return { service, a, b };
}

test('an answer that gives the id of one file to another one in the same commit confuses neither', async () => {
  const { service, a } = world();
  a.files.write('a', 'old');
  await a.sync();
  const there = new ServiceUser(service);
  there.write('a', 'same');
  there.rename('a', 'b');
  a.files.write('a', 'mine');
  a.files.write('b', 'same');
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service)).toEqual(a.files.tree());
  expect(new Set(a.files.tree().values())).toEqual(new Set(['mine', 'same']));
});

test('a rename that came too late at the service is not taken back on the disk, though an edit was sent with it', async () => {
  const { service, a, b } = world();
  a.files.write('draft', '1');
  await a.sync();
  await b.sync();
  a.files.rename('draft', 'letter');
  a.files.write('letter', '2');
  a.faults.onCommit = (moment) => {
    if (moment === 'after') return;
    a.faults.onCommit = undefined;
    new ServiceUser(service).write('letter', 'by b');
  };
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  const tree = serviceTree(service);
  expect(tree).toEqual(a.files.tree());
  expect(tree.get('letter')).toBe('by b');
  expect(tree.has('draft')).toBe(false);
  expect(new Set(tree.values())).toEqual(new Set(['by b', '2']));
});

/** A store that counts how many agreements each transaction writes down. */
function countingStore() {
  const kept = new MemoryStateStore();
  const agreed: number[] = [];
  const store: StateStore = {
    load: () => kept.load(),
    save: (difference: StateDifference) => {
      if (difference.synced.size > 0) agreed.push(difference.synced.size);
      kept.save(difference);
    },
  };
  return { kept, agreed, store };
}

test('what the commits of one slice have agreed on is written down in one transaction', async () => {
  const { a } = world();
  const files = 2 * COMMIT_OPERATIONS_MAX + 50;
  for (let file = 0; file < files; file++) a.files.write(`${file}`, `text ${file}`);
  const { store, agreed } = countingStore();
  expect(await (await a.engine({ store })).sync({ acceptDeletes: false })).toMatchObject({
    kind: 'rested',
    problems: [],
  });
  expect(agreed).toEqual([files]);
});

test('the next commit of a slice is on its way before the answers to the one before are taken over', async () => {
  const { a } = world();
  for (let file = 0; file < 3 * COMMIT_OPERATIONS_MAX; file++) a.files.write(`${file}`, `text ${file}`);
  const engine = await a.engine({ store: countingStore().store });
  const uploaded: number[] = [];
  a.faults.onCommit = (moment) => {
    if (moment === 'before') uploaded.push(engine.counts.uploaded);
  };
  await engine.sync({ acceptDeletes: false });
  expect(uploaded).toEqual([0, 0, COMMIT_OPERATIONS_MAX]);
  expect(engine.counts.uploaded).toBe(3 * COMMIT_OPERATIONS_MAX);
});

test('what was committed before a request failed is written down', async () => {
  const { a } = world();
  for (let file = 0; file < 2 * COMMIT_OPERATIONS_MAX; file++) a.files.write(`${file}`, `text ${file}`);
  const { store, kept } = countingStore();
  let commits = 0;
  a.faults.onCommit = (moment) => {
    if (moment === 'before') commits += 1;
    if (commits === 2) throw new Error('the line is gone');
  };
  const engine = await a.engine({ store });
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('the line is gone');
  expect([...kept.load().synced]).toHaveLength(COMMIT_OPERATIONS_MAX);
});

test('files are looked at while the request before theirs is under way, and not before', async () => {
  const { service, a } = world();
  const files = 3 * COMMIT_OPERATIONS_MAX;
  for (let file = 0; file < files; file++) a.files.write(`${file}`, `text ${file}`);
  let commits = 0;
  a.faults.onCommit = (moment) => {
    if (moment !== 'after') return;
    commits += 1;
    // It is sent last: behind the latest ones, and behind the block of neighbours that the latest of all others is in.
    if (commits === 1) a.files.write('548', 'written to');
  };
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service)).toEqual(a.files.tree());
  // It was not committed as it was before.
  expect(service.journal).toHaveLength(files);
});
