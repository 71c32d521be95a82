import { expect, test } from '@jest/globals';
import { NAME_BYTES_MAX, opId } from '@syncline/protocol';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  type Home,
  openHome,
  placeOf,
  putFiles,
  resultOf,
} from '../../test/conformance/namespace-fixture.ts';
import { MemoryAccountStore } from '../accounts/memory-account-store.ts';
import type { TransactWriteItem } from '../runtime/dynamodb-api.ts';
import { itemBytes, transactionWriteUnits } from '../runtime/dynamodb-item-size.ts';
import { MemoryClock } from '../runtime/memory-clock.ts';
import { entryAttributes, entryKey, entryOf as readEntry } from './dynamodb-entry-item.ts';
import { headItem } from './dynamodb-head-item.ts';
import { transactionItems } from './dynamodb-transaction.ts';
import { emptyHead } from './empty-head.ts';
import { MemoryNamespaceStore } from './memory-namespace-store.ts';
import type { NamespaceTransaction, StoredNode } from './namespace-store.ts';
import { countTransactionItems } from './transaction-items.ts';

const tables = { files: 'files', changes: 'changes', accounts: 'accounts' };
const TOKEN = '00000000000000000000000001';

async function newHome(): Promise<Home> {
  return openHome({
    accounts: new MemoryAccountStore({ namespaces: new MemoryNamespaceStore({ clock: new MemoryClock() }) }),
  });
}

/** Units of a transaction by AWS's rule; deletes and the head are taken as large as what stands there. */
function writeUnits(home: Home, transaction: NamespaceTransaction, deleted: readonly StoredNode[] = []): number {
  const { namespaceId, accountId: ownerAccountId } = home;
  const head = headItem({
    ...emptyHead({ namespaceId, ownerAccountId, quotaBytes: 2 ** 40 }),
    seq: 10 ** 7,
    bytesRetained: 10 ** 12,
  });
  const standing = deleted.map((node) => transactionItems(tables, putFiles(home, 0, [node]), TOKEN));
  const unitsOf = (write: TransactWriteItem): number => {
    if (write.Put?.Item !== undefined) return transactionWriteUnits(write.Put.Item);
    if (write.Delete !== undefined) {
      const place = standing.flat().find(({ Put: put }) => put?.Item['sk']?.S === write.Delete?.Key['sk']?.S);
      return transactionWriteUnits(place?.Put?.Item ?? {});
    }
    if (write.Update?.Key['sk']?.S === 'head') return transactionWriteUnits(head);
    const {
      Key: key = {},
      ExpressionAttributeValues: values = {},
      ExpressionAttributeNames: names = {},
    } = write.Update ?? {};
    return transactionWriteUnits({ ...key, ...renamed(values, names) });
  };
  return transactionItems(tables, transaction, TOKEN).reduce((units, write) => units + unitsOf(write), 0);
}

function renamed<Value>(values: Record<string, Value>, names: Record<string, string>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [names[`#${name.slice(1)}`] ?? name.slice(1), value]),
  );
}

function longFile(home: Home, index: number): StoredNode {
  const name = `${index}`.padEnd(NAME_BYTES_MAX, 'n');
  return fileNode(home, { name, executable: true, clientModifiedAt: CHANGED_AT, size: 123_456_789, rev: 1 });
}

test('one new file costs 12 write units, whatever its name', async () => {
  const home = await newHome();
  for (const node of [fileNode(home, { name: 'a' }), longFile(home, 0)]) {
    expect(writeUnits(home, putFiles(home, 0, [node]))).toBe(12);
  }
});

test('a move and a delete cost 12 write units, whatever lies below the node', async () => {
  const home = await newHome();
  const node = longFile(home, 0);
  const moved = { ...node, name: `${node.name.slice(1)}x`, rev: 2, placeRev: 2 };
  const common = { ...emptyTransaction(home, 1), results: [resultOf(home, 2)] };
  const leave = { place: placeOf(node), expectedNodeId: node.nodeId };
  const move = {
    ...common,
    entries: [entryOf(home, 2, moved)],
    nodes: [{ node: moved, expectedRev: 1 }],
    places: [leave, { place: placeOf(moved), node: moved }],
  };
  expect(writeUnits(home, move, [node])).toBe(12);
  const { nodeId, name, parentId, size } = node;
  const gone = { ...node, rev: 2, deletedAt: CHANGED_AT };
  const remove: NamespaceTransaction = {
    ...common,
    entries: [entryOf(home, 2, gone)],
    nodes: [{ node: gone, expectedRev: 1 }],
    places: [leave],
    trash: [
      {
        kind: 'enter',
        entry: { deletedAt: CHANGED_AT, nodeId, name, parentId, kind: 'file', path: `/${name}`, size },
      },
    ],
  };
  expect(writeUnits(home, remove, [node])).toBe(12);
});

test('a file of a full batch costs less than 9 write units, and the batch is one transaction', async () => {
  const home = await newHome();
  const put = putFiles(
    home,
    0,
    Array.from({ length: 24 }, (_, index) => longFile(home, index)),
  );
  expect(transactionItems(tables, put, TOKEN)).toHaveLength(98);
  expect(countTransactionItems(put)).toBe(98);
  expect(writeUnits(home, put) / 24).toBeLessThanOrEqual(9);
});

test('a full item of plain results stays within one write unit', async () => {
  const home = await newHome();
  const results = Array.from({ length: 24 }, (_, index) => {
    const { result, ...rest } = resultOf(home, 1);
    return { ...rest, opId: opId(home.batch, 168 + index), result: { ...result, seq: 10_000_000 + index } };
  });
  const update = transactionItems(tables, { ...emptyTransaction(home, 0), results }, TOKEN).at(-1)?.Update;
  const { Key: key = {}, ExpressionAttributeValues: values = {}, ExpressionAttributeNames: names = {} } = update ?? {};
  expect(itemBytes({ ...key, ...renamed(values, names) })).toBeLessThanOrEqual(1024);
});

test('every write but that of the trash has a condition', async () => {
  const home = await newHome();
  const put = putFiles(home, 0, [fileNode(home, { name: 'a' })]);
  for (const { Put: written, Update: updated, Delete: deleted } of transactionItems(tables, put, TOKEN)) {
    expect((written ?? updated ?? deleted)?.ConditionExpression).toBeDefined();
  }
});

test('the head goes on only from where it was read, in the same epoch', async () => {
  const home = await newHome();
  const { Update: head } =
    transactionItems(tables, putFiles(home, 41, [fileNode(home, { name: 'a' })]), TOKEN)[0] ?? {};
  expect(head?.Key['sk']).toEqual({ S: 'head' });
  expect(head?.ConditionExpression).toBe('seq = :expected AND epoch = :epoch');
  expect(head?.ExpressionAttributeValues).toMatchObject({ ':expected': { N: '41' }, ':next': { N: '42' } });
});

test('a node, and who stands at a place, is replaced only as it was read', async () => {
  const home = await newHome();
  const node = fileNode(home, { name: 'a', rev: 5 });
  const { namespaceId, nodeId } = node;
  const changes = {
    ...emptyTransaction(home, 0),
    nodes: [{ node, expectedRev: 4 }],
    places: [
      { place: placeOf(node), node, expectedNodeId: nodeId },
      { place: { ...placeOf(node), nameKey: 'b' }, expectedNodeId: nodeId },
    ],
  };
  const items = transactionItems(tables, changes, TOKEN);
  expect(namespaceId).toBe(home.namespaceId);
  const conditions = items.slice(1).map(({ Put: put, Delete: deleted }) => {
    const write = put ?? deleted;
    return [write?.ConditionExpression, write?.ExpressionAttributeValues];
  });
  expect(conditions).toEqual([
    ['rev = :rev', { ':rev': { N: '4' } }],
    ['nodeId = :expected', { ':expected': { S: nodeId } }],
    ['nodeId = :expected', { ':expected': { S: nodeId } }],
  ]);
});

test('a folder in the trash is replaced only if no step has gone on with it since it was read', async () => {
  const home = await newHome();
  const node = fileNode(home, { name: 'folder', kind: 'folder' });
  const conditionOf = (freeingLeft: number | undefined) => {
    const nodes = [{ node, expectedRev: 4, expectedFreed: { freedBytes: 7, freeingLeft } }];
    const write = transactionItems(tables, { ...emptyTransaction(home, 0), nodes }, TOKEN)[1]?.Put;
    return [write?.ConditionExpression, write?.ExpressionAttributeValues];
  };
  const values = { ':rev': { N: '4' }, ':freed': { N: '7' } };
  const [counted, uncounted] = [conditionOf(2), conditionOf(undefined)];
  expect(counted).toEqual([
    'rev = :rev AND freedBytes = :freed AND freeingLeft = :left',
    { ...values, ':left': { N: '2' } },
  ]);
  expect(uncounted).toEqual(['rev = :rev AND freedBytes = :freed AND attribute_not_exists(freeingLeft)', values]);
});

test('an entry is read as it was written', async () => {
  const home = await newHome();
  for (const node of [
    longFile(home, 0),
    { ...longFile(home, 1), deletedAt: CHANGED_AT },
    { ...fileNode(home, { name: 'a', kind: 'folder' }), contentHash: undefined },
  ]) {
    const { contentHash, ...rest } = node;
    const entry = entryOf(home, 7, contentHash === undefined ? rest : { ...rest, contentHash });
    const item = { ...entryAttributes(entry, 3), ...entryKey(home.namespaceId, 7) };
    expect(readEntry(item)).toEqual(entry);
  }
});
