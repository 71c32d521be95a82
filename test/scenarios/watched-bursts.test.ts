import { mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readWatchLimits } from '../../client/src/platform/node/watch-limits.ts';
import { meanwhile, settle, withWatchedWorld } from '../support/watched-world.ts';

/** Far more than these tests take; they are not about time. */
const PATIENCE_MS = 120_000;

describe('a burst of changes by another program', () => {
  test(
    'of 2,000 new files in new nested folders is seen to the last file',
    async () => {
      await withWatchedWorld({ comparesObjects: true }, async (world) => {
        await settle(world);
        await meanwhile(world, `fill('unzipped', 'x')`);
        await settle(world);
        expect(world.follower.files()).toBe(2000);
      });
    },
    PATIENCE_MS,
  );

  test(
    'that replaces files by renaming, and folders by others of the same name, is seen to the last file',
    async () => {
      await withWatchedWorld({ comparesObjects: false }, async (world) => {
        await meanwhile(world, `fill('tree', 'main')`);
        await settle(world);
        await meanwhile(
          world,
          `for (const file of readdirSync('tree/d1/e1/f1')) {
           writeFileSync('tree/.lock', 'branch');
           renameSync('tree/.lock', join('tree/d1/e1/f1', file));
         }
         for (let index = 0; index < 10; index++) rmSync('tree/d' + index, { recursive: true });
         fill('tree', 'branch');
         fill('other', 'branch');
         renameSync('tree', 'aside');
         renameSync('other', 'tree');
         fill('aside', 'late');
         rmSync('aside', { recursive: true });`,
        );
        await settle(world);
        expect(world.follower.files()).toBe(2000);
      });
    },
    PATIENCE_MS,
  );

  test(
    'in a tree that is moved again and again while it is written to is seen to the last file',
    async () => {
      await withWatchedWorld({ comparesObjects: true }, async (world) => {
        await meanwhile(
          world,
          `fill('a', 'x');
         for (let move = 0; move < 20; move++) {
           renameSync(move % 2 ? 'b' : 'a', move % 2 ? 'a' : 'b');
           for (let index = 0; index < 20; index++) writeFileSync(join(move % 2 ? 'a' : 'b', 'd' + index, 'moved ' + move), '');
         }`,
        );
        await settle(world);
        expect(world.follower.files()).toBe(2000 + 20 * 20);
      });
    },
    PATIENCE_MS,
  );
});

describe('more events than the system keeps', () => {
  const queued = readWatchLimits()?.queuedEventsMax;

  /** Fills the queue while this process is busy and cannot empty it. */
  function flood(folder: string): void {
    for (let event = 0; event <= (queued ?? 0); event += 2) {
      writeFileSync(join(folder, 'flood'), '');
      unlinkSync(join(folder, 'flood'));
    }
  }

  test(
    'are told as everything, and what was thrown away is found',
    async () => {
      await withWatchedWorld({ comparesObjects: false }, async (world) => {
        for (const name of ['flooded', 'quiet']) mkdirSync(join(world.root, name));
        await settle(world);
        flood(join(world.root, 'flooded'));
        writeFileSync(join(world.root, 'quiet', 'late'), 'late');
        await settle(world);
        expect(world.follower.files()).toBe(1);
      });
    },
    PATIENCE_MS,
  );

  test(
    'are told as everything even when their folders are gone and not listed any more',
    async () => {
      await withWatchedWorld({ comparesObjects: false }, async (world) => {
        for (const name of ['flooded', 'quiet']) mkdirSync(join(world.root, name));
        await settle(world);
        flood(join(world.root, 'flooded'));
        renameSync(join(world.root, 'flooded'), `${world.root}-elsewhere`);
        renameSync(`${world.root}-elsewhere`, join(world.root, 'quiet', 'inside'));
        // The root is listed before an event is taken, as at the end of a long walk: the watch of what is gone is given up.
        await world.files.list('');
        await settle(world);
        expect(world.follower.files()).toBe(0);
      });
    },
    PATIENCE_MS,
  );
});
