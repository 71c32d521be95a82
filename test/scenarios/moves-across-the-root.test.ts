import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { type LiveDevice, TRASH_DAY } from '../support/live-device.ts';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('a folder that is moved across the border of the synced folder', () => {
  test('out of it is gone elsewhere, and what it held is in the trash of the others', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      makeAlbum(a.root);
      writeFileSync(a.at('kept'), 'kept');
      await world.settled();
      const before = world.service.journal.length;

      renameSync(a.at('album'), join(world.directory, 'elsewhere'));

      expect(await world.settled()).toEqual(new Map([['kept', 'kept']]));
      // One delete takes the whole subtree.
      expect(world.since(before)).toEqual(['deleted album']);
      expect(inTrash(b, 'album/deep/one.txt')).toBe('one');
    });
  });

  test('into it, and out and in again under another name, arrives with all that it holds', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      makeAlbum(world.directory);
      renameSync(join(world.directory, 'album'), a.at('album'));
      expect(await world.settled()).toEqual(albumAt('album'));

      const outside = join(world.directory, 'outside');
      renameSync(b.at('album'), outside);
      writeFileSync(join(outside, 'two.txt'), 'two, edited outside');
      await world.settled();
      renameSync(outside, b.at('back'));

      const tree = new Map(albumAt('back'));
      tree.set('back/two.txt', 'two, edited outside');
      expect(await world.settled()).toEqual(tree);
    });
  });

  test('out and back in one go is not a change at all', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      makeAlbum(a.root);
      await world.settled();
      const before = world.service.journal.length;
      for (let time = 0; time < 5; time++) {
        renameSync(a.at('album'), join(world.directory, 'outside'));
        renameSync(join(world.directory, 'outside'), a.at('album'));
      }
      expect(await world.settled()).toEqual(albumAt('album'));
      expect(world.since(before)).toEqual([]);
    });
  });
});

function makeAlbum(folder: string): void {
  mkdirSync(join(folder, 'album', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'album', 'deep', 'one.txt'), 'one');
  writeFileSync(join(folder, 'album', 'two.txt'), 'two');
}

function albumAt(name: string): ReadonlyMap<string, string | undefined> {
  return new Map([
    [name, undefined],
    [`${name}/deep`, undefined],
    [`${name}/deep/one.txt`, 'one'],
    [`${name}/two.txt`, 'two'],
  ]);
}

/** The text of a file in the trash of a device. */
function inTrash(device: LiveDevice, path: string): string {
  return readFileSync(device.at('.syncline', 'trash', TRASH_DAY, path), 'utf8');
}
