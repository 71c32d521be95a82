import { expect, test } from '@jest/globals';
import { OpId } from '@syncline/protocol';
import { ModelService, modelDevice } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

function world() {
  const service = new ModelService();
  return {
    service,
    a: new SyncDevice(modelSyncService(service), 1),
    b: new SyncDevice(modelSyncService(service), 2),
  };
}

test('a folder that was deleted here comes back when what was moved out of it has to go back into it', async () => {
  const { service, a, b } = world();
  for (const path of ['outer', 'outer/middle', 'outer/middle/inner', 'other']) a.files.mkdir(path);
  a.files.write('outer/deleted', '1');
  await a.sync();
  await b.sync();
  a.files.rename('outer/middle/inner', 'other/inner');
  a.files.remove('outer');
  b.files.rename('other', 'outer/middle/inner/other');
  await b.sync();
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  const tree = ['outer', 'outer/middle', 'outer/middle/inner', 'outer/middle/inner/other'];
  expect([...a.files.tree().keys()]).toEqual(tree);
  expect([...serviceTree(service).keys()]).toEqual(tree);
});

test('a folder that stands aside, and cannot go where it belongs, gets a name of its own again', async () => {
  const { service, a, b } = world();
  for (const path of ['first', 'last', 'other']) a.files.mkdir(path);
  for (const path of ['first/x', 'last/x', 'other/file']) a.files.write(path, path);
  await a.sync();
  await b.sync();
  const idOf = (name: string) => service.list().find((node) => node.name === name);
  const other = idOf('other');
  // Of a circle the node of the smallest id is moved aside.
  const file = idOf('file')?.nodeId ?? '';
  const name = ['first', 'last'].find((one) => (idOf(one)?.nodeId ?? '') < file);
  const folder = idOf(name ?? '');
  if (name === undefined || other === undefined || folder === undefined) throw new Error('a folder is first by its id');
  a.files.rename(name, 'between');
  a.files.rename('other/file', name);
  a.files.rename('between', 'other/file');
  a.faults.onSent = () => {
    a.faults.onSent = undefined;
    const { namespaceId, nodeId, rev } = other;
    const opId = OpId.parse('00000000000000000000000003-0');
    const to = { parentId: folder.nodeId, name: 'into' };
    service.commit(modelDevice(9), [{ type: 'move', opId, namespaceId, nodeId, baseRev: rev, ...to }]);
  };
  for (const device of [a, b, a]) expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(serviceTree(service)).toEqual(a.files.tree());
  expect(b.files.tree()).toEqual(a.files.tree());
  expect([...a.files.tree().keys()].filter((path) => path.includes('moving'))).toEqual([]);
  expect(idOf('file')?.nodeId).toBe(folder.nodeId);
});

test('folders that two devices put into each other, by way of a third one, come to rest', async () => {
  const { service, a, b } = world();
  for (const path of ['outer', 'outer/inner', 'third']) a.files.mkdir(path);
  a.files.write('outer/file', '1');
  await a.sync();
  await b.sync();
  // On one side: third/inner/outer. On the other one: outer/inner/third.
  a.files.rename('outer/inner', 'third/inner');
  a.files.rename('outer', 'third/inner/outer');
  b.files.rename('third', 'outer/inner/third');
  await b.sync();
  for (const device of [a, b]) expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  const tree = ['outer', 'outer/file', 'outer/inner', 'outer/inner/third'];
  expect([...serviceTree(service).keys()].toSorted()).toEqual(tree);
  for (const device of [a, b]) expect([...device.files.tree().keys()].toSorted()).toEqual(tree);
});
