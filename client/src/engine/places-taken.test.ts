import { expect, test } from '@jest/globals';
import { ModelService } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

function world() {
  const service = new ModelService();
  return {
    service,
    a: new SyncDevice(modelSyncService(service), 1),
    b: new SyncDevice(modelSyncService(service), 2),
  };
}

const reasons = (outcome: { readonly problems: readonly { readonly path: string; readonly reason: string }[] }) =>
  outcome.problems.map(({ path, reason }) => `${path}: ${reason}`).toSorted((x, y) => x.localeCompare(y));

test('a folder that could not be listed and then went to the trash is no problem any more', async () => {
  const { a, b } = world();
  a.files.mkdir('d');
  await a.sync();
  const engine = await b.engine();
  await engine.sync({ acceptDeletes: true });
  b.files.unlisted.add('d');
  a.files.remove('d');
  await a.sync();
  expect(reasons(await engine.sync({ acceptDeletes: true }))).toEqual([]);
  expect(b.files.tree()).toEqual(new Map());
});

test('files that swap names and are edited have these names in the end', async () => {
  const { service, a, b } = world();
  a.files.write('x', 'x');
  a.files.write('y', 'y');
  for (const device of [a, b]) await device.sync();
  a.files.rename('x', 'z');
  a.files.rename('y', 'x');
  a.files.rename('z', 'y');
  a.files.write('x', 'y, edited');
  a.files.write('y', 'x, edited');
  for (const device of [a, b]) expect((await device.sync()).kind).toBe('rested');
  const swapped = new Map([
    ['x', 'y, edited'],
    ['y', 'x, edited'],
  ]);
  for (const tree of [serviceTree(service), a.files.tree(), b.files.tree()]) expect(tree).toEqual(swapped);
});

test('a file that leaves its place before a plan takes it is looked for anew when another one comes there', async () => {
  const { service, a, b } = world();
  a.files.write('f', '1');
  a.files.mkdir('d');
  for (const device of [a, b]) await device.sync();
  a.files.rename('f', 'd/f');
  await a.sync();
  a.files.write('f', '2');
  await a.sync();
  b.files.write('new', 'n');
  b.faults.onSent = () => {
    b.faults.onSent = undefined;
    b.files.rename('f', 'g');
  };
  expect((await b.sync()).kind).toBe('rested');
  expect((await a.sync()).kind).toBe('rested');
  expect(b.files.tree()).toEqual(serviceTree(service));
  expect(a.files.tree()).toEqual(serviceTree(service));
});
