import type {
  AccountId,
  Change,
  ChunkingStrategy,
  Conflict,
  ContentHash,
  DeviceId,
  EpochMs,
  MembershipChange,
  NamespaceId,
  Node,
  NodeId,
  OpId,
  Revision,
  Role,
  Thinning,
  TrashEntry,
} from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import type { Remainder, Settling } from '../remainders/remainder.ts';
import type { SharingChange, StoredMount } from '../sharing/sharing-change.ts';

/** Journal entries that are asked for: those with `seq` above `after`, at most `limit`. */
export interface EntryPage {
  readonly namespaceId: NamespaceId;
  readonly after: number;
  readonly limit: number;
}

/**
 * One namespace: its head, tree, revisions, journal and the results of operations. All of it is one domain of strong
 * consistency: every read sees every transaction that was answered before it began, and `commit` is the only writer.
 */
export interface NamespaceStore {
  /**
   * The head, and the role of an account in the namespace; undefined when the namespace does not exist or the account is
   * no member of it, which callers must not tell apart. Cost: one BatchGetItem of 2 items.
   */
  readAccess(key: { readonly namespaceId: NamespaceId; readonly accountId: AccountId }): Promise<Access | undefined>;

  /** The namespace under whose id the rows of this one lie: its own, or of a shared folder the home that it was made from. Cost: nothing once known, else one read. */
  getGround(namespaceId: NamespaceId): Promise<NamespaceId>;

  /** The nodes that exist (live or deleted), by id. At most NODE_KEYS_MAX ids. Cost: one BatchGetItem per 100. */
  getNodes(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, StoredNode>>;

  /** The live nodes that stand at these places, by `placeKey`. Cost: one BatchGetItem per 100. */
  getPlaces(namespaceId: NamespaceId, places: readonly Place[]): Promise<ReadonlyMap<string, StoredNode>>;

  /** Live children of a folder in the order of their name keys, after `after`. Cost: one Query. */
  listChildren(page: {
    readonly namespaceId: NamespaceId;
    readonly parentId: NodeId;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly nodes: readonly StoredNode[]; readonly next?: string }>;

  getRevision(key: RevisionKey): Promise<StoredRevision | undefined>;

  /** The contents that exist, by `contentKey`; of many files at one time. At most NODE_KEYS_MAX. Cost: one BatchGetItem per 100. */
  getRevisions(
    namespaceId: NamespaceId,
    contents: readonly ContentName[],
  ): Promise<ReadonlyMap<string, StoredRevision>>;

  /** Contents of a file, newest first, with `rev` below `before`. Cost: one Query. */
  listRevisions(page: {
    readonly namespaceId: NamespaceId;
    readonly nodeId: NodeId;
    readonly before?: number;
    readonly limit: number;
  }): Promise<{ readonly revisions: readonly StoredRevision[]; readonly next?: number }>;

  /** Labels a content or takes its label (null), keeps it or no longer; undefined when there is none. Cost: one write. */
  markRevision(key: RevisionKey, mark: RevisionMark): Promise<StoredRevision | undefined>;

  /** Namespaces, in an order that does not change, after `after`; a page may be empty although there is a next one. Cost: one Scan of 1 MB. */
  listNamespaces(
    after: string | undefined,
  ): Promise<{ readonly heads: readonly NamespaceHead[]; readonly next?: string }>;

  /** A head, whoever asks. Cost: one read. */
  readHead(namespaceId: NamespaceId): Promise<NamespaceHead | undefined>;

  /** How far the expiry has come; what is absent has not begun. Cost: one read. */
  readExpiry(namespaceId: NamespaceId): Promise<ExpiryProgress>;
  writeExpiry(namespaceId: NamespaceId, progress: ExpiryProgress): Promise<void>;

  /** What lies in the trash by itself, newest first, below `before`. Cost: one Query. */
  listTrash(page: {
    readonly namespaceId: NamespaceId;
    readonly before?: TrashKey;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly TrashEntry[]; readonly next?: TrashKey }>;

  /**
   * Journal entries with `seq` above `after`, ascending, without gaps, at most `limit`. Expired ones are left out: when the
   * first entry is not `after + 1`, or none comes below the head, the journal does not reach back that far any more.
   * Cost: one Query per 1 MB.
   */
  listEntries(page: EntryPage): Promise<readonly JournalEntry[]>;

  /** Where shared folders are mounted in the home namespace of an account, at most MOUNTS_MAX. Cost: one Query. */
  listMounts(accountId: AccountId): Promise<readonly StoredMount[]>;

  /**
   * What was answered to operations of a device of an account before, by opId; absent ones were never committed, or longer ago than results are kept.
   * A result is told for as long as it is there, also after its time. Cost: one BatchGetItem.
   */
  getResults(device: DeviceKey, opIds: readonly OpId[]): Promise<ReadonlyMap<OpId, StoredResult>>;

  /**
   * Applies a transaction: all of it or nothing.
   * Precondition: `entries` are numbered expectedSeq + 1 …; no two changes touch one item; at most TRANSACTION_ITEMS_MAX items.
   * Nothing that exists is written over unseen: entries, contents and results must be new, nodes and places as expected.
   * Idempotent by its content: a repeat after an unknown outcome finds the head moved and answers `superseded`.
   * @throws UnavailableError when the store did not answer; the transaction may or may not have been applied.
   */
  commit(transaction: NamespaceTransaction): Promise<CommitTransactionOutcome>;
}

/** `superseded`: the head has moved, or an item was not as expected; read again and decide again. */
export type CommitTransactionOutcome = { readonly kind: 'committed' } | { readonly kind: 'superseded' };

export interface NamespaceHead {
  readonly namespaceId: NamespaceId;
  /** Sequence of the newest journal entry; 0 when there is none. */
  readonly seq: number;
  /** Raised by a table restore, so that cursors from a future that no longer exists are reset. */
  readonly epoch: number;
  /** Bytes of the present contents of live files. */
  readonly bytesLogical: number;
  /** Bytes of all retained contents. */
  readonly bytesRetained: number;
  /** Of those, the bytes that are in the trash as the contents that were present. None when absent. */
  readonly bytesTrash?: number;
  readonly quotaBytes: number;
  readonly ownerAccountId: AccountId;
  /**
   * Of a shared folder: the home namespace that it was made from, under whose id the rows of its tree and contents go on to lie, and
   * on whose quota they count. It never changes. Source: docs/decisions/0110-a-shared-folder-stays-where-it-lies.md
   */
  readonly groundId?: NamespaceId;
  /** Of a shared folder: the last entry of its ground's journal that may be about what lies in it. */
  readonly groundSeq?: number;
  /** Of a home namespace: whether some of what lies under its id is, or was, the tree of another namespace. */
  readonly isGround?: boolean;
  /** Of a shared folder: what its folder was called when it was shared. */
  readonly name?: string;
  /** Of a shared folder: when it was shared. Its journal begins then. */
  readonly sharedAt?: string;
  /** Of a shared folder; others have one. */
  readonly memberCount?: number;
  /** Of a shared folder: how often a member has lost the right to write. What was decided before that is not committed after it. */
  readonly accessRev?: number;
  /** Shared folders that are mounted in the tree. */
  readonly mountCount?: number;
  /** How long what was replaced or deleted is kept, in days; RETENTION_DAYS_DEFAULT when absent. */
  readonly retentionDays?: number;
  /** Whether revisions are thinned until then; they are when absent. */
  readonly thinning?: Thinning;
  /** No change is dated before it (history/expiry-clock.ts). */
  readonly timeFloor?: EpochMs;
}

/** By the days that entries must be old to be looked at: the last sequence of the journal that was looked at. */
export type ExpiryProgress = Readonly<Record<string, number>>;

export interface Access {
  readonly head: NamespaceHead;
  readonly role: Role;
}

/** A place in the tree: the folder, and the key under which a name is unique in it (protocol/names.ts). */
export interface Place {
  readonly parentId: NodeId;
  readonly nameKey: string;
}

export function placeKey(place: Place): string {
  return `${place.parentId}/${place.nameKey}`;
}

/** One content of a file. */
export interface ContentName {
  readonly nodeId: NodeId;
  readonly rev: number;
}

export interface RevisionKey extends ContentName {
  readonly namespaceId: NamespaceId;
}

/** What people say of a revision. What is absent stays as it is. */
export interface RevisionMark {
  readonly label?: string | null | undefined;
  readonly kept?: boolean | undefined;
}

/** Where an entry stands in the trash of its namespace. */
export type TrashKey = Pick<TrashEntry, 'deletedAt' | 'nodeId'>;

export function contentKey(content: ContentName): string {
  return `${content.nodeId}/${content.rev}`;
}

/** A node and what conflict decisions need beyond the wire form: who wrote the present content, at which Lamport time. */
export interface StoredNode extends Node {
  readonly contentClock?: number;
  readonly contentDeviceId?: DeviceId;
  /** The node is gone for good; its row stands until everything of it is removed, so that nothing takes its id. */
  readonly purgedAt?: string;
  /**
   * Of a folder in the trash: a number that no other deletion of it has, which grows, of the one for which the bytes below it are being taken off those that
   * count as present; how many were; and how many remainders of it are open, so that nobody has to conclude that there are none from a list.
   * Source: docs/decisions/0142-what-is-left-of-folders.md
   */
  readonly freedSince?: number;
  readonly freedBytes?: number;
  readonly freeingLeft?: number;
}

/** One content. `manifest` is the packed manifest up to MANIFEST_INLINE_CHUNKS_MAX chunks; longer ones are objects named by contentHash. */
export interface StoredRevision extends Revision {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly accountId: AccountId;
  readonly clock: number;
  /** Domain of the content's chunks (chunks/chunk-index.ts). */
  readonly domain: string;
  readonly manifest?: Uint8Array;
  readonly chunking: ChunkingStrategy;
  readonly contentHash: ContentHash;
}

/** An entry; of type `member` it tells of a membership, which readers of the delta are not told. */
export interface JournalEntry extends Change {
  readonly member?: MembershipChange;
  readonly accountId: AccountId;
  readonly opId: OpId;
  readonly expiresAt: EpochMs;
  /** What the change made different, as it was before: with it the journal can be read backwards. */
  readonly was?: NodeBefore;
  /** By which the request that made the change is found in logs. */
  readonly requestId?: string;
}

/** Of a node before a change, what was another than after it. Whether it was there, and live, the type of the change tells. */
export interface NodeBefore {
  readonly parentId?: NodeId;
  readonly name?: string;
  readonly contentRev?: number;
}

/** `seq` names the journal entry that the operation made; `node` stands here only when it made none (it was so already). */
export interface StoredResult {
  readonly namespaceId: NamespaceId;
  readonly seq: number;
  readonly conflict?: Conflict;
  readonly node?: Node;
}

/** The difference that a list of operations makes, folded so that each item is touched once. */
export interface NamespaceTransaction {
  readonly namespaceId: NamespaceId;
  /** As the head has it: bytes are counted on that head. */
  readonly groundId?: NamespaceId;
  readonly expectedSeq: number;
  readonly epoch: number;
  /** As the head of a shared folder has it, 0 for none: whoever wrote may still. Absent: no member writes. */
  readonly accessRev?: number;
  /** Of who lets go what is not kept: the head still says that it is kept no longer than that. */
  readonly retention?: Pick<NamespaceHead, 'retentionDays' | 'thinning'>;
  readonly entries: readonly JournalEntry[];
  readonly bytesLogicalDelta: number;
  readonly bytesRetainedDelta: number;
  readonly bytesTrashDelta?: number;
  /** Most logical bytes that the head on which they are counted may have before: what fills it beside this namespace moves no `seq` here. */
  readonly roomBytes?: number;
  /** `expectedRev` is the revision that was read; 0 when the node must not exist. So is `expectedFreed`, which changes by itself. */
  readonly nodes: readonly {
    readonly node: StoredNode;
    readonly expectedRev: number;
    readonly expectedFreed?: { readonly freedBytes: number; readonly freeingLeft: number | undefined };
  }[];
  readonly revisions: readonly StoredRevision[];
  /** Directory entries: `node` stands at the place afterwards, or nothing; `expectedNodeId` is what was read there. */
  readonly places: readonly {
    readonly place: Place;
    readonly node?: StoredNode;
    readonly expectedNodeId?: NodeId;
  }[];
  readonly trash: readonly TrashChange[];
  /** Nodes that were purged: what is left of them, and of all below them, is yet to be removed. */
  readonly doomed: readonly NodeId[];
  /**
   * Contents that are not kept any more: none of them may be marked, unless the file goes with them. Each node of them is left as one
   * whose contents went, for who counts references to chunks.
   */
  readonly dropped: readonly ContentName[];
  /** What else it leaves to be done. */
  readonly remainders?: readonly Remainder[];
  /** That it is a step at what another transaction has left. */
  readonly settling?: Settling;
  readonly results: readonly (DeviceKey & { readonly opId: OpId; readonly result: StoredResult })[];
  readonly resultsExpireAt: EpochMs;
  /** What happens to memberships and mounts along with it. */
  readonly sharing?: SharingChange;
}

/** A node enters the trash (with its path then) or leaves it. */
export type TrashChange =
  | { readonly kind: 'enter'; readonly entry: TrashEntry }
  | { readonly kind: 'leave'; readonly entry: TrashKey };

/** Items in one TransactWriteItems. Source: Amazon DynamoDB Developer Guide, "Quotas". */
export const TRANSACTION_ITEMS_MAX = 100;
/** Results of one batch that share an item: as many operations as one transaction holds. */
export const RESULTS_PER_ITEM = 24;
/** Keys of one read. */
export const NODE_KEYS_MAX = 1000;
