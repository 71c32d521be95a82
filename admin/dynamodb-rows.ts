import type { AccountId, ChunkHash, NamespaceId, NodeId } from '@syncline/protocol';
import type { AttributeValue, Item } from '../lambdas/runtime/dynamodb-api.ts';
import type { Audit } from './audit.ts';
import type { TableRole } from './finding.ts';
import { PAGE_ROWS_MAX, SCAN_PAGES_MAX } from './limits.ts';

type RowReader = Pick<Audit, 'client' | 'tableNames'>;

/** All rows of a table, page by page, each as it was at some moment since. Cost: half a read unit for 4 KiB. */
export async function* tablePages(
  { client, tableNames }: RowReader,
  table: TableRole,
): AsyncGenerator<readonly Item[]> {
  let start: Item | undefined;
  for (let page = 0; page < SCAN_PAGES_MAX; page++) {
    const { Items: items = [], LastEvaluatedKey: last } = await client.send('Scan', {
      TableName: tableNames[table],
      Limit: PAGE_ROWS_MAX,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    yield items;
    if (last === undefined) return;
    start = last;
  }
}

/** The row with the key of this one, as it is. Strongly consistent. */
export async function readRow(
  { client, tableNames }: RowReader,
  table: TableRole,
  key: Item,
): Promise<Item | undefined> {
  const get = { TableName: tableNames[table], Key: keyOfRow(key), ConsistentRead: true };
  return (await client.send('GetItem', get)).Item;
}

export function keyOfRow({ pk, sk }: Item): Item {
  return { pk: pk ?? {}, sk: sk ?? {} };
}

/** What the key of a row in the table Files names: `node`, `dir` and `trash` of a namespace, and what else stands there. */
export function filesKey({ pk, sk }: Item) {
  const [kind = '', namespace = '', node = ''] = partsOf(pk);
  return { kind, namespaceId: namespace as NamespaceId, nodeId: node as NodeId, sortKey: sk?.S ?? '' };
}

/** What the key of a row in the table Accounts names. `id` and `other` are of whatever kind the key is of. */
export function accountsKey({ pk, sk }: Item) {
  const [kind = '', id = ''] = partsOf(pk);
  const [sortKind = '', other = ''] = partsOf(sk);
  const ids = { namespaceId: id as NamespaceId, accountId: id as AccountId, otherAccountId: other as AccountId };
  return { kind, id, ...ids, sortKind, other, sortKey: sk?.S ?? '' };
}

/** What the key of a row in the table Chunks names, where it is of a chunk, a manifest or a pack. */
export function chunksKey({ pk, sk }: Item) {
  const { S: partition = '' } = pk ?? {};
  const at = partition.lastIndexOf('#');
  return { domain: partition.slice(0, at), hash: partition.slice(at + 1) as ChunkHash, sortKey: sk?.S ?? '' };
}

/** The node that has a reference. */
export function referenceNode({ sk }: Item) {
  const [, namespace = '', node = ''] = partsOf(sk);
  return { namespaceId: namespace as NamespaceId, nodeId: node as NodeId };
}

/** The namespace whose journal a position is of. */
export function positionNamespace({ pk }: Item): NamespaceId {
  return (partsOf(pk)[1] ?? '') as NamespaceId;
}

export function textOf(row: Item, name: string): string {
  return row[name]?.S ?? '';
}

function partsOf(key: AttributeValue | undefined): readonly string[] {
  return (key?.S ?? '').split('#');
}
