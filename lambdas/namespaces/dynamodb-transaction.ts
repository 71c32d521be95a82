import type { EpochMs, NamespaceId } from '@syncline/protocol';
import { isToken, remainderItem, remainderItemKey } from '../remainders/dynamodb-remainder-item.ts';
import type { TransactWriteItem } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { itemKeyText, keyAttributes } from '../runtime/dynamodb-batches.ts';
import { entryAttributes, entryKey } from './dynamodb-entry-item.ts';
import { headKey } from './dynamodb-head-item.ts';
import { nodeAttributes, nodeKey, placeItemKey } from './dynamodb-node-item.ts';
import { resultAttribute, resultAttributeName, resultKey } from './dynamodb-result-item.ts';
import { revisionAttributes, revisionKey } from './dynamodb-revision-item.ts';
import { headChanges, sharingItems, sharingValues } from './dynamodb-sharing-items.ts';
import { trashAttributes, trashItemKey } from './dynamodb-trash-item.ts';
import type { NamespaceTransaction } from './namespace-store.ts';
import { remaindersOf } from './transaction-items.ts';

/** Names of the tables that a namespace lies in. */
export interface NamespaceTables {
  readonly files: string;
  readonly changes: string;
  readonly accounts: string;
}

const ABSENT = 'attribute_not_exists(pk)';

/**
 * The items of one TransactWriteItems. Every write of something new has the condition that it is new, and every other
 * the condition that it is as it was read, so that no writer's work is ever written over. `token` is of no other transaction.
 */
export function transactionItems(
  tables: NamespaceTables,
  transaction: NamespaceTransaction,
  token: string,
): readonly TransactWriteItem[] {
  const { namespaceId, groundId = namespaceId } = transaction;
  return [
    headItem(tables, transaction),
    ...groundItems(tables, transaction),
    ...transaction.entries.map((entry) => ({
      Put: {
        TableName: tables.changes,
        Item: { ...entryAttributes(entry, transaction.epoch), ...entryKey(entry.namespaceId, entry.seq) },
        ConditionExpression: ABSENT,
      },
    })),
    ...nodeItems(tables, groundId, transaction),
    ...transaction.revisions.map((revision) => ({
      Put: {
        TableName: tables.files,
        Item: {
          ...revisionAttributes(revision),
          ...keyAttributes(revisionKey({ ...revision, namespaceId: groundId })),
        },
        ConditionExpression: ABSENT,
      },
    })),
    ...placeItems(tables, groundId, transaction),
    ...trashItems(tables, transaction),
    ...droppedItems(tables, transaction),
    ...settlingItems(tables, transaction, token),
    ...remaindersOf(transaction).map((remainder) => ({
      Put: { TableName: tables.files, Item: remainderItem(groundId, remainder, token) },
    })),
    ...resultItems(tables, transaction),
    ...(transaction.sharing === undefined ? [] : sharingItems(tables, transaction.sharing)),
  ];
}

/** Bytes of a shared folder count where its rows lie. A change that adds none does not touch that head. */
function groundItems({ accounts }: NamespaceTables, transaction: NamespaceTransaction): readonly TransactWriteItem[] {
  const { groundId, bytesLogicalDelta, bytesRetainedDelta, bytesTrashDelta = 0 } = transaction;
  if (groundId === undefined) return [];
  if (bytesLogicalDelta === 0 && bytesRetainedDelta === 0 && bytesTrashDelta === 0) return [];
  const trash = trashAdded(transaction);
  const room = roomNeeded(transaction);
  return [
    {
      Update: {
        TableName: accounts,
        Key: keyAttributes(headKey(groundId)),
        ConditionExpression: `attribute_exists(pk)${room.condition}`,
        UpdateExpression: `ADD bytesLogical :logical, bytesRetained :retained${trash.adds}`,
        ExpressionAttributeValues: toAttributes({
          ':logical': bytesLogicalDelta,
          ':retained': bytesRetainedDelta,
          ...trash.values,
          ...room.values,
        }),
      },
    },
  ];
}

function headItem(tables: NamespaceTables, transaction: NamespaceTransaction): TransactWriteItem {
  const { expectedSeq, epoch, entries, groundId } = transaction;
  const { bytesLogicalDelta, bytesRetainedDelta } = groundId === undefined ? transaction : NO_BYTES;
  const room = roomNeeded(groundId === undefined ? transaction : {});
  const access = accessNeeded(transaction);
  const kept = retentionNeeded(transaction);
  const trash = trashAdded(groundId === undefined ? transaction : {});
  const { sets, adds } = headChanges(transaction.sharing);
  return {
    Update: {
      TableName: tables.accounts,
      Key: keyAttributes(headKey(transaction.namespaceId)),
      ConditionExpression: `seq = :expected AND epoch = :epoch${access.condition}${kept.condition}${room.condition}`,
      UpdateExpression: `SET seq = :next${sets} ADD bytesLogical :logical, bytesRetained :retained${trash.adds}${adds}`,
      ExpressionAttributeValues: toAttributes({
        ':expected': expectedSeq,
        ':epoch': epoch,
        ':next': expectedSeq + entries.length,
        ':logical': bytesLogicalDelta,
        ':retained': bytesRetainedDelta,
        ...access.values,
        ...kept.values,
        ...trash.values,
        ...room.values,
        ...sharingValues(transaction.sharing),
      }),
    },
  };
}

/** That no member has lost the right to write since the head was read, as a part of a condition. */
function accessNeeded({ accessRev }: Pick<NamespaceTransaction, 'accessRev'>) {
  if (accessRev === undefined) return { condition: '', values: {} } as const;
  if (accessRev === 0) return { condition: ' AND attribute_not_exists(accessRev)', values: {} } as const;
  return { condition: ' AND accessRev = :access', values: { ':access': accessRev } } as const;
}

/** That nobody has changed meanwhile how long the namespace keeps things, which moves no sequence, as a part of a condition. */
function retentionNeeded({ retention }: Pick<NamespaceTransaction, 'retention'>) {
  if (retention === undefined) return { condition: '', values: {} } as const;
  const { retentionDays, thinning } = retention;
  const conditions = Object.entries({ retentionDays, thinning }).map(([name, value]) =>
    value === undefined ? ` AND attribute_not_exists(${name})` : ` AND ${name} = :${name}`,
  );
  return {
    condition: conditions.join(''),
    values: { ':retentionDays': retentionDays, ':thinning': thinning },
  } as const;
}

/** That the head on which bytes are counted has room for them still, as the end of a condition. */
function roomNeeded({ roomBytes }: Pick<NamespaceTransaction, 'roomBytes'>) {
  if (roomBytes === undefined) return { condition: '', values: {} } as const;
  return { condition: ' AND bytesLogical <= :room', values: { ':room': roomBytes } } as const;
}

function trashAdded({ bytesTrashDelta = 0 }: Pick<NamespaceTransaction, 'bytesTrashDelta'>) {
  if (bytesTrashDelta === 0) return { adds: '', values: {} } as const;
  return { adds: ', bytesTrash :trash', values: { ':trash': bytesTrashDelta } } as const;
}

const NO_BYTES = { bytesLogicalDelta: 0, bytesRetainedDelta: 0 } as const;

function nodeItems(
  tables: NamespaceTables,
  groundId: NamespaceId,
  { nodes }: NamespaceTransaction,
): readonly TransactWriteItem[] {
  return nodes.map(({ node, expectedRev, expectedFreed }) => ({
    Put: {
      TableName: tables.files,
      Item: { ...nodeAttributes(node), ...keyAttributes(nodeKey(groundId, node.nodeId)) },
      ...(expectedRev === 0
        ? { ConditionExpression: ABSENT }
        : {
            ConditionExpression: `rev = :rev${freedAsRead(expectedFreed)}`,
            ExpressionAttributeValues: toAttributes({
              ':rev': expectedRev,
              ':freed': expectedFreed?.freedBytes,
              ':left': expectedFreed?.freeingLeft,
            }),
          }),
    },
  }));
}

/** That no step has taken bytes off since the folder was read, nor left others behind, as the end of a condition. */
function freedAsRead(freed: NamespaceTransaction['nodes'][number]['expectedFreed']): string {
  if (freed === undefined) return '';
  const left = freed.freeingLeft === undefined ? 'attribute_not_exists(freeingLeft)' : 'freeingLeft = :left';
  return ` AND freedBytes = :freed AND ${left}`;
}

function placeItems(
  tables: NamespaceTables,
  groundId: NamespaceId,
  { places }: NamespaceTransaction,
): readonly TransactWriteItem[] {
  return places.map(({ place, node, expectedNodeId }) => {
    const key = keyAttributes(placeItemKey(groundId, place));
    const condition = {
      TableName: tables.files,
      ...(expectedNodeId === undefined
        ? { ConditionExpression: ABSENT }
        : {
            ConditionExpression: 'nodeId = :expected',
            ExpressionAttributeValues: toAttributes({ ':expected': expectedNodeId }),
          }),
    };
    if (node === undefined) return { Delete: { ...condition, Key: key } };
    return { Put: { ...condition, Item: { ...nodeAttributes(node), ...key } } };
  });
}

/** What lay in the trash when its folder was shared is an entry of the home, and of the shared folder by its way up: it leaves both. */
function trashItems(
  tables: NamespaceTables,
  { namespaceId, groundId, trash }: NamespaceTransaction,
): readonly TransactWriteItem[] {
  return trash.flatMap(({ kind, entry }): readonly TransactWriteItem[] => {
    const keys = [namespaceId, groundId].flatMap((id) =>
      id === undefined ? [] : [keyAttributes(trashItemKey(id, entry))],
    );
    if (kind === 'leave') return keys.map((Key) => ({ Delete: { TableName: tables.files, Key } }));
    return [{ Put: { TableName: tables.files, Item: { ...trashAttributes(entry), ...keys[0] } } }];
  });
}

/** Contents go only unmarked, but with their file. */
function droppedItems(
  tables: NamespaceTables,
  { namespaceId, groundId = namespaceId, dropped, settling }: NamespaceTransaction,
): readonly TransactWriteItem[] {
  const unmarked = {
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#label) AND attribute_not_exists(#kept)',
    ExpressionAttributeNames: { '#label': 'label', '#kept': 'kept' },
  };
  return dropped.map((content) => ({
    Delete: {
      TableName: tables.files,
      Key: keyAttributes(revisionKey({ namespaceId: groundId, ...content })),
      ...(settling === undefined ? unmarked : { ConditionExpression: 'attribute_exists(pk)' }),
    },
  }));
}

function settlingItems(
  { files }: NamespaceTables,
  { namespaceId, groundId = namespaceId, settling }: NamespaceTransaction,
  token: string,
): readonly TransactWriteItem[] {
  if (settling === undefined) return [];
  const { remainder, outcome, freed, removed } = settling;
  const asRead = { TableName: files, ...isToken(remainder.token) };
  const items: TransactWriteItem[] = removed.map(({ nodeId, rev }) => ({
    Delete: {
      TableName: files,
      Key: keyAttributes(nodeKey(groundId, nodeId)),
      ConditionExpression: 'rev = :rev',
      ExpressionAttributeValues: toAttributes({ ':rev': rev }),
    },
  }));
  if (outcome === 'ended') {
    items.push({ Delete: { ...asRead, Key: keyAttributes(remainderItemKey(groundId, remainder)) } });
  } else if (outcome !== 'going') {
    items.push({ Put: { ...asRead, Item: remainderItem(groundId, { ...remainder, ...outcome }, token) } });
  }
  if (freed !== undefined) {
    items.push({
      Update: {
        TableName: files,
        Key: keyAttributes(nodeKey(groundId, freed.nodeId)),
        ConditionExpression: 'rev = :rev AND freedSince = :since',
        UpdateExpression: 'ADD freedBytes :bytes, freeingLeft :left',
        ExpressionAttributeValues: toAttributes({
          ':rev': freed.rev,
          ':since': freed.since,
          ':bytes': freed.bytes,
          ':left': freed.left,
        }),
      },
    });
  }
  return items;
}

function resultItems(tables: NamespaceTables, transaction: NamespaceTransaction): readonly TransactWriteItem[] {
  const groups = Map.groupBy(transaction.results, (result) => itemKeyText(resultKey(result, result.opId)));
  return [...groups.values()].map((group) => resultUpdate(tables, group, transaction.resultsExpireAt));
}

/** A batch that is committed in several transactions adds to its items; no result is ever replaced by another. */
function resultUpdate(
  tables: NamespaceTables,
  group: NamespaceTransaction['results'],
  expireAt: EpochMs,
): TransactWriteItem {
  const [first] = group;
  if (first === undefined) throw new RangeError('a group of results is not empty');
  const names = group.map(({ opId }) => resultAttributeName(opId));
  return {
    Update: {
      TableName: tables.accounts,
      Key: keyAttributes(resultKey(first, first.opId)),
      ConditionExpression: names.map((name) => `attribute_not_exists(#r${name})`).join(' AND '),
      UpdateExpression: `SET expiresAt = :expiresAt, ${names.map((name) => `#r${name} = :r${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#r${name}`, name])),
      ExpressionAttributeValues: {
        ...toAttributes({ ':expiresAt': expiryAttribute(expireAt) }),
        ...Object.fromEntries(
          group.map(({ opId, result }) => [`:r${resultAttributeName(opId)}`, resultAttribute(result)]),
        ),
      },
    },
  };
}
