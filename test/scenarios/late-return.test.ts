import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { type LiveDevice, TRASH_DAY } from '../support/live-device.ts';
import { type LiveWorld, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

const NAMES = ['deleted', 'edited', 'renamed', 'edited by both', 'left alone'];

/** Device b is away while a goes on, both change things, and its cursor expires. */
async function goesAway(world: LiveWorld, [a, b]: readonly [LiveDevice, LiveDevice, ...LiveDevice[]]): Promise<void> {
  for (const name of NAMES) writeFileSync(a.at(name), `base of ${name}`);
  await world.settled();
  await b.stop();
  rmSync(a.at('deleted'));
  writeFileSync(a.at('edited'), 'edited by a');
  renameSync(a.at('renamed'), a.at('renamed by a'));
  writeFileSync(a.at('edited by both'), 'by a');
  writeFileSync(a.at('new'), 'new of a');
  await world.settled();
  writeFileSync(b.at('edited by both'), 'by b');
  writeFileSync(b.at('unknown'), 'only b has it');
  world.service.oldestCursor = world.service.journal.length;
}

describe('a device that returns after its cursor has expired', () => {
  test('takes over what happened, brings what it did, and loses neither', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [, b] = devices;
      await goesAway(world, devices);
      const before = world.service.journal.length;
      b.start();
      const tree = await world.settled();
      expect(tree.get('edited')).toBe('edited by a');
      expect(tree.get('renamed by a')).toBe('base of renamed');
      expect(tree.has('renamed')).toBe(false);
      expect(tree.get('new')).toBe('new of a');
      expect(tree.get('unknown')).toBe('only b has it');
      expect(tree.get('edited by both')).toBe('by a');
      expect([...tree.values()]).toContain('by b');
      // Both had agreed on it, and only a has done something since: that is a delete.
      expect(tree.has('deleted')).toBe(false);
      expect(readFileSync(b.at('.syncline', 'trash', TRASH_DAY, 'deleted'), 'utf8')).toBe('base of deleted');
      expect(world.since(before)).toHaveLength(2);
    });
  });

  test('without its database merges both sides, and then nothing is deleted', async () => {
    await withLiveWorld(2, async (world, devices) => {
      const [, b] = devices;
      await goesAway(world, devices);
      b.forgetState();
      b.start();
      const tree = await world.settled();
      expect(tree.get('deleted')).toBe('base of deleted');
      const texts = [...tree.values()];
      for (const text of ['edited by a', 'base of renamed', 'new of a', 'only b has it', 'by a', 'by b']) {
        expect(texts).toContain(text);
      }
      expect(world.service.journal.filter(({ type }) => type === 'deleted')).toHaveLength(1);
    });
  });
});
