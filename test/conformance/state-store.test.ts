import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ContentHash, Cursor, encodeUlid, NodeId } from '@syncline/protocol';
import type { StateStore } from '../../client/src/engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../../client/src/engine/trees.ts';
import { openStateStore } from '../../client/src/platform/node/open-state-store.ts';
import { MemoryStateStore } from '../support/sync-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'syncline-state-'));
afterAll(() => rmSync(directory, { recursive: true }));

let made = 0;
/** Each `make` answers a store; `reopen` what a later process finds. */
const stores: readonly (readonly [string, () => { open: () => StateStore & { close?: () => void } }])[] = [
  [
    'in memory',
    () => {
      const store = new MemoryStateStore();
      return { open: () => store };
    },
  ],
  [
    'in SQLite',
    () => {
      made += 1;
      const file = join(directory, `${made}.sqlite`);
      return { open: () => openStateStore(file) };
    },
  ],
];

const id = (number: number) => NodeId.parse(encodeUlid(new Uint8Array(16).fill(number)));
const remote: RemoteNode = {
  nodeId: id(1),
  parentId: id(0),
  name: 'n\u0301 \u{1F600}',
  kind: 'file',
  rev: 3,
  contentRev: 2,
  size: 50 * 1024 ** 3,
  contentHash: ContentHash.parse('ab'.repeat(32)),
  executable: true,
  modifiedAtMs: 1_600_000_000_123,
};
const { modifiedAtMs: _, ...agreed } = remote;
const synced: SyncedNode = {
  ...agreed,
  identity: {
    device: -5n,
    inode: 2n ** 62n + 1n,
    birthNs: 1_600_000_000_123_456_789n,
    size: 50 * 1024 ** 3,
    mtimeNs: 1_600_000_000_123_456_788n,
    ctimeNs: 1_600_000_000_123_456_787n,
  },
};
const folder: RemoteNode = {
  ...remote,
  nodeId: id(2),
  kind: 'folder',
  contentHash: undefined,
  modifiedAtMs: undefined,
};

describe.each(stores)('a state store %s', (_name, make) => {
  test('is empty at first: the namespace has to be listed', () => {
    const store = make().open();
    expect([...store.load().remote, ...store.load().synced]).toEqual([]);
    expect(store.load().position).toEqual({ cursor: undefined, seq: 0, lamport: 0 });
    store.close?.();
  });

  test('tells a later process exactly what was saved, to the nanosecond', () => {
    const { open } = make();
    const store = open();
    const position = { cursor: Cursor.parse('c'), seq: 7, lamport: 9 };
    store.save({
      remote: new Map([
        [remote.nodeId, remote],
        [folder.nodeId, folder],
      ]),
      synced: new Map([[synced.nodeId, synced]]),
      position,
    });
    store.close?.();
    const later = open();
    const state = later.load();
    expect([...state.remote]).toEqual([remote, folder]);
    expect([...state.synced]).toEqual([synced]);
    expect(state.position).toEqual(position);
    later.save({ remote: new Map([[remote.nodeId, undefined]]), synced: new Map(), position });
    expect([...later.load().remote]).toEqual([folder]);
    expect([...later.load().synced]).toEqual([synced]);
    later.close?.();
  });
});
