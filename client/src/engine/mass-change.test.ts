import { expect, test } from '@jest/globals';
import { ModelService } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';
import { MASS_CHANGE_NODES } from './limits.ts';

const UNASKED = { acceptDeletes: false };
const FILES = MASS_CHANGE_NODES + 1;

async function twoDevices() {
  const service = new ModelService();
  const [a, b] = [new SyncDevice(modelSyncService(service), 1), new SyncDevice(modelSyncService(service), 2)];
  for (let index = 0; index < FILES; index++) a.files.write(`${index}`, 'precious');
  await a.sync();
  await b.sync();
  return { service, a, b };
}

test('a program that rewrites every file on the disk is held back until a person says that it is meant', async () => {
  const { service, a } = await twoDevices();
  for (let index = 0; index < FILES; index++) a.files.write(`${index}`, 'encrypted');
  expect(await a.sync(UNASKED)).toMatchObject({ kind: 'mass-change', change: { remote: FILES, local: 0 } });
  expect(new Set(serviceTree(service).values())).toEqual(new Set(['precious']));
  expect((await a.sync()).kind).toBe('rested');
  expect(new Set(serviceTree(service).values())).toEqual(new Set(['encrypted']));
});

test('many files that another device has rewritten are not written over here unasked', async () => {
  const { a, b } = await twoDevices();
  for (let index = 0; index < FILES; index++) a.files.write(`${index}`, 'encrypted');
  await a.sync();
  expect(await b.sync(UNASKED)).toMatchObject({ kind: 'mass-change', change: { local: FILES, remote: 0 } });
  expect(new Set(b.files.tree().values())).toEqual(new Set(['precious']));
});

test('one file less than too many needs nobody', async () => {
  const { a } = await twoDevices();
  for (let index = 1; index < FILES; index++) a.files.write(`${index}`, 'edited');
  expect((await a.sync(UNASKED)).kind).toBe('rested');
});
