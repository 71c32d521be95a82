import {
  type AccountId,
  assert,
  encodeUlid,
  type NamespaceId,
  type NodeId,
  type OpId,
  type TrashEntry,
} from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type BatchDependencies, batchGetItems, itemKeyText, keyAttributes } from '../runtime/dynamodb-batches.ts';
import { ConditionalCheckFailedException, TransactionCanceledException } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { accountPartition, MOUNT_PREFIX, memberKey, mountOf, roleOf } from '../sharing/dynamodb-sharing-rows.ts';
import type { StoredMount } from '../sharing/sharing-change.ts';
import { entriesQuery, entryOf } from './dynamodb-entry-item.ts';
import { expiryKey, headKey, headOf } from './dynamodb-head-item.ts';
import { folderPartition, nodeKey, nodeOf, nodePartition, PLACE_PREFIX, placeItemKey } from './dynamodb-node-item.ts';
import { resultKey, resultOf } from './dynamodb-result-item.ts';
import { revisionKey, revisionOf, revisionSortKey } from './dynamodb-revision-item.ts';
import { type NamespaceTables, transactionItems } from './dynamodb-transaction.ts';
import { trashEntryOf, trashItemKey, trashPartition } from './dynamodb-trash-item.ts';
import { firstLiveRun } from './first-live-run.ts';
import { groundedHead } from './grounded-head.ts';
import { KnownGrounds } from './known-grounds.ts';
import {
  type Access,
  type CommitTransactionOutcome,
  type ContentName,
  contentKey,
  type EntryPage,
  type ExpiryProgress,
  type JournalEntry,
  type NamespaceHead,
  type NamespaceStore,
  type NamespaceTransaction,
  NODE_KEYS_MAX,
  type Place,
  placeKey,
  type RevisionKey,
  type RevisionMark,
  type StoredNode,
  type StoredResult,
  type StoredRevision,
  type TrashKey,
} from './namespace-store.ts';
import { assertTransaction } from './transaction-items.ts';

export interface DynamodbNamespaceDependencies extends BatchDependencies {
  readonly tableNames: NamespaceTables;
}

/** Namespaces in the tables Files (tree and contents), Changes (journal) and Accounts (head, members, results). */
export class DynamodbNamespaceStore implements NamespaceStore {
  readonly #deps: DynamodbNamespaceDependencies;
  readonly #tables: NamespaceTables;
  readonly #grounds = new KnownGrounds();

  constructor(dependencies: DynamodbNamespaceDependencies) {
    this.#deps = dependencies;
    this.#tables = dependencies.tableNames;
  }

  async readAccess(key: {
    readonly namespaceId: NamespaceId;
    readonly accountId: AccountId;
  }): Promise<Access | undefined> {
    const headAt = headKey(key.namespaceId);
    const memberAt = memberKey(key.namespaceId, key.accountId);
    // Bytes and quota of a shared folder stand on another head, which is read along when it is known.
    const ground = headKey(this.#grounds.known(key.namespaceId) ?? key.namespaceId);
    const items = await batchGetItems(this.#deps, this.#tables.accounts, [headAt, memberAt, ground]);
    const item = items.get(itemKeyText(headAt));
    const member = items.get(itemKeyText(memberAt));
    if (item === undefined || member === undefined) return undefined;
    const head = headOf(key.namespaceId, item);
    this.#grounds.note(head);
    const { groundId } = head;
    if (groundId === undefined) return { head, role: roleOf(member) };
    const bytes = items.get(itemKeyText(headKey(groundId))) ?? (await this.#readHead(groundId));
    assert(bytes !== undefined, 'a shared folder has its ground');
    return { head: groundedHead(head, headOf(groundId, bytes)), role: roleOf(member) };
  }

  async getGround(namespaceId: NamespaceId): Promise<NamespaceId> {
    const known = this.#grounds.known(namespaceId);
    if (known !== undefined) return known;
    const item = await this.#readHead(namespaceId);
    return item === undefined ? namespaceId : this.#grounds.note(headOf(namespaceId, item));
  }

  async getNodes(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, StoredNode>> {
    assert(nodeIds.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const groundId = await this.getGround(namespaceId);
    const keys = nodeIds.map((nodeId) => nodeKey(groundId, nodeId));
    const items = await batchGetItems(this.#deps, this.#tables.files, keys);
    const nodes = [...items.values()].map((item) => nodeOf(namespaceId, item));
    return new Map(nodes.map((node) => [node.nodeId, node]));
  }

  async getPlaces(namespaceId: NamespaceId, places: readonly Place[]): Promise<ReadonlyMap<string, StoredNode>> {
    assert(places.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const groundId = await this.getGround(namespaceId);
    const keys = places.map((place) => placeItemKey(groundId, place));
    const items = await batchGetItems(this.#deps, this.#tables.files, keys);
    const found = new Map<string, StoredNode>();
    for (const place of places) {
      const item = items.get(itemKeyText(placeItemKey(groundId, place)));
      if (item !== undefined) found.set(placeKey(place), nodeOf(namespaceId, item));
    }
    return found;
  }

  async listChildren(page: {
    readonly namespaceId: NamespaceId;
    readonly parentId: NodeId;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly nodes: readonly StoredNode[]; readonly next?: string }> {
    const query = {
      TableName: this.#tables.files,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :folder AND sk > :after',
      ExpressionAttributeValues: toAttributes({
        ':folder': folderPartition(await this.getGround(page.namespaceId), page.parentId),
        ':after': `${PLACE_PREFIX}${page.after ?? ''}`,
      }),
    };
    // One more than asked for tells whether there is a next page.
    const items = await queryItems(this.#deps.client, query, page.limit + 1);
    const nodes = items.slice(0, page.limit).map((item) => nodeOf(page.namespaceId, item));
    const last = items[page.limit - 1]?.['sk']?.S;
    if (items.length <= page.limit || last === undefined) return { nodes };
    return { nodes, next: last.slice(PLACE_PREFIX.length) };
  }

  async getRevision(key: RevisionKey): Promise<StoredRevision | undefined> {
    const { Item: item } = await this.#deps.client.send('GetItem', {
      TableName: this.#tables.files,
      Key: keyAttributes(revisionKey({ ...key, namespaceId: await this.getGround(key.namespaceId) })),
      ConsistentRead: true,
    });
    return item === undefined ? undefined : revisionOf(key, item);
  }

  async getRevisions(
    namespaceId: NamespaceId,
    contents: readonly ContentName[],
  ): Promise<ReadonlyMap<string, StoredRevision>> {
    assert(contents.length <= NODE_KEYS_MAX, 'a read has a limit of keys');
    const groundId = await this.getGround(namespaceId);
    const keyOf = ({ nodeId, rev }: ContentName) => revisionKey({ namespaceId: groundId, nodeId, rev });
    const items = await batchGetItems(this.#deps, this.#tables.files, contents.map(keyOf));
    const found = new Map<string, StoredRevision>();
    for (const content of contents) {
      const item = items.get(itemKeyText(keyOf(content)));
      if (item !== undefined) found.set(contentKey(content), revisionOf({ ...content, namespaceId }, item));
    }
    return found;
  }

  async listRevisions(page: {
    readonly namespaceId: NamespaceId;
    readonly nodeId: NodeId;
    readonly before?: number;
    readonly limit: number;
  }): Promise<{ readonly revisions: readonly StoredRevision[]; readonly next?: number }> {
    const query = {
      TableName: this.#tables.files,
      ConsistentRead: true,
      ScanIndexForward: false,
      KeyConditionExpression: 'pk = :node AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: toAttributes({
        ':node': nodePartition(await this.getGround(page.namespaceId), page.nodeId),
        ':first': revisionSortKey(0),
        ':last': revisionSortKey((page.before ?? REV_END) - 1),
      }),
    };
    const items = await queryItems(this.#deps.client, query, page.limit + 1);
    const revisions = items.slice(0, page.limit).map((item) => revisionOf(page, item));
    const last = revisions.at(-1);
    return items.length <= page.limit || last === undefined ? { revisions } : { revisions, next: last.rev };
  }

  async markRevision(key: RevisionKey, { label, kept }: RevisionMark): Promise<StoredRevision | undefined> {
    const marks = Object.entries({ label, kept: kept === false ? null : kept });
    const set = marks.filter(([, value]) => value !== undefined && value !== null);
    const removed = marks.filter(([, value]) => value === null);
    const changed = [...set, ...removed];
    if (changed.length === 0) return this.getRevision(key);
    try {
      const { Attributes: item } = await this.#deps.client.send('UpdateItem', {
        TableName: this.#tables.files,
        Key: keyAttributes(revisionKey({ ...key, namespaceId: await this.getGround(key.namespaceId) })),
        ConditionExpression: 'attribute_exists(pk)',
        UpdateExpression: [
          ...(set.length === 0 ? [] : [`SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`]),
          ...(removed.length === 0 ? [] : [`REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}`]),
        ].join(' '),
        ExpressionAttributeNames: Object.fromEntries(changed.map(([name]) => [`#${name}`, name])),
        ...(set.length === 0
          ? {}
          : {
              ExpressionAttributeValues: toAttributes(
                Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
              ),
            }),
        ReturnValues: 'ALL_NEW',
      });
      return item === undefined ? undefined : revisionOf(key, item);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async listNamespaces(
    after: string | undefined,
  ): Promise<{ readonly heads: readonly NamespaceHead[]; readonly next?: string }> {
    const { Items: items = [], LastEvaluatedKey: last } = await this.#deps.client.send('Scan', {
      TableName: this.#tables.accounts,
      FilterExpression: 'sk = :head',
      ExpressionAttributeValues: toAttributes({ ':head': 'head' }),
      ...(after === undefined ? {} : { ExclusiveStartKey: JSON.parse(after) as Item }),
    });
    const heads = items.map((item) => headOf((item['pk']?.S ?? '').slice('ns#'.length) as NamespaceId, item));
    return last === undefined ? { heads } : { heads, next: JSON.stringify(last) };
  }

  async readHead(namespaceId: NamespaceId): Promise<NamespaceHead | undefined> {
    const item = await this.#readHead(namespaceId);
    return item === undefined ? undefined : headOf(namespaceId, item);
  }

  async readExpiry(namespaceId: NamespaceId): Promise<ExpiryProgress> {
    const { Item: item } = await this.#deps.client.send('GetItem', {
      TableName: this.#tables.accounts,
      Key: keyAttributes(expiryKey(namespaceId)),
      ConsistentRead: true,
    });
    return item === undefined ? {} : (fromAttributes(item) as { readonly progress: ExpiryProgress }).progress;
  }

  async writeExpiry(namespaceId: NamespaceId, progress: ExpiryProgress): Promise<void> {
    const item = { ...keyAttributes(expiryKey(namespaceId)), ...toAttributes({ progress }) };
    await this.#deps.client.send('PutItem', { TableName: this.#tables.accounts, Item: item });
  }

  async listTrash(page: {
    readonly namespaceId: NamespaceId;
    readonly before?: TrashKey;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly TrashEntry[]; readonly next?: TrashKey }> {
    const query = {
      TableName: this.#tables.files,
      ConsistentRead: true,
      ScanIndexForward: false,
      KeyConditionExpression: 'pk = :trash AND sk < :before',
      ExpressionAttributeValues: toAttributes({
        ':trash': trashPartition(page.namespaceId),
        ':before': page.before === undefined ? TRASH_END : trashItemKey(page.namespaceId, page.before).sk,
      }),
    };
    const items = await queryItems(this.#deps.client, query, page.limit + 1);
    const entries = items.slice(0, page.limit).map(trashEntryOf);
    const last = entries.at(-1);
    return items.length <= page.limit || last === undefined ? { entries } : { entries, next: last };
  }

  async listEntries(page: EntryPage): Promise<readonly JournalEntry[]> {
    const query = { TableName: this.#tables.changes, ...entriesQuery(page) };
    const items = await queryItems(this.#deps.client, query);
    return firstLiveRun(items.map(entryOf), this.#deps.clock.now());
  }

  async listMounts(accountId: AccountId): Promise<readonly StoredMount[]> {
    const items = await queryItems(this.#deps.client, {
      TableName: this.#tables.accounts,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :account AND begins_with(sk, :mount)',
      ExpressionAttributeValues: toAttributes({ ':account': accountPartition(accountId), ':mount': MOUNT_PREFIX }),
    });
    return items.map((item) => mountOf(accountId, item));
  }

  async getResults(device: DeviceKey, opIds: readonly OpId[]): Promise<ReadonlyMap<OpId, StoredResult>> {
    const keys = opIds.map((opId) => resultKey(device, opId));
    const items = await batchGetItems(this.#deps, this.#tables.accounts, keys);
    const found = new Map<OpId, StoredResult>();
    for (const opId of opIds) {
      const item = items.get(itemKeyText(resultKey(device, opId)));
      const result = item === undefined ? undefined : resultOf(item, opId);
      if (result !== undefined) found.set(opId, result);
    }
    return found;
  }

  async commit(transaction: NamespaceTransaction): Promise<CommitTransactionOutcome> {
    assertTransaction(transaction);
    // Names this call, so that the client's repeats of it after a lost answer are one transaction; and what it leaves, as its own.
    const token = encodeUlid(this.#deps.random.bytes(16));
    try {
      await this.#deps.client.send('TransactWriteItems', {
        TransactItems: transactionItems(this.#tables, transaction, token),
        ClientRequestToken: token,
      });
      return { kind: 'committed' };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      return cancelledOutcome(error);
    }
  }

  async #readHead(namespaceId: NamespaceId): Promise<Item | undefined> {
    const key = keyAttributes(headKey(namespaceId));
    return (
      await this.#deps.client.send('GetItem', { TableName: this.#tables.accounts, Key: key, ConsistentRead: true })
    ).Item;
  }
}

/** Above every revision number that a sort key can hold. */
const REV_END = 10 ** 10;
/** Above every instant that a sort key can begin with. */
const TRASH_END = ':';

const SUPERSEDED = new Set(['ConditionalCheckFailed', 'TransactionConflict']);
const LOADED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

/** @throws the exception itself when its reasons are neither another writer nor load: then the transaction is at fault. */
function cancelledOutcome(error: TransactionCanceledException): CommitTransactionOutcome {
  const codes = error.reasons.map(({ Code: code }) => code ?? 'None').filter((code) => code !== 'None');
  if (codes.length > 0 && codes.every((code) => SUPERSEDED.has(code))) return { kind: 'superseded' };
  if (codes.some((code) => LOADED.has(code)) && codes.every((code) => SUPERSEDED.has(code) || LOADED.has(code))) {
    throw new UnavailableError('DynamoDB refused a transaction for load', { cause: error });
  }
  throw error;
}
