import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

/** What a person does on the device at the moment when a content has come in and has no name yet. */
const DOINGS = [
  { name: 'written in place', text: 'by b', doing: (path: string) => writeFileSync(path, 'by b') },
  { name: 'appended to', text: 'base and more', doing: (path: string) => appendFileSync(path, ' and more') },
  {
    name: 'replaced by renaming',
    text: 'by b',
    doing: (path: string) => {
      writeFileSync(`${path}.tmp`, 'by b');
      renameSync(`${path}.tmp`, path);
    },
  },
];

describe('a file that is changed while another content of it comes in', () => {
  test.each(DOINGS)('and is $name keeps both contents', async ({ doing, text }) => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('plan'), 'base');
      await world.settled();
      b.faults.onFetched = () => {
        b.faults.onFetched = undefined;
        doing(b.at('plan'));
      };
      writeFileSync(a.at('plan'), 'by a');
      const tree = await world.settled();
      expect(tree.get('plan')).toBe('by a');
      expect(new Set(tree.values())).toEqual(new Set(['by a', text]));
    });
  });

  test('and is deleted comes back with the other content', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('plan'), 'base');
      await world.settled();
      b.faults.onFetched = () => {
        b.faults.onFetched = undefined;
        rmSync(b.at('plan'));
      };
      writeFileSync(a.at('plan'), 'by a');
      expect(await world.settled()).toEqual(new Map([['plan', 'by a']]));
    });
  });

  test('in a folder that is renamed meanwhile arrives in the folder’s new place', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(a.at('folder'));
      writeFileSync(a.at('folder', 'plan'), 'base');
      await world.settled();
      b.faults.onFetched = () => {
        b.faults.onFetched = undefined;
        renameSync(b.at('folder'), b.at('renamed'));
      };
      writeFileSync(a.at('folder', 'plan'), 'by a');
      expect(await world.settled()).toEqual(
        new Map([
          ['renamed', undefined],
          ['renamed/plan', 'by a'],
        ]),
      );
    });
  });

  test('in a folder that is renamed meanwhile, and has a successor of its name, arrives in the folder’s new place', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(a.at('folder', 'inner'), { recursive: true });
      writeFileSync(a.at('folder', 'inner', 'note'), 'note');
      await world.settled();
      b.faults.onFetched = () => {
        b.faults.onFetched = undefined;
        renameSync(b.at('folder'), b.at('renamed'));
        mkdirSync(b.at('folder', 'inner'), { recursive: true });
      };
      writeFileSync(a.at('folder', 'inner', 'plan'), 'by a');
      expect(await world.settled()).toEqual(
        new Map([
          ['folder', undefined],
          ['folder/inner', undefined],
          ['renamed', undefined],
          ['renamed/inner', undefined],
          ['renamed/inner/note', 'note'],
          ['renamed/inner/plan', 'by a'],
        ]),
      );
    });
  });

  test('at a path where a person makes a file in that moment keeps both', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      b.faults.onFetched = () => {
        b.faults.onFetched = undefined;
        writeFileSync(b.at('plan'), 'by b');
      };
      writeFileSync(a.at('plan'), 'by a');
      const tree = await world.settled();
      expect(new Set(tree.values())).toEqual(new Set(['by a', 'by b']));
    });
  });
});
