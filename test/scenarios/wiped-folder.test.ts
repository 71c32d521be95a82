import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type LiveDevice, TRASH_DAY } from '../support/live-device.ts';
import { type LiveWorld, readTextTree, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

const FILES = 80;

async function fill(world: LiveWorld, device: LiveDevice): Promise<void> {
  for (let index = 0; index < FILES; index++) {
    mkdirSync(device.at(`folder ${index % 4}`), { recursive: true });
    writeFileSync(device.at(`folder ${index % 4}`, `${index}`), `content of ${index}`);
  }
  expect((await world.settled()).size).toBe(FILES + 4);
}

function untilState(device: LiveDevice, state: string): Promise<void> {
  return eventually(() => expect(device.status().state).toBe(state));
}

describe('a folder that is wiped', () => {
  test('pauses before anything is deleted, and goes on on each side once somebody means it', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await fill(world, a);
      for (const name of readdirSync(a.root)) if (name !== '.syncline') rmSync(a.at(name), { recursive: true });

      await untilState(a, 'mass-change');
      expect(a.status().massChange).toMatchObject({ remote: FILES + 4, local: 0 });
      expect(world.service.list()).toHaveLength(FILES + 4);
      expect((await readTextTree(b.root)).size).toBe(FILES + 4);

      a.loop.resume({ acceptDeletes: true });
      await untilState(b, 'mass-change');
      expect((await readTextTree(b.root)).size).toBe(FILES + 4);
      b.loop.resume({ acceptDeletes: true });
      expect(await world.settled()).toEqual(new Map());
      const kept = readdirSync(b.at('.syncline', 'trash', TRASH_DAY), { recursive: true, withFileTypes: true });
      expect(kept.filter((entry) => entry.isFile())).toHaveLength(FILES);
    });
  });

  test('together with its marker deletes nothing anywhere, and goes on when it is back', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await fill(world, a);
      const marker = readFileSync(a.at('.syncline', 'marker.json'));
      rmSync(a.root, { recursive: true });
      void a.loop.syncNow();
      await untilState(a, 'root-missing');
      mkdirSync(a.at('.syncline'), { recursive: true });
      await a.loop.syncNow();
      await untilState(a, 'root-missing');
      expect(world.service.list()).toHaveLength(FILES + 4);

      // An empty folder with the right marker is a wiped one.
      writeFileSync(a.at('.syncline', 'marker.json'), marker);
      await a.loop.syncNow();
      await untilState(a, 'mass-change');
      expect((await readTextTree(b.root)).size).toBe(FILES + 4);
      expect(world.service.list()).toHaveLength(FILES + 4);
    });
  });

  test('file by file, slowly, is stopped as well', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await fill(world, a);
      for (let index = 0; index < FILES; index++) {
        rmSync(a.at(`folder ${index % 4}`, `${index}`));
        await new Promise((resolve) => void setTimeout(resolve, 30));
      }
      await untilState(a, 'mass-change');
      expect((await readTextTree(b.root)).size).toBeGreaterThan(FILES / 4);
    });
  });
});
