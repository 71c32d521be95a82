import { cpSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AccountId, DeviceId, NamespaceId, NodeId, rootNodeId } from '@syncline/protocol';
import { BEGINNING } from '../../engine/ports.ts';
import { describeForeignLink } from './foreign-link.ts';
import { LinkedFolder, stateFile } from './linked-folders.ts';
import { findStrayFolder, holdsSyncedObjects, isLinkedFolder } from './moved-link.ts';
import { openStateStore } from './open-state-store.ts';
import { rootMarkerFile, writeRootMarker } from './root-marker.ts';
import { identityOf } from './scan-folder.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const namespaceId = NamespaceId.parse(id);
let directory: string;
let folder: LinkedFolder;
let elsewhere: string;

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-stray-')));
  const path = join(directory, 'folder');
  elsewhere = join(directory, 'elsewhere');
  mkdirSync(path);
  mkdirSync(join(directory, 'folders'));
  folder = LinkedFolder.parse({ folderId: 'folder', path, namespaceId, deviceId: DeviceId.parse(id) });
  await writeRootMarker(path, { folderId: 'folder', deviceId: folder.deviceId, namespaceId });
  const store = openStateStore(stateFile(directory, 'folder'));
  const nodes = ['one', 'two', 'three'].map((name, index) => {
    writeFileSync(join(path, name), name);
    const nodeId = NodeId.parse(`${id.slice(0, -1)}${index}`);
    const identity = identityOf(lstatSync(join(path, name), { bigint: true }));
    const content = { rev: 1, contentRev: 1, size: name.length, contentHash: undefined, executable: false };
    return { nodeId, parentId: rootNodeId(namespaceId), name, kind: 'file' as const, ...content, identity };
  });
  const synced = new Map(nodes.map((node) => [node.nodeId, node]));
  store.save({ remote: new Map(), synced, position: BEGINNING });
  store.close();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a folder that was renamed is the linked one, with the objects that were synced, whatever was edited since', async () => {
  renameSync(folder.path, elsewhere);
  expect(await findStrayFolder([folder], elsewhere)).toEqual({ kind: 'moved', folder });
  expect(holdsSyncedObjects(directory, folder, elsewhere)).toBe(true);
  rmSync(join(elsewhere, 'one'));
  expect(holdsSyncedObjects(directory, folder, elsewhere)).toBe(true);
});

test('a copy is told from the folder that it was made of, and has other objects', async () => {
  cpSync(folder.path, elsewhere, { recursive: true, preserveTimestamps: true });
  expect(await findStrayFolder([folder], elsewhere)).toEqual({ kind: 'copied', folder });
  expect(holdsSyncedObjects(directory, folder, elsewhere)).toBe(false);
  rmSync(folder.path, { recursive: true });
  expect(await findStrayFolder([folder], elsewhere)).toEqual({ kind: 'moved', folder });
  expect(holdsSyncedObjects(directory, folder, elsewhere)).toBe(false);
});

test('a folder without a marker, at its own place, or of another installation is no stray one', async () => {
  expect(await findStrayFolder([folder], folder.path)).toBeUndefined();
  expect(await findStrayFolder([folder], directory)).toBeUndefined();
  renameSync(folder.path, elsewhere);
  expect(await findStrayFolder([], elsewhere)).toBeUndefined();
});

test('a folder that has lost its marker is the linked one still, and another one in its place is not', async () => {
  expect(await isLinkedFolder(directory, folder, folder.path)).toBe(true);
  rmSync(rootMarkerFile(folder.path));
  expect(await isLinkedFolder(directory, folder, folder.path)).toBe(true);
  renameSync(folder.path, elsewhere);
  mkdirSync(folder.path);
  expect(await isLinkedFolder(directory, folder, folder.path)).toBe(false);
  expect(await isLinkedFolder(directory, folder, elsewhere)).toBe(true);
});

test('of whom a folder is, is told under every other sign-in', () => {
  const [ada, bob] = [AccountId.parse(id), AccountId.parse(`${id.slice(0, -1)}0`)];
  const linked = { ...folder, accountId: ada, address: 'ada@example.com' };
  expect(describeForeignLink(linked, { accountId: ada })).toBeUndefined();
  expect(describeForeignLink(folder, { accountId: bob })).toBeUndefined();
  const told = describeForeignLink(linked, { accountId: bob, address: 'bob@example.com' });
  expect(told?.message).toBe('is linked by the sign-in of ada@example.com, and bob@example.com is signed in now');
});
