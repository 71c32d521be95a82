import { expect, test } from '@jest/globals';
import { DAY_MS } from '@syncline/protocol';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { SyncDevice } from '../support/sync-world.ts';

/** Folders of which a page of a listing cannot hold the way down: each name takes a twelfth of a page token. */
const DEPTH = 14;
const NAME = 'x'.repeat(250);

test('folders that a listing names apart, because they are so deep, are read and not taken for deleted', async () => {
  const inMemory = new InMemoryService();
  const service = handlersSyncService(inMemory);
  const [desk, laptop] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
  const deepest = Array.from({ length: DEPTH }, () => NAME).join('/');
  const file = `${deepest}/a.txt`;
  for (let depth = 1; depth <= DEPTH; depth++) desk.files.mkdir(deepest.slice(0, depth * (NAME.length + 1) - 1));
  desk.files.write(file, 'deep');
  await desk.sync();
  await laptop.sync();
  expect(laptop.files.tree().get(file)).toBe('deep');
  // The journal reaches back to no cursor any more: everything is listed anew.
  inMemory.stores.clock.advance(400 * DAY_MS);
  desk.files.write('b.txt', 'late');
  await desk.sync();
  expect(await laptop.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(laptop.files.trashed.size).toBe(0);
  expect(laptop.files.tree().get(file)).toBe('deep');
});
