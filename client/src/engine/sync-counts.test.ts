import { expect, test } from '@jest/globals';
import { ModelService } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice } from '../../../test/support/sync-world.ts';

async function pair() {
  const service = new ModelService();
  const [a, b] = [new SyncDevice(modelSyncService(service), 1), new SyncDevice(modelSyncService(service), 2)];
  for (const folder of ['d', 'e']) a.files.mkdir(folder);
  for (const file of ['d/one', 'd/two', 'e/three', 'four', 'five']) a.files.write(file, file);
  await a.sync();
  await b.sync();
  return { service, a, b };
}

const nothing = { uploaded: 0, downloaded: 0, conflicts: 0, deletedRemote: 0, deletedLocal: 0, movedRemote: 0 };

test('what was deleted here is counted as deleted at the service, and there as deleted on the disk, with all that was in it', async () => {
  const { a, b } = await pair();
  for (const path of ['d/one', 'd/two', 'd', 'four']) a.files.remove(path);
  expect((await a.sync()).counts).toMatchObject({ ...nothing, deletedRemote: 4, movedLocal: 0 });
  expect((await b.sync()).counts).toMatchObject({ ...nothing, deletedLocal: 4, movedLocal: 0 });
  expect((await b.sync()).counts).toMatchObject({ ...nothing, movedLocal: 0 });
});

test('a moved folder counts as one, and so does each of two that have changed places', async () => {
  const { a, b } = await pair();
  a.files.rename('d', 'e/d');
  a.files.rename('four', 'aside');
  a.files.rename('five', 'four');
  a.files.rename('aside', 'five');
  // What goes through a name of its own in between is not moved twice.
  expect((await a.sync()).counts).toMatchObject({ ...nothing, movedRemote: 3, movedLocal: 0 });
  expect((await b.sync()).counts).toMatchObject({ ...nothing, movedLocal: 3 });
  expect(b.files.text('four')).toBe('five');
});

test('what leaves the disk because it is excluded is counted as what was deleted there', async () => {
  const { service, b } = await pair();
  const engine = await b.engine();
  const folder = service.list().find(({ name }) => name === 'd');
  if (folder === undefined) throw new Error('the folder was not stored');
  engine.trees.setExcluded(new Set([folder.nodeId]));
  expect((await engine.sync({ acceptDeletes: true })).counts).toMatchObject({ ...nothing, deletedLocal: 3 });
});

test('a folder that was made is counted on the side on which it was made', async () => {
  const { a, b } = await pair();
  a.files.mkdir('new');
  a.files.mkdir('new/inner');
  expect((await a.sync()).counts).toMatchObject({ ...nothing, madeRemote: 2, madeLocal: 0 });
  expect((await b.sync()).counts).toMatchObject({ ...nothing, madeRemote: 0, madeLocal: 2 });
});
