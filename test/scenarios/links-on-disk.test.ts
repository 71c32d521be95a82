import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('links in a synced folder', () => {
  test('of the hard kind are files of their own elsewhere, and an edit through one name travels under both', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('first name'), 'text');
      await world.settled();
      linkSync(a.at('first name'), a.at('second name'));
      expect(await world.settled()).toEqual(
        new Map([
          ['first name', 'text'],
          ['second name', 'text'],
        ]),
      );
      expect(world.history('first name')).toEqual(['created']);
      expect(statSync(b.at('first name')).nlink).toBe(1);

      writeFileSync(a.at('second name'), 'edited through the second name');
      const tree = await world.settled();
      expect(new Set(tree.values())).toEqual(new Set(['edited through the second name']));

      // What comes in replaces a name and not the object behind it.
      writeFileSync(b.at('first name'), 'by b');
      expect(await world.settled()).toEqual(
        new Map([
          ['first name', 'by b'],
          ['second name', 'edited through the second name'],
        ]),
      );
      rmSync(a.at('first name'));
      expect([...(await world.settled()).keys()]).toEqual(['second name']);
    });
  });

  test('that a file gets and loses while it is sent, in folders that nothing else happens in, keep nobody from sending it', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      mkdirSync(a.at('first'));
      mkdirSync(a.at('second'));
      await world.settled();
      a.faults.onSent = () => {
        a.faults.onSent = undefined;
        linkSync(a.at('first', 'file'), a.at('second', 'file'));
      };
      writeFileSync(a.at('first', 'file'), 'text');
      const both = new Map([
        ['first', undefined],
        ['first/file', 'text'],
        ['second', undefined],
        ['second/file', 'text'],
      ]);
      expect(await world.settled()).toEqual(both);

      writeFileSync(a.at('first', 'other'), 'other text');
      linkSync(a.at('first', 'other'), a.at('second', 'other'));
      a.faults.onSent = () => {
        a.faults.onSent = undefined;
        rmSync(a.at('first', 'other'));
      };
      expect(await world.settled()).toEqual(new Map([...both, ['second/other', 'other text']]));
    });
  });

  test('of the symbolic kind are reported, not followed, and in nobody’s way', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      mkdirSync(join(world.directory, 'outside'));
      writeFileSync(join(world.directory, 'outside', 'secret'), 'secret');
      writeFileSync(a.at('file'), 'file');
      symlinkSync(join(world.directory, 'outside'), a.at('to a folder'));
      symlinkSync('file', a.at('to a file'));
      symlinkSync('nowhere', a.at('to nothing'));
      symlinkSync('.', a.at('to itself'));
      const links = ['to a folder', 'to a file', 'to nothing', 'to itself'];
      expect(await world.settled({ problems: links.map((name) => `symlink ${name}`) })).toEqual(
        new Map([['file', 'file']]),
      );
      for (const name of links) rmSync(a.at(name));
      expect(await world.settled()).toEqual(new Map([['file', 'file']]));
    });
  });

  test('put in the place of a synced file and of a synced folder delete neither elsewhere', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      mkdirSync(a.at('folder'));
      writeFileSync(a.at('folder', 'inside'), 'inside');
      writeFileSync(a.at('file'), 'file');
      await world.settled();
      const outside = join(world.directory, 'outside');
      mkdirSync(outside);
      for (const name of ['folder', 'file']) renameSync(a.at(name), join(outside, name));
      for (const name of ['folder', 'file']) symlinkSync(join(outside, name), a.at(name));
      await b.loop.syncNow();
      // The other device goes on with both; here nothing is written through a link.
      writeFileSync(b.at('folder', 'more'), 'more');
      writeFileSync(b.at('file'), 'edited by b');
      await untilSeen(() => world.service.journal.length >= 5);
      await a.loop.syncNow();
      expect(lstatSync(a.at('folder')).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('file');
      expect(readFileSync(b.at('folder', 'inside'), 'utf8')).toBe('inside');
      expect(a.status().problems.map(({ reason }) => reason)).toContain('symlink');

      for (const name of ['folder', 'file']) rmSync(a.at(name));
      for (const name of ['folder', 'file']) renameSync(join(outside, name), a.at(name));
      expect(await world.settled()).toEqual(
        new Map([
          ['file', 'edited by b'],
          ['folder', undefined],
          ['folder/inside', 'inside'],
          ['folder/more', 'more'],
        ]),
      );
    });
  });
});

async function untilSeen(check: () => boolean): Promise<void> {
  for (let look = 0; look < 2000 && !check(); look++) await new Promise((resolve) => void setTimeout(resolve, 20));
  expect(check()).toBe(true);
}
