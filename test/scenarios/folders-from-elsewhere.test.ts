import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('a folder that another device has made, renamed or moved', () => {
  test('is watched from then on: an edit, a new file and a delete in it travel back', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(a.at('made', 'deep'), { recursive: true });
      writeFileSync(a.at('made', 'deep', 'file'), 'by a');
      await world.settled();

      writeFileSync(b.at('made', 'deep', 'file'), 'edited by b');
      writeFileSync(b.at('made', 'new'), 'new');
      await world.settled();
      expect(readFileSync(a.at('made', 'deep', 'file'), 'utf8')).toBe('edited by b');

      rmSync(b.at('made', 'deep', 'file'));
      expect(await world.settled()).toEqual(
        new Map([
          ['made', undefined],
          ['made/deep', undefined],
          ['made/new', 'new'],
        ]),
      );
    });
  });

  test('is watched under its later names too', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(b.at('first', 'deep'), { recursive: true });
      mkdirSync(b.at('other'));
      writeFileSync(b.at('first', 'deep', 'file'), '0');
      await world.settled();
      const renames = [
        { from: 'first', to: 'second', folder: 'second' },
        { from: 'second', to: 'other/third', folder: 'other/third' },
        { from: 'other', to: 'another', folder: 'another/third' },
      ];
      for (const [index, { from, to, folder }] of renames.entries()) {
        renameSync(a.at(from), a.at(to));
        await world.settled();
        writeFileSync(b.at(folder, 'deep', 'file'), `edited after rename ${index}`);
        writeFileSync(b.at(folder, `new ${index}`), 'new');
        const tree = await world.settled();
        expect(tree.get(`${folder}/deep/file`)).toBe(`edited after rename ${index}`);
        expect(tree.get(`${folder}/new ${index}`)).toBe('new');
      }
    });
  });
});
