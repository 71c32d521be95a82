import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('a path that two devices make at the same time', () => {
  test('with equal bytes is one file and no copy', async () => {
    await withLiveWorld(2, async (world, devices) => {
      for (const device of devices) writeFileSync(device.at('plan.txt'), 'the same plan');
      expect(await world.settled()).toEqual(new Map([['plan.txt', 'the same plan']]));
      expect(world.history('plan.txt')).toEqual(['created']);
      expect(world.service.journal).toHaveLength(1);
    });
  });

  test('with different bytes is both contents on both, one of them as a conflicted copy', async () => {
    await withLiveWorld(2, async (world, devices) => {
      for (const [index, device] of devices.entries()) writeFileSync(device.at('plan.txt'), `by ${index}`);
      const tree = await world.settled();
      expect(new Set(tree.values())).toEqual(new Set(['by 0', 'by 1']));
      expect([...tree.keys()].filter((path) => path.includes('(conflicted copy from'))).toHaveLength(1);
      expect(tree.size).toBe(2);
      expect(world.service.journal.every(({ type }) => type !== 'deleted')).toBe(true);
    });
  });

  test('on three devices with three contents is three files everywhere', async () => {
    await withLiveWorld(3, async (world, devices) => {
      for (const [index, device] of devices.entries()) writeFileSync(device.at('plan.txt'), `by ${index}`);
      const tree = await world.settled();
      expect(new Set(tree.values())).toEqual(new Set(['by 0', 'by 1', 'by 2']));
      expect(tree.size).toBe(3);
      expect(tree.has('plan.txt')).toBe(true);
    });
  });

  test('as folders is one folder with what both put into it', async () => {
    await withLiveWorld(2, async (world, devices) => {
      for (const [index, device] of devices.entries()) {
        mkdirSync(device.at('album', 'deep'), { recursive: true });
        writeFileSync(device.at('album', 'deep', `${index}.jpg`), `picture ${index}`);
      }
      expect(await world.settled()).toEqual(
        new Map([
          ['album', undefined],
          ['album/deep', undefined],
          ['album/deep/0.jpg', 'picture 0'],
          ['album/deep/1.jpg', 'picture 1'],
        ]),
      );
      expect(world.service.list()).toHaveLength(4);
    });
  });

  test('as a file and as a folder is both, under two names', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('thing'), 'a file');
      mkdirSync(b.at('thing'));
      writeFileSync(b.at('thing', 'inside'), 'inside');
      const tree = await world.settled();
      expect([...tree.values()]).toEqual(expect.arrayContaining(['a file', 'inside', undefined]));
      expect(tree.size).toBe(3);
    });
  });
});
