import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import type { LiveDevice } from '../support/live-device.ts';
import { type LiveWorld, type TextTree, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

/** `folder` with two files, on both. */
async function makeFolder(world: LiveWorld, device: LiveDevice): Promise<void> {
  mkdirSync(device.at('folder', 'deep'), { recursive: true });
  writeFileSync(device.at('folder', 'deep', 'edited'), 'base');
  writeFileSync(device.at('folder', 'left alone'), 'alone');
  await world.settled();
}

/** What two devices do while none of them hears of the other. The service hears of them in the order in which they are given. */
async function apart(world: LiveWorld, devices: readonly LiveDevice[], doings: () => void): Promise<TextTree> {
  for (const device of devices) device.loop.pause();
  for (const device of devices) while (device.status().state !== 'paused') await pause(5);
  doings();
  for (const device of devices) {
    device.loop.resume({ acceptDeletes: false });
    await device.loop.syncNow();
  }
  return world.settled();
}

describe('a delete that meets an edit', () => {
  test.each(['first', 'last'])(
    'of a file in a folder that is deleted elsewhere keeps the file; the service hears of the delete %s',
    async (order) => {
      await withLiveWorld(2, async (world, [a, b]) => {
        await makeFolder(world, a);
        const tree = await apart(world, order === 'first' ? [a, b] : [b, a], () => {
          rmSync(a.at('folder'), { recursive: true });
          writeFileSync(b.at('folder', 'deep', 'edited'), 'edited on b');
        });
        expect(tree.get('folder/deep/edited')).toBe('edited on b');
        expect(tree.has('folder/left alone')).toBe(false);
      });
    },
  );

  test('of a new file in a folder that is deleted elsewhere keeps the new file in its folder', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [a, b] = devices;
      await makeFolder(world, a);
      const tree = await apart(world, devices, () => {
        rmSync(a.at('folder'), { recursive: true });
        writeFileSync(b.at('folder', 'new'), 'new on b');
      });
      expect(tree).toEqual(
        new Map([
          ['folder', undefined],
          ['folder/new', 'new on b'],
        ]),
      );
    });
  });

  test('on both sides at once is one delete, and no problem', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [a, b] = devices;
      await makeFolder(world, a);
      expect(
        await apart(world, devices, () => {
          rmSync(a.at('folder'), { recursive: true });
          rmSync(b.at('folder'), { recursive: true });
        }),
      ).toEqual(new Map());
    });
  });

  test('a folder that is renamed elsewhere takes the edits, the new files and the deletes in it along', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [a, b] = devices;
      await makeFolder(world, a);
      const before = world.nodeAt('folder')?.nodeId;
      const tree = await apart(world, devices, () => {
        renameSync(a.at('folder'), a.at('renamed'));
        writeFileSync(b.at('folder', 'deep', 'edited'), 'edited on b');
        writeFileSync(b.at('folder', 'new'), 'new on b');
        rmSync(b.at('folder', 'left alone'));
      });
      expect(tree).toEqual(
        new Map([
          ['renamed', undefined],
          ['renamed/deep', undefined],
          ['renamed/deep/edited', 'edited on b'],
          ['renamed/new', 'new on b'],
        ]),
      );
      expect(world.nodeAt('renamed')?.nodeId).toBe(before);
      expect(world.history('renamed/deep/edited')).toEqual(['created', 'modified']);
    });
  });

  test('a folder that is renamed elsewhere while a program goes on writing in it loses none of what it writes', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await makeFolder(world, a);
      for (let index = 0; index < 30; index++) {
        if (index === 10) renameSync(a.at('folder'), a.at('renamed'));
        // As a program that names the folder anew each time: it makes it again where it has gone.
        mkdirSync(b.at('folder'), { recursive: true });
        writeFileSync(b.at('folder', `${index}`), `${index}`);
        await pause(15);
      }
      const texts = [...(await world.settled()).values()];
      for (let index = 0; index < 30; index++) expect(texts).toContain(`${index}`);
      expect(texts).toContain('base');
    });
  });

  test('a file that is replaced by a folder elsewhere while it is edited here keeps the folder and the edit', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [a, b] = devices;
      writeFileSync(a.at('thing'), 'base');
      await world.settled();
      const tree = await apart(world, devices, () => {
        rmSync(a.at('thing'));
        mkdirSync(a.at('thing'));
        writeFileSync(a.at('thing', 'inside'), 'inside');
        writeFileSync(b.at('thing'), 'edited on b');
      });
      expect([...tree.values()]).toEqual(expect.arrayContaining(['inside', 'edited on b']));
      expect(tree.size).toBe(3);
    });
  });
});

describe('something of another kind in the place of a file or a folder', () => {
  test('a folder that becomes a file, and the file a folder again, arrive so', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await makeFolder(world, a);
      rmSync(a.at('folder'), { recursive: true });
      writeFileSync(a.at('folder'), 'a file');
      expect(await world.settled()).toEqual(new Map([['folder', 'a file']]));
      expect(readFileSync(b.at('folder'), 'utf8')).toBe('a file');

      rmSync(b.at('folder'));
      mkdirSync(b.at('folder'));
      writeFileSync(b.at('folder', 'again'), 'again');
      expect(await world.settled()).toEqual(
        new Map([
          ['folder', undefined],
          ['folder/again', 'again'],
        ]),
      );
    });
  });

  test('a folder that becomes a file here while something in it is edited elsewhere keeps the file and the edit', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [a, b] = devices;
      await makeFolder(world, a);
      const tree = await apart(world, devices, () => {
        rmSync(a.at('folder'), { recursive: true });
        writeFileSync(a.at('folder'), 'a file');
        writeFileSync(b.at('folder', 'deep', 'edited'), 'edited on b');
      });
      expect([...tree.values()]).toEqual(expect.arrayContaining(['a file', 'edited on b']));
      expect([...tree.values()]).not.toContain('alone');
    });
  });
});

const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));
