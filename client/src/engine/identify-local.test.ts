import { expect, test } from '@jest/globals';
import { NamespaceId, NodeId, rootNodeId } from '@syncline/protocol';
import { MemoryStateStore } from '../../../test/support/sync-world.ts';
import { EngineTrees } from './engine-trees.ts';
import { identifyLocal } from './identify-local.ts';
import { LocalDisk } from './local-disk.ts';
import { localNames } from './local-names.ts';
import type { LocalEntry } from './trees.ts';

const homeId = NamespaceId.parse('0'.repeat(26));
const rootId = rootNodeId(homeId);

function entryOf(path: string, kind: 'file' | 'folder', inode: bigint): LocalEntry {
  const identity = { device: 1n, inode, birthNs: 1n, size: 1, mtimeNs: 1n, ctimeNs: 1n };
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, name, kind, identity, executable: false, listed: true, contentHash: undefined, obstacle: undefined };
}

test('what is new keeps the id that its listing made up, and gets another one each time that this is decided again', () => {
  const { remote, synced, mounts } = new EngineTrees(new MemoryStateStore(), homeId);
  const names = localNames('posix');
  let drawn = 0;
  const newNodeId = (): NodeId => {
    drawn += 1;
    return NodeId.parse(String(drawn).padStart(26, '0'));
  };
  const local = new LocalDisk({ rootId, remote, synced, names, newNodeId, onTouch: () => undefined });
  const list = (path: string, entries: readonly LocalEntry[]) =>
    local.apply({ path, entries, complete: true, rulesChanged: false });
  list('', [entryOf('folder', 'folder', 1n), entryOf('b', 'file', 2n)]);
  list('folder', [entryOf('folder/a', 'file', 3n)]);
  const ids = () => [...local.tree.nodes()].map(({ nodeId }) => nodeId);
  const identify = () => identifyLocal({ local, remote, synced, rootId, names, newNodeId, mounts }, ids());
  const listed = ids();
  identify();
  expect(ids()).toEqual(listed);
  expect(drawn).toBe(3);
  identify();
  expect(ids()).toHaveLength(3);
  expect(ids().filter((nodeId) => listed.includes(nodeId))).toEqual([]);
  const inFolder = [...local.tree.nodes()].find(({ name }) => name === 'a');
  expect(inFolder?.parentId).toBe(local.folderAt('folder'));
});
