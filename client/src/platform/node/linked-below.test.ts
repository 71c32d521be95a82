import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId } from '@syncline/protocol';
import { findLinkedBelow } from './linked-below.ts';
import { LinkedFolder } from './linked-folders.ts';
import { rootMarkerFile, writeRootMarker } from './root-marker.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const [deviceId, namespaceId] = [DeviceId.parse(id), NamespaceId.parse(id)];
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-below-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder below the root that a link of this id has marked. */
async function marked(path: string, folderId = 'theirs'): Promise<string> {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  await writeRootMarker(folder, { folderId, deviceId, namespaceId });
  return folder;
}

test('a folder that another installation has linked is found, however deep it lies', async () => {
  mkdirSync(join(root, 'beside', 'deep'), { recursive: true });
  writeFileSync(join(root, 'file'), 'text');
  expect(await findLinkedBelow(root, [])).toBeUndefined();
  const linked = await marked('one/two/three/four');
  expect(await findLinkedBelow(root, [])).toBe(linked);
});

test('the own link of the folder, and a copy of a folder of an own link, are not those of another', async () => {
  await marked('', 'own');
  await marked('copy', 'own');
  const own = LinkedFolder.parse({ folderId: 'own', path: root, namespaceId, deviceId });
  expect(await findLinkedBelow(root, [own])).toBeUndefined();
  const linked = await marked('copy/inside');
  expect(await findLinkedBelow(root, [own])).toBe(linked);
});

test('a marker that cannot be read is one, and a folder that was unlinked has none', async () => {
  const folder = await marked('was linked');
  rmSync(rootMarkerFile(folder));
  expect(await findLinkedBelow(root, [])).toBeUndefined();
  writeFileSync(rootMarkerFile(folder), 'torn');
  expect(await findLinkedBelow(root, [])).toBe(folder);
});

test('a symbolic link is not followed', async () => {
  const linked = await marked('elsewhere/linked');
  mkdirSync(join(root, 'here'));
  symlinkSync(linked, join(root, 'here', 'link'));
  symlinkSync(join(linked, '.syncline'), join(root, 'here', '.syncline'));
  expect(await findLinkedBelow(join(root, 'here'), [])).toBeUndefined();
});

test('a folder that cannot be read has nothing in it, and those beside it are looked into', async () => {
  expect(await findLinkedBelow(join(root, 'gone'), [])).toBeUndefined();
  // Its name is no UTF-8, so that it is not found under what is decoded of it, even by whoever may read everything.
  const unreadable = Buffer.concat([Buffer.from(join(root, 'a')), Buffer.from([0xff])]);
  if (process.platform === 'linux') mkdirSync(unreadable);
  const linked = await marked('b/linked');
  expect(await findLinkedBelow(root, [])).toBe(linked);
});

test('so many folders are looked into and no more, those near the root first', async () => {
  const linked = await marked('b/linked');
  mkdirSync(join(root, 'a', '1', '2', '3'), { recursive: true });
  // The root, `a`, `b`, `a/1`, and then the linked one.
  expect(await findLinkedBelow(root, [], 4)).toBeUndefined();
  expect(await findLinkedBelow(root, [], 5)).toBe(linked);
});
