import { describe, expect, test } from '@jest/globals';
import { ModelService } from '../../../test/support/model-service.ts';
import { editService } from '../../../test/support/random-edits.ts';
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

describe.each([
  ['knows', 'plan'],
  ['does not know yet', 'commit'],
])('a file that is moved over a copy of it, when its device %s that another one', (_, moment) => {
  /** What the tree comes to, and whether the file in the place of the copy is still the one that was moved there. */
  async function moved(type: 'write' | 'remove', name: string) {
    const { service, a, b } = world();
    for (const path of ['a', 'b']) a.files.write(path, '1');
    for (const device of [a, b]) await device.sync();
    const nodeId = service.list().find((node) => node.name === 'a')?.nodeId;
    const edit = () => {
      a.faults.onCommit = undefined;
      const pick = type === 'write' ? 0 : service.list().findIndex((node) => node.name === name);
      editService(service, { type, pick, folder: 0, name, text: '2' });
    };
    a.files.rename('a', 'b');
    if (moment === 'plan') edit();
    else a.faults.onCommit = edit;
    for (const device of [a, b, a]) expect((await device.sync()).kind).toBe('rested');
    for (const device of [a, b]) expect(device.files.tree()).toEqual(serviceTree(service));
    const isSame = service.list().find((node) => node.name === 'b')?.nodeId === nodeId;
    return { tree: serviceTree(service), isSame };
  }

  test('has written to it, has there what was written', async () => {
    expect(await moved('write', 'a')).toEqual({ tree: new Map([['b', '2']]), isSame: true });
  });

  test('has removed it, stays there as a new one', async () => {
    expect(await moved('remove', 'a')).toEqual({ tree: new Map([['b', '1']]), isSame: false });
  });

  test('has written to the copy, is kept beside what was written', async () => {
    const { tree } = await moved('write', 'b');
    expect([...tree.values()].toSorted((x = '', y = '') => x.localeCompare(y))).toEqual(['1', '2']);
  });
});
