import { describe, expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import type { MemoryFileSystem } from '../../../test/support/memory-file-system.ts';
import { modelSyncService, STANDING_CLOCK, SyncDevice } from '../../../test/support/sync-world.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { UNANSWERED_MS_MAX } from './limits.ts';

type Doing = (files: MemoryFileSystem) => void;

/** Two devices, of which one has asked for `first`, without an answer. `moment`: before the service has done it, or after. */
async function askWithoutAnswer(first: Doing, moment: 'before' | 'after') {
  const service = modelSyncService();
  const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
  a.files.mkdir('d');
  a.files.write('f', 'base');
  const engine = await a.engine({});
  await engine.sync({ acceptDeletes: false });
  first(a.files);
  a.faults.onCommit = (now) => {
    if (now === moment) throw new UnavailableError('there was no answer');
  };
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('there was no answer');
  a.faults.onCommit = undefined;
  return { a, b, engine };
}

/** What both devices have at last where one does `next` after what it had no answer to, and syncs. */
async function afterLostAnswer(
  { first, next }: { readonly first: Doing; readonly next: Doing },
  moment: 'before' | 'after',
) {
  const { a, b, engine } = await askWithoutAnswer(first, moment);
  next(a.files);
  expect(await engine.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', counts: { conflicts: 0 } });
  await b.sync();
  expect(b.files.tree()).toEqual(a.files.tree());
  return Object.fromEntries(a.files.tree());
}

const writes =
  (path: string, text: string): Doing =>
  (files) =>
    files.write(path, text);
const renames =
  (from: string, to: string): Doing =>
  (files) =>
    files.rename(from, to);
const removes =
  (path: string): Doing =>
  (files) =>
    files.remove(path);

const d = undefined;

describe.each(['before', 'after'] as const)('what was sent, and not answered %s the service did it', (moment) => {
  test.each([
    { name: 'a new file is edited', first: writes('n', '1'), next: writes('n', '2'), tree: { d, f: 'base', n: '2' } },
    { name: 'a new file is removed', first: writes('n', '1'), next: removes('n'), tree: { d, f: 'base' } },
    {
      name: 'a new file is renamed',
      first: writes('n', '1'),
      next: renames('n', 'd/m'),
      tree: { d, 'd/m': '1', f: 'base' },
    },
    { name: 'an edited file is edited', first: writes('f', '1'), next: writes('f', '2'), tree: { d, f: '2' } },
    { name: 'an edited file is removed', first: writes('f', '1'), next: removes('f'), tree: { d } },
    { name: 'an edited file is renamed', first: writes('f', '1'), next: renames('f', 'g'), tree: { d, g: '1' } },
    { name: 'a moved file is moved', first: renames('f', 'd/f'), next: renames('d/f', 'g'), tree: { d, g: 'base' } },
    {
      name: 'a moved file is moved back',
      first: renames('f', 'd/f'),
      next: renames('d/f', 'f'),
      tree: { d, f: 'base' },
    },
    {
      name: 'a new folder is renamed',
      first: (files: MemoryFileSystem) => files.mkdir('e'),
      next: renames('e', 'd/e'),
      tree: { d, 'd/e': d, f: 'base' },
    },
  ])('is done as on this disk alone: $name', async ({ first, next, tree }) => {
    expect(await afterLostAnswer({ first, next }, moment)).toEqual(tree);
  });
});

test.each([
  { name: 'an edit', asked: writes('f', '1'), undone: writes('f', 'base'), tree: { d, f: '1' } },
  { name: 'an edit of what was removed here', asked: writes('f', '1'), undone: removes('f'), tree: { d, f: '1' } },
  { name: 'a move', asked: renames('f', 'd/f'), undone: renames('d/f', 'f'), tree: { d, 'd/f': 'base' } },
])(
  'what another device does stays, also where it is the same as what did not get there from here: $name',
  async (at) => {
    const { a, b, engine } = await askWithoutAnswer(at.asked, 'before');
    await b.sync();
    at.undone(a.files);
    at.asked(b.files);
    await b.sync();
    expect(await engine.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested' });
    await b.sync();
    expect(Object.fromEntries(a.files.tree())).toEqual(at.tree);
    expect(b.files.tree()).toEqual(a.files.tree());
  },
);

test('what did not get there is not remembered for ever', async () => {
  const a = new SyncDevice(modelSyncService(), 1);
  let now = 0;
  const engine = await a.engine({ clock: { ...STANDING_CLOCK, now: () => epochMs(now) } });
  await engine.sync({ acceptDeletes: false });
  a.files.write('f', 'text');
  a.faults.onCommit = (moment) => {
    if (moment === 'before') throw new UnavailableError('there was no answer');
  };
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('there was no answer');
  a.files.remove('f');
  now = UNANSWERED_MS_MAX - 1;
  await engine.sync({ acceptDeletes: false });
  expect(engine.trees.unanswered.all()).toHaveLength(1);
  now = UNANSWERED_MS_MAX;
  await engine.sync({ acceptDeletes: false });
  expect(engine.trees.unanswered.all()).toEqual([]);
});
