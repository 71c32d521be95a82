import { createHash, randomBytes } from 'node:crypto';
import {
  AccountId,
  ContentHash,
  DAY_MS,
  DeviceId,
  encodeUlid,
  epochMs,
  formatInstant,
  NamespaceId,
  NodeId,
  nameKey,
  opId,
  rootNodeId,
} from '@syncline/protocol';
import type { AccountStore } from '../../lambdas/accounts/account-store.ts';
import type {
  NamespaceStore,
  NamespaceTransaction,
  StoredNode,
  StoredRevision,
} from '../../lambdas/namespaces/namespace-store.ts';
import type { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';

/** What the suite works on. */
export interface NamespaceSubject {
  readonly namespaces: NamespaceStore;
  /** Makes the namespaces. */
  readonly accounts: AccountStore;
  readonly clock: MemoryClock;
}

export interface Home {
  readonly namespaceId: NamespaceId;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly root: NodeId;
  /** Names the operations of one batch. */
  readonly batch: string;
}

export const CHANGED_AT = formatInstant(epochMs(Date.UTC(2026, 0, 1, 12)));
export const NEVER = epochMs(Date.UTC(2030, 0, 1));
export const QUOTA_BYTES = 1_000_000;

export function freshId(): string {
  return encodeUlid(randomBytes(16));
}

export function freshNodeId(): NodeId {
  return NodeId.parse(freshId());
}

/** A new account with an empty home namespace. */
export async function openHome({ accounts }: Pick<NamespaceSubject, 'accounts'>): Promise<Home> {
  const accountId = AccountId.parse(freshId());
  const namespaceId = NamespaceId.parse(freshId());
  await accounts.createAccount({
    accountId,
    homeNamespaceId: namespaceId,
    createdAt: CHANGED_AT,
    quotaBytes: QUOTA_BYTES,
  });
  const deviceId = DeviceId.parse(freshId());
  return { accountId, namespaceId, deviceId, root: rootNodeId(namespaceId), batch: freshId() };
}

export function emptyTransaction(home: Home, expectedSeq: number): NamespaceTransaction {
  return {
    namespaceId: home.namespaceId,
    expectedSeq,
    epoch: 1,
    entries: [],
    bytesLogicalDelta: 0,
    bytesRetainedDelta: 0,
    nodes: [],
    revisions: [],
    places: [],
    trash: [],
    doomed: [],
    dropped: [],
    results: [],
    resultsExpireAt: epochMs(NEVER + DAY_MS),
  };
}

export function contentHashOf(text: string): ContentHash {
  return ContentHash.parse(createHash('sha256').update(text).digest('hex'));
}

export function fileNode(home: Home, given: Partial<StoredNode> & { readonly name: string }): StoredNode {
  return {
    namespaceId: home.namespaceId,
    nodeId: freshNodeId(),
    parentId: home.root,
    kind: 'file',
    rev: 1,
    contentRev: 1,
    placeRev: 1,
    size: 10,
    contentHash: contentHashOf(given.name),
    modifiedAt: CHANGED_AT,
    contentClock: 7,
    contentDeviceId: home.deviceId,
    ...given,
  };
}

export function revisionOf(home: Home, node: StoredNode): StoredRevision {
  return {
    namespaceId: home.namespaceId,
    nodeId: node.nodeId,
    rev: node.contentRev,
    size: node.size,
    contentHash: contentHashOf(node.name),
    chunking: 'fixed-4m',
    deviceId: home.deviceId,
    accountId: home.accountId,
    committedAt: CHANGED_AT,
    clock: 7,
    domain: 'shared',
    manifest: new Uint8Array(36).fill(node.contentRev),
  };
}

/** The transaction that makes new files: for each an entry, a node, a revision, a place and a result. */
export function putFiles(home: Home, expectedSeq: number, nodes: readonly StoredNode[]): NamespaceTransaction {
  return {
    ...emptyTransaction(home, expectedSeq),
    entries: nodes.map((node, index) => entryOf(home, expectedSeq + 1 + index, node)),
    bytesLogicalDelta: 10 * nodes.length,
    bytesRetainedDelta: 10 * nodes.length,
    nodes: nodes.map((node) => ({ node, expectedRev: 0 })),
    revisions: nodes.map((node) => revisionOf(home, node)),
    places: nodes.map((node) => ({ place: placeOf(node), node })),
    results: nodes.map((_node, index) => resultOf(home, expectedSeq + 1 + index)),
  };
}

export function placeOf(node: StoredNode): { readonly parentId: NodeId; readonly nameKey: string } {
  return { parentId: node.parentId, nameKey: nameKey(node.name) };
}

export function entryOf(home: Home, seq: number, node: StoredNode): NamespaceTransaction['entries'][number] {
  const { contentClock: _clock, contentDeviceId: _device, ...wire } = node;
  return {
    namespaceId: home.namespaceId,
    seq,
    type: 'created',
    node: wire,
    deviceId: home.deviceId,
    changedAt: CHANGED_AT,
    accountId: home.accountId,
    opId: opId(home.batch, (seq - 1) % 200),
    expiresAt: NEVER,
  };
}

/** The plain result of the operation that made the entry `seq`. */
export function resultOf(home: Home, seq: number): NamespaceTransaction['results'][number] {
  const { accountId, deviceId, namespaceId, batch } = home;
  return { accountId, deviceId, opId: opId(batch, (seq - 1) % 200), result: { namespaceId, seq } };
}
