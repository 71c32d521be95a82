import type {
  ChangesResponse,
  ContentHash,
  Cursor,
  DeviceId,
  EpochMs,
  NamespaceId,
  Node,
  NodeId,
  Operation,
  OperationResult,
  Problem,
  Revision,
  Role,
  StoredContent,
  TreeResponse,
} from '@syncline/protocol';
import type { AheadContent, LocalContents } from './nearer-contents.ts';
import type { FolderListing, LocalEntry, LocalIdentity, RemoteNode, SeenEntry, SyncedNode } from './trees.ts';

/**
 * All that the engine knows of the world. Nothing else in this folder touches time, chance, disk, network or database, so that
 * every history can be replayed.
 */
export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileSystem;
  readonly remote: Remote;
  readonly store: StateStore;
  /** Without one the whole disk is looked at in every round. */
  readonly watcher?: Watcher | undefined;
}

export interface Clock {
  now(): EpochMs;
  /** The present moment for texts that people read. Nothing is decided by it. */
  today(): Date;
  sleep(ms: number): Promise<void>;
  /** Calls back once after this time; what it answers takes the call back. */
  after(ms: number, callback: () => void): () => void;
}

/** Bytes that nobody can guess. */
export type Random = (count: number) => Uint8Array;

/** A range of a file in bytes; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes of a file that are to be read. */
export interface WantedBytes extends ByteRange {
  /** Memory that they may be put into, at least as long; else they come in memory of their own. */
  readonly into?: Uint8Array | undefined;
}

/** What became of a change of the disk. Only `done` has changed something. `changed`: the disk is not what the plan saw. */
export type DiskOutcome =
  | { readonly kind: 'done'; readonly entry: LocalEntry }
  | { readonly kind: 'changed' }
  | { readonly kind: 'failed'; readonly reason: DiskRefusal | 'unreadable' };

/**
 * The synced folder. Paths are relative to its root and joined by `/`. No operation follows a symbolic link, leaves the root,
 * replaces anything but what `publish` was told to replace, or touches the engine's own folder.
 */
export interface FileSystem {
  /** Whether this is still the folder that was linked. Nothing may be concluded from a root that is not. */
  verifyRoot(): Promise<'verified' | 'missing' | 'foreign'>;
  /**
   * What a folder holds now; undefined when no folder stands there. Where a watcher runs, the folder is watched before it is read,
   * so that a change after the listing is told.
   */
  list(path: string): Promise<FolderListing | undefined>;
  look(path: string): Promise<LocalEntry | undefined>;
  /** Bytes of a file in exactly the given state; `changed` when it is in another one. */
  read(
    file: { readonly path: string; readonly identity: LocalIdentity },
    wanted: WantedBytes,
  ): Promise<{ readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'changed' | 'unreadable' }>;
  /**
   * All bytes of a small file in exactly the given state, at once, in the memory `into`, which is as long as the file. Undefined where that
   * may keep this thread waiting: then `read` is asked. Of many files it takes half of the time.
   */
  readonly readNow?: (
    file: { readonly path: string; readonly identity: LocalIdentity },
    into: Uint8Array,
  ) => { readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'changed' | 'unreadable' } | undefined;
  /** Opens a file in exactly the given state for other threads, where there are any. */
  readonly lend?: (file: {
    readonly path: string;
    readonly identity: LocalIdentity;
  }) => Promise<{ readonly kind: 'lent'; readonly file: LentFile } | { readonly kind: 'changed' | 'unreadable' }>;
  /** Makes a folder at a free place. Here and below, `into` tells which folder that is in: into another one nothing is put. */
  makeFolder(path: string, into?: LocalIdentity): Promise<DiskOutcome>;
  /** Renames to a free place what is still the given object. Atomic. */
  move(move: {
    readonly from: string;
    readonly to: string;
    readonly identity: LocalIdentity;
    readonly into?: LocalIdentity | undefined;
  }): Promise<DiskOutcome>;
  /** Moves into the trash what is still exactly what `expected` tells of it and of everything below it. */
  trash(doomed: { readonly path: string; readonly expected: ReadonlyMap<string, SeenEntry> }): Promise<DiskOutcome>;
  setExecutable(file: {
    readonly path: string;
    readonly identity: LocalIdentity;
    readonly executable: boolean;
  }): Promise<DiskOutcome>;
  /**
   * Opens room for a content that comes in, on the same volume. The same key finds what was written before a crash; where nothing was,
   * what was staged under the key `from` is taken over, and is not there any more under that one.
   * @throws DiskRefusedError
   */
  stage(content: {
    readonly key: string;
    readonly size: number;
    readonly from?: string | undefined;
  }): Promise<StagedContent>;
  /** Removes what was staged under a key. Precondition: it is closed. @throws DiskRefusedError */
  unstage(key: string): Promise<void>;
  /** Keys of all that is staged, by this process or an earlier one. Cost: one listing of a folder that seldom holds anything. */
  stagedKeys(): readonly string[];
  /** Room that what is staged under a key takes on the disk, in bytes; undefined when nothing is. */
  stagedBytes(key: string): number | undefined;
  /** Room on the file system of the folder; undefined where that cannot be told. Cost: one call of the system. */
  space(): Promise<DiskSpace | undefined>;
  /**
   * Makes contents that are to come to free places durable together, where the disk does that for less than for each by itself. What it
   * has not done `publish` does.
   */
  readonly makeDurable?: (files: readonly StagedFor[]) => Promise<void>;
  /**
   * Puts a staged content under its name, durably: at a free place, or over the file that is still in the state `replaces`.
   * Atomic: at every moment the name has all of the old bytes or all of the new ones.
   */
  publish(
    file: StagedFor & {
      readonly path: string;
      readonly replaces: LocalIdentity | undefined;
      readonly into?: LocalIdentity | undefined;
    },
  ): Promise<DiskOutcome>;
  /**
   * Puts back what a change that was broken off has left aside, wherever its place is free; what the service has in exactly this state may go
   * where it is not. Called before anything is concluded from the disk. Answers the paths of what could not be put back: nothing may be
   * concluded from their absence.
   */
  bringBack(isAgreed: (identity: LocalIdentity) => boolean): Promise<readonly string[]>;
  /** Lets the next `flush` make durable, too, that something stands at this path, whoever has put it there. */
  secure(path: string): void;
  /**
   * Makes all changes of names since the last call durable.
   * @throws DiskRefusedError when some are not; the next call tries them again.
   */
  flush(): Promise<void>;
}

/** Of a file system: what this process may still write, and how large it is. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Where the disk may differ from what was listed. `everything`: more has happened than could be told apart. */
export interface DiskHints {
  readonly everything: boolean;
  /** Folders whose listing, or the state of an entry in it, may have changed. */
  readonly folders: ReadonlySet<string>;
}

/**
 * Tells where the disk may have changed. A hint may be wrong, double or late; a change in a folder that was listed through
 * `FileSystem.list` is never left out.
 */
export interface Watcher {
  /** Calls back whenever there is something to take that was not there before. One callback; a later one replaces it. */
  onHint(callback: () => void): void;
  /** Takes what came since the last call. */
  take(): DiskHints;
  /** Whether some folders cannot be watched, so that changes in them have to be looked for from time to time. */
  isPartial(): boolean;
  close(): Promise<void>;
}

/**
 * Why a disk refuses, as far as it tells:
 * - `disk-full`       it has no room, or none for this person;
 * - `disk-read-only`  nothing can be written to it at all;
 * - `disk-denied`     the folder, or the file, does not let this person;
 * - `name-reserved`   the engine keeps its own folder under this name;
 * - `disk`            anything else: it may be defective, or gone.
 */
export type DiskRefusal = 'disk-full' | 'disk-read-only' | 'disk-denied' | 'name-reserved' | 'disk';

/** The disk refused to take or to give bytes, or to make something durable. */
export class DiskRefusedError extends Error {
  override readonly name = 'DiskRefusedError';
  readonly reason: DiskRefusal;

  constructor(message: string, options: ErrorOptions & { readonly reason?: DiskRefusal } = {}) {
    super(message, options);
    this.reason = options.reason ?? 'disk';
  }
}

/** @throws DiskRefusedError by every method. */
export interface StagedContent {
  /** True when bytes of an earlier try may be in it. */
  readonly resumed: boolean;
  /** True when it was staged under another key and has been taken over. */
  readonly isTakenOver: boolean;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes durable what was written so far, so that less is left to do when it is published. */
  flush(): Promise<void>;
  /** What stands in it now; its hash tells whether it is right. */
  readSync(range: ByteRange): Uint8Array;
  close(): Promise<void>;
}

/** A staged content, and what its file is to have besides the bytes. */
export interface StagedFor {
  readonly staged: StagedContent;
  readonly executable: boolean;
  readonly modifiedAtMs: number | undefined;
}

export type RemoteAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A content to send. A shorter answer than asked for says that the file has changed. */
export interface ContentSource {
  readonly size: number;
  readonly read: (wanted: WantedBytes) => Promise<Uint8Array>;
  /** All of it at once, perhaps in the memory `into`, which is as long; undefined where that may keep this thread waiting. */
  readonly readNow?: ((into: Uint8Array) => Uint8Array | undefined) | undefined;
  /** Opens the file for another thread, where that is possible; undefined when that failed. */
  readonly lend?: (() => Promise<LentFile | undefined>) | undefined;
}

/** An open file that any thread of this process may read. */
export interface LentFile {
  /** The operating system's number for it. */
  readonly descriptor: number;
  /** Closes it. False when the file is not in the state any more in which it was asked for. */
  giveBack(): Promise<boolean>;
}

/**
 * The bytes of a file do not get to the store, or from it. `scope`: those of others do (`chunk`), none do (`store`, and then these were perhaps not tried),
 * or that is not known. `failure` is what a remote throws of it elsewhere.
 */
export interface HeldBack {
  readonly kind: 'held-back';
  readonly scope: 'chunk' | 'unknown' | 'store';
  readonly failure: Error;
}

export type SentContent =
  | {
      readonly kind: 'sent';
      /** How its commit names it. */
      readonly stored: StoredContent;
      readonly contentHash: ContentHash;
      /** Chunks that the commit has to confirm; a request has room for COMMIT_CONFIRM_CHUNKS_MAX. */
      readonly unconfirmed: number;
    }
  | { readonly kind: 'changed' }
  | { readonly kind: 'unreadable' }
  | HeldBack
  | { readonly kind: 'refused'; readonly problem: Problem };

export type FetchedContent =
  | { readonly kind: 'fetched'; readonly contentHash: ContentHash }
  | { readonly kind: 'damaged' }
  | HeldBack
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A content to send, and the namespace that it is for. */
export type AddressedSource = ContentSource & {
  readonly namespaceId: NamespaceId;
  /** What was agreed on of the same file: where much of it is left, only the differences travel. */
  readonly base?: { readonly nodeId: NodeId; readonly rev: number; readonly size: number } | undefined;
};

/** A content that a file has had, or has. */
export type FormerContent = Pick<Revision, 'rev' | 'size' | 'contentHash'>;

/**
 * The service, for a home namespace and all that is mounted in it. Every call is safe to repeat.
 * @throws UnavailableError by every method, when there was no answer within the retry budget.
 */
export interface Remote {
  /** The home namespace, and this device as changes name it. */
  readonly namespaceId: NamespaceId;
  readonly deviceId: DeviceId;
  /** A cursor at the present heads of the home namespace and of all that is mounted in it. */
  openCursor(): Promise<RemoteAnswer<Cursor>>;
  /** What the account may do in the namespaces that are mounted; those that it may not read are left out. */
  listRoles(): Promise<RemoteAnswer<ReadonlyMap<NamespaceId, Role>>>;
  listTree(query: {
    readonly namespaceId: NamespaceId;
    readonly folderId: NodeId | undefined;
    readonly page: string | undefined;
  }): Promise<RemoteAnswer<TreeResponse>>;
  listChanges(cursor: Cursor): Promise<RemoteAnswer<ChangesResponse>>;
  /** The contents that a file has had, newest first, as many as one page of them holds. */
  listRevisions(file: Pick<Node, 'namespaceId' | 'nodeId'>): Promise<RemoteAnswer<readonly FormerContent[]>>;
  /** With the cursor of the delta the answer may have one behind all that was committed, of which the delta would tell nothing but the results. */
  commit(
    operations: readonly Operation[],
    cursor?: Cursor,
  ): Promise<RemoteAnswer<{ readonly results: readonly OperationResult[]; readonly cursor?: Cursor | undefined }>>;
  /**
   * The name of a content; undefined when the file changed while it was read. One content has several names, because files are cut in
   * several ways: where it is one of the `known` contents, which have the same size, this is the name by which that is known.
   */
  nameContent(source: ContentSource, known: readonly ContentHash[]): Promise<ContentHash | undefined>;
  /** Outcomes in the order of the sources. */
  send(sources: readonly AddressedSource[]): Promise<readonly SentContent[]>;
  /** Tells which contents will be fetched next, so that they can be asked for together. Replaces what was told before. */
  expect(
    contents: readonly {
      readonly namespaceId: NamespaceId;
      readonly nodeId: NodeId;
      readonly rev: number;
      readonly size: number;
    }[],
  ): void;
  /**
   * Every byte that is written was verified, and the whole is the content that `contentHash` names. Bytes that `local` has are not
   * asked for at the service.
   */
  fetch(content: {
    readonly namespaceId: NamespaceId;
    readonly nodeId: NodeId;
    readonly rev: number;
    readonly size: number;
    readonly into: StagedContent;
    readonly local: LocalContents;
    readonly ahead: AheadContent | undefined;
  }): Promise<FetchedContent>;
  /**
   * Hands over what has come of a content ahead of its commit, under `key` in staging, and ends that. Undefined when nothing can have.
   */
  takeAhead(content: { readonly contentHash: ContentHash; readonly size: number }): Promise<AheadContent | undefined>;
}

export interface EngineState {
  readonly remote: Iterable<RemoteNode>;
  readonly synced: Iterable<SyncedNode>;
  readonly position: Position;
}

/** How far the engine has come in the journal. */
export interface Position {
  /** Over the home namespace and all that is mounted. Undefined: all of it has to be listed. */
  readonly cursor: Cursor | undefined;
  /** The newest journal entry of the home namespace that the remote tree contains. */
  readonly seq: number;
  /** The device's Lamport clock. */
  readonly lamport: number;
  /** The mounted namespaces whose trees are known. A mount of another one is closed: it holds still until its tree was listed. */
  readonly mounted: ReadonlyMap<NamespaceId, MountedNamespace>;
  /** When the trees were written down last, and when the machine had been started then; undefined where nobody told. */
  readonly saved?: SavedTime | undefined;
}

export interface SavedTime {
  readonly at: EpochMs;
  readonly bootedAt: EpochMs;
}

/** Of an engine that has read nothing yet. */
export const BEGINNING: Position = { cursor: undefined, seq: 0, lamport: 0, mounted: new Map() };

export interface MountedNamespace {
  /** The newest journal entry that the remote tree contains. */
  readonly seq: number;
  readonly role: Role;
}

/** A difference of the trees; of a node either what it is now, or undefined when it is gone. */
export interface StateDifference {
  readonly remote: ReadonlyMap<NodeId, RemoteNode | undefined>;
  readonly synced: ReadonlyMap<NodeId, SyncedNode | undefined>;
  readonly position: Position;
}

/** Keeps the trees over a restart. The local tree is not kept: the disk tells it. */
export interface StateStore {
  load(): EngineState;
  /** All of it or nothing, durable when it returns. */
  save(difference: StateDifference): void;
}
