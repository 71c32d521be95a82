import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ContentHash, Cursor, encodeUlid, epochMs, NamespaceId, NodeId, Role } from '@syncline/protocol';
import * as fc from 'fast-check';
import { BEGINNING, type EngineState, type StateDifference, type StateStore } from '../../client/src/engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../../client/src/engine/trees.ts';
import { STATE_ROWS_PER_PAGE } from '../../client/src/platform/node/limits.ts';
import { openStateStore } from '../../client/src/platform/node/open-state-store.ts';
import { propertyCases } from '../support/property-runs.ts';
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
    expect(store.load().position).toEqual(BEGINNING);
    store.close?.();
  });

  test('tells a later process exactly what was saved, to the nanosecond', () => {
    const { open } = make();
    const store = open();
    const mounted = new Map([[NamespaceId.parse(id(7)), { seq: 3, role: 'viewer' as const }]]);
    const position = { cursor: Cursor.parse('c'), seq: 7, lamport: 9, mounted };
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

/** Few ids and few names, so that nodes are changed and removed again, and that what two trees say of one is equal or nearly so. */
const anId = fc.integer({ min: 0, max: 8 }).map(id);
const aTime = fc.oneof(fc.constantFrom(0n, 1_600_000_000_123_456_789n), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }));
const aNumber = fc.oneof(fc.nat(3), fc.maxSafeNat());
const anAgreement = {
  nodeId: anId,
  parentId: anId,
  name: fc.oneof(fc.constantFrom('a', 'b'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 })),
  kind: fc.constantFrom<'file' | 'folder'>('file', 'folder'),
  rev: aNumber,
  contentRev: aNumber,
  size: aNumber,
  contentHash: fc.option(
    fc.constantFrom('ab', 'cd').map((byte) => ContentHash.parse(byte.repeat(32))),
    { nil: undefined },
  ),
  executable: fc.boolean(),
};
const aNamespaceId = fc.integer({ min: 0, max: 3 }).map((number) => NamespaceId.parse(id(number)));
/** Which namespace a node mounts, if it does. */
const withMount = <T extends object>(aNode: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.tuple(aNode, fc.option(aNamespaceId)).map(([node, mounted]) => (mounted === null ? node : { ...node, mounted }));
const aRemoteNode: fc.Arbitrary<RemoteNode> = withMount(
  fc.record({
    ...anAgreement,
    modifiedAtMs: fc.option(fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }), { nil: undefined }),
  }),
);
const aSyncedNode: fc.Arbitrary<SyncedNode> = withMount(
  fc.record({
    ...anAgreement,
    identity: fc.record({
      device: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      inode: fc.oneof(fc.constantFrom(1n, 2n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      birthNs: aTime,
      size: aNumber,
      mtimeNs: aTime,
      ctimeNs: aTime,
    }),
  }),
);
const aDifference = <T extends { readonly nodeId: NodeId }>(aNode: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(aNode, fc.boolean()), { maxLength: 6 })
    .map((nodes) => new Map(nodes.map(([node, stays]) => [node.nodeId, stays ? node : undefined])));
const anInstant = fc.maxSafeNat().map((number) => epochMs(number % 8.64e15));
const aSave: fc.Arbitrary<StateDifference> = fc.record({
  remote: aDifference(aRemoteNode),
  synced: aDifference(aSyncedNode),
  position: fc.record({
    cursor: fc.option(
      fc.nat().map((number) => Cursor.parse(`c-${number}`)),
      { nil: undefined },
    ),
    seq: aNumber,
    lamport: aNumber,
    mounted: fc
      .array(fc.tuple(aNamespaceId, fc.record({ seq: aNumber, role: fc.constantFrom(...Role.options) })), {
        maxLength: 3,
      })
      .map((entries) => new Map(entries)),
    saved: fc.option(fc.record({ at: anInstant, bootedAt: anInstant }), { nil: undefined }),
  }),
});

const sorted = <T extends { readonly nodeId: NodeId }>(nodes: Iterable<T>) =>
  [...nodes].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
const told = (state: EngineState) => ({
  remote: sorted(state.remote),
  synced: sorted(state.synced),
  position: state.position,
});

/** The files as a process leaves them that ends without closing the database. */
function copyOpenDatabase(file: string): string {
  made += 1;
  const copy = join(directory, `${made}.sqlite`);
  for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) cpSync(file + suffix, copy + suffix);
  return copy;
}

function newFile(): string {
  made += 1;
  return join(directory, `${made}.sqlite`);
}

describe('a state in SQLite', () => {
  test('that fails to save has nothing of it', () => {
    const file = newFile();
    const store = openStateStore(file);
    const position = { cursor: Cursor.parse('at-7'), seq: 7, lamport: 7, mounted: new Map() };
    store.save({ remote: new Map([[remote.nodeId, remote]]), synced: new Map(), position });
    const before = told(store.load());
    // The last of the rows does not fit the table.
    const broken = { ...synced, rev: 0.5 };
    const save = {
      remote: new Map([
        [remote.nodeId, undefined],
        [folder.nodeId, folder],
      ]),
      synced: new Map([[broken.nodeId, broken]]),
      position: { cursor: Cursor.parse('at-9'), seq: 9, lamport: 9, mounted: new Map() },
    };
    expect(() => store.save(save)).toThrow();
    expect(told(store.load())).toEqual(before);
    store.close();
    const later = openStateStore(file);
    expect(told(later.load())).toEqual(before);
    later.close();
  });

  test('is after every save what was saved, also for a process that comes after a crash', () => {
    fc.assert(
      fc.property(fc.array(aSave, { minLength: 1, maxLength: 5 }), (saves) => {
        const file = newFile();
        const store = openStateStore(file);
        const model = new MemoryStateStore();
        for (const save of saves) {
          store.save(save);
          model.save(save);
          expect(told(store.load())).toEqual(told(model.load()));
          const afterCrash = openStateStore(copyOpenDatabase(file));
          expect(told(afterCrash.load())).toEqual(told(model.load()));
          afterCrash.close();
        }
        store.close();
      }),
      { numRuns: propertyCases(40) },
    );
  }, 60_000);

  test('is loaded to its last row, however many there are', () => {
    const nodes = Array.from({ length: 2 * STATE_ROWS_PER_PAGE + 1 }, (_none, index) => {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(0, Math.imul(index, 0x9e3779b1));
      return { ...synced, nodeId: NodeId.parse(encodeUlid(bytes)), name: `n${index}` };
    });
    for (const count of [STATE_ROWS_PER_PAGE - 1, STATE_ROWS_PER_PAGE, STATE_ROWS_PER_PAGE + 1, nodes.length]) {
      const file = newFile();
      const store = openStateStore(file);
      const saved = nodes.slice(0, count);
      // Each tree has nodes that the other one has not.
      const remoteNodes = saved
        .filter((_node, index) => index % 3 > 0)
        .map(({ identity: _identity, ...node }) => ({ ...node, modifiedAtMs: undefined }));
      const syncedNodes = saved.filter((_node, index) => index % 3 < 2);
      const position = { ...BEGINNING, seq: 1, lamport: 1 };
      store.save({
        remote: new Map(remoteNodes.map((node) => [node.nodeId, node])),
        synced: new Map(syncedNodes.map((node) => [node.nodeId, node])),
        position,
      });
      store.close();
      const later = openStateStore(file);
      expect(told(later.load())).toEqual({ remote: sorted(remoteNodes), synced: sorted(syncedNodes), position });
      later.close();
    }
  });

  test('of another version is not read: the trees are found out anew', () => {
    const file = newFile();
    const store = openStateStore(file);
    const position = { cursor: Cursor.parse('c'), seq: 7, lamport: 9, mounted: new Map() };
    const save = { remote: new Map([[remote.nodeId, remote]]), synced: new Map([[synced.nodeId, synced]]), position };
    store.save(save);
    store.close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 999; ALTER TABLE synced RENAME COLUMN inode TO number;');
    database.close();
    const empty = openStateStore(file);
    expect(told(empty.load())).toEqual({
      remote: [],
      synced: [],
      position: BEGINNING,
    });
    empty.save(save);
    empty.close();
    const later = openStateStore(file);
    expect(told(later.load())).toEqual({ remote: [remote], synced: [synced], position });
    later.close();
  });

  test('of the version before mounts keeps what was agreed on, and has the service listed anew', () => {
    const file = newFile();
    const store = openStateStore(file);
    const position = { cursor: Cursor.parse('c'), seq: 7, lamport: 9, mounted: new Map() };
    const mount = { ...folder, nodeId: id(9), name: 'mount' };
    store.save({
      remote: new Map([remote, folder, mount].map((node) => [node.nodeId, node])),
      synced: new Map([[synced.nodeId, synced]]),
      position,
    });
    store.close();
    const database = new DatabaseSync(file);
    database.exec(`
      ALTER TABLE remote DROP COLUMN mounted; ALTER TABLE synced DROP COLUMN mounted; DROP TABLE mounted;
      UPDATE remote SET kind = 'mount' WHERE name = 'mount'; PRAGMA user_version = 2;
      ALTER TABLE position DROP COLUMN savedAt; ALTER TABLE position DROP COLUMN bootedAt;
    `);
    database.close();
    const later = openStateStore(file);
    const expected = { remote: [remote, folder], synced: [synced], position: { ...position, cursor: undefined } };
    expect(told(later.load())).toEqual(expected);
    const state = {
      remote: new Map(),
      synced: new Map(),
      position: { ...position, mounted: new Map([[NamespaceId.parse(id(7)), { seq: 1, role: 'editor' as const }]]) },
    };
    later.save(state);
    expect(later.load().position).toEqual(state.position);
    later.close();
  });

  test('of the version before losses of power were looked for keeps all that it has', () => {
    const file = newFile();
    const store = openStateStore(file);
    const position = { cursor: Cursor.parse('c'), seq: 7, lamport: 9, mounted: new Map() };
    const saved = { at: epochMs(5), bootedAt: epochMs(3) };
    const state = { remote: new Map([[remote.nodeId, remote]]), synced: new Map([[synced.nodeId, synced]]) };
    store.save({ ...state, position: { ...position, saved } });
    expect(store.load().position).toEqual({ ...position, saved });
    store.close();
    const database = new DatabaseSync(file);
    database.exec(`
      ALTER TABLE position DROP COLUMN savedAt; ALTER TABLE position DROP COLUMN bootedAt; PRAGMA user_version = 3;
    `);
    database.close();
    const later = openStateStore(file);
    expect(told(later.load())).toEqual({ remote: [remote], synced: [synced], position });
    later.save({ remote: new Map(), synced: new Map(), position: { ...position, saved } });
    expect(later.load().position).toEqual({ ...position, saved });
    later.close();
  });

  test('that is damaged is put aside when it is opened, wherever the damage lies', () => {
    const file = newFile();
    const store = openStateStore(file);
    const nodes = Array.from({ length: 500 }, (_none, index) => {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(0, index);
      return { ...synced, nodeId: NodeId.parse(encodeUlid(bytes)) };
    });
    store.save({
      remote: new Map(),
      synced: new Map(nodes.map((node) => [node.nodeId, node])),
      position: { ...BEGINNING, seq: 1, lamport: 1 },
    });
    store.close();
    const whole = readFileSync(file);
    for (let page = 0; page < whole.length; page += 4096) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, page, page + 4096);
      const damaged = newFile();
      writeFileSync(damaged, bytes);
      const opened = openStateStore(damaged);
      expect({ page, nodes: [...opened.load().synced].length }).toEqual({ page, nodes: 0 });
      expect(existsSync(`${damaged}.damaged`)).toBe(true);
      opened.close();
    }
  });
});
