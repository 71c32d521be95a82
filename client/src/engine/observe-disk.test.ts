import { expect, test } from '@jest/globals';
import { ModelService } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

test('what a hint told of is looked at again when the look at it has failed', async () => {
  const service = new ModelService();
  const a = new SyncDevice(modelSyncService(service), 1);
  const engine = await a.watchingEngine();
  a.files.mkdir('d');
  await engine.sync({ acceptDeletes: false });
  a.files.write('d/new', 'n');
  const list = a.files.list.bind(a.files);
  a.files.list = () => Promise.reject(new Error('the disk is away for a moment'));
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('the disk is away');
  a.files.list = list;
  await engine.sync({ acceptDeletes: false });
  expect([...serviceTree(service).keys()]).toEqual(['d', 'd/new']);
});
