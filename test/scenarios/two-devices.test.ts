import { expect, test } from '@jest/globals';
import { ModelService } from '../support/model-service.ts';
import { SyncDevice, serviceTree } from '../support/sync-world.ts';

function twoDevices() {
  const service = new ModelService();
  return { service, a: new SyncDevice(service, 1), b: new SyncDevice(service, 2) };
}

test('a folder of one device comes to the other one, and nothing is left to do then', async () => {
  const { service, a, b } = twoDevices();
  a.files.mkdir('photos');
  a.files.mkdir('photos/empty');
  a.files.write('photos/one.jpg', 'one');
  a.files.write('empty.txt', '');
  expect((await a.sync()).kind).toBe('rested');
  expect((await b.sync()).kind).toBe('rested');
  expect(b.files.tree()).toEqual(a.files.tree());
  expect(serviceTree(service)).toEqual(a.files.tree());
  const head = service.journal.length;
  expect((await a.sync()).kind).toBe('rested');
  expect(service.journal.length).toBe(head);
});
