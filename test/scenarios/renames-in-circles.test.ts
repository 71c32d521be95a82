import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import type { LiveDevice } from '../support/live-device.ts';
import { type LiveWorld, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

/** Every path has a node at the service; by name of the content that it was made with. */
const idOf = (world: LiveWorld, path: string) => world.nodeAt(path)?.nodeId;

async function makeFiles(world: LiveWorld, device: LiveDevice, names: readonly string[]): Promise<void> {
  for (const name of names) writeFileSync(device.at(name), `made as ${name}`);
  await world.settled();
}

describe('renames that go in circles and chains', () => {
  test('two files that swap names have each other’s content, and both contents stay', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      await makeFiles(world, a, ['a', 'b']);
      renameSync(a.at('a'), a.at('aside'));
      renameSync(a.at('b'), a.at('a'));
      renameSync(a.at('aside'), a.at('b'));
      expect(await world.settled()).toEqual(
        new Map([
          ['a', 'made as b'],
          ['b', 'made as a'],
        ]),
      );
      // A file is the node of its place: the swap is a revision of each, and no file is deleted.
      expect(world.service.list()).toHaveLength(2);
      expect(world.service.journal.some(({ type }) => type === 'deleted')).toBe(false);
    });
  });

  test('a file that is renamed again and again is one node, at the last of its names', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      await makeFiles(world, a, ['a']);
      const nodeId = idOf(world, 'a');
      for (const [from, to] of [
        ['a', 'b'],
        ['b', 'c'],
      ] as const) {
        renameSync(a.at(from), a.at(to));
      }
      expect(await world.settled()).toEqual(new Map([['c', 'made as a']]));
      expect(idOf(world, 'c')).toBe(nodeId);
      renameSync(a.at('c'), a.at('d'));
      await world.settled();
      renameSync(a.at('d'), a.at('a'));
      expect(await world.settled()).toEqual(new Map([['a', 'made as a']]));
      expect(world.history('a')).toEqual(['created', 'moved', 'moved', 'moved']);
    });
  });

  test('a file that takes the place of another leaves one of the two names and the content of the first', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await makeFiles(world, a, ['a', 'b', 'c']);
      renameSync(b.at('b'), b.at('c'));
      renameSync(b.at('a'), b.at('b'));
      expect(await world.settled()).toEqual(
        new Map([
          ['b', 'made as a'],
          ['c', 'made as b'],
        ]),
      );
    });
  });

  test('two folders that swap names keep their nodes and what they hold, and no helping name is left', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      for (const name of ['left', 'right']) {
        mkdirSync(a.at(name));
        for (let file = 0; file < 5; file++) writeFileSync(a.at(name, `${file}`), `${name} ${file}`);
      }
      await world.settled();
      const ids = [idOf(world, 'left'), idOf(world, 'right')];
      const before = world.service.journal.length;

      renameSync(a.at('left'), a.at('aside'));
      renameSync(a.at('right'), a.at('left'));
      renameSync(a.at('aside'), a.at('right'));

      const tree = await world.settled();
      expect(tree.get('left/3')).toBe('right 3');
      expect(tree.get('right/3')).toBe('left 3');
      expect([idOf(world, 'right'), idOf(world, 'left')]).toEqual(ids);
      expect(world.since(before).every((entry) => entry.startsWith('moved '))).toBe(true);
      expect(readdirSync(b.root).toSorted()).toEqual(['.syncline', 'left', 'right']);
    });
  });

  test('a folder that goes into the one which was in it keeps both', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      mkdirSync(a.at('outer', 'inner'), { recursive: true });
      writeFileSync(a.at('outer', 'in outer'), 'o');
      writeFileSync(a.at('outer', 'inner', 'in inner'), 'i');
      await world.settled();
      const ids = [idOf(world, 'outer'), idOf(world, 'outer/inner')];
      renameSync(a.at('outer', 'inner'), a.at('inner'));
      renameSync(a.at('outer'), a.at('inner', 'outer'));
      expect(await world.settled()).toEqual(
        new Map([
          ['inner', undefined],
          ['inner/in inner', 'i'],
          ['inner/outer', undefined],
          ['inner/outer/in outer', 'o'],
        ]),
      );
      expect([idOf(world, 'inner/outer'), idOf(world, 'inner')]).toEqual(ids);
    });
  });

  test('a new case of a name is the same file under another name', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(a.at('papers'));
      writeFileSync(a.at('papers', 'readme.md'), 'text');
      await world.settled();
      const ids = [idOf(world, 'papers'), idOf(world, 'papers/readme.md')];
      renameSync(a.at('papers', 'readme.md'), a.at('papers', 'README.md'));
      await world.settled();
      renameSync(b.at('papers'), b.at('Papers'));
      expect(await world.settled()).toEqual(
        new Map([
          ['Papers', undefined],
          ['Papers/README.md', 'text'],
        ]),
      );
      expect([idOf(world, 'Papers'), idOf(world, 'Papers/README.md')]).toEqual(ids);
      expect(world.history('Papers/README.md')).toEqual(['created', 'moved']);
    });
  });

  test('both sides that rename the same file come to one of the two names', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await makeFiles(world, a, ['a', 'folder-mate']);
      renameSync(a.at('a'), a.at('by a'));
      renameSync(b.at('a'), b.at('by b'));
      const tree = await world.settled();
      expect(new Set(tree.values())).toEqual(new Set(['made as a', 'made as folder-mate']));
      expect(world.service.list()).toHaveLength(2);
    });
  });
});
