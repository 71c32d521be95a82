import { assert, type ConflictStrategy, type ContentHash, type EpochMs, type NodeId } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import type { LargeTransfers } from './large-transfers.ts';
import type { LocalDisk } from './local-disk.ts';
import type { LocalNames } from './local-names.ts';
import type { FolderAddress } from './mounts.ts';
import type { Place } from './node-tree.ts';
import type { EnginePorts } from './ports.ts';
import { type ProblemReason, type SyncProblem, syncProblem } from './sync-problem.ts';
import type { TransferPace } from './transfer-pace.ts';
import {
  diskPath,
  type LocalIdentity,
  type LocalNode,
  localNameOf,
  type RemoteNode,
  type SyncedNode,
} from './trees.ts';

/** What was done, in nodes. */
export interface SyncCounts {
  uploaded: number;
  downloaded: number;
  /** Conflicted copies that were made. */
  conflicts: number;
  /** Conflicts in which one side gave way, as the strategy or a person says, so that no copy was made. */
  settledConflicts: number;
  /** Deleted at the service, with all that was in deleted folders. */
  deletedRemote: number;
  /** Taken from the disk into its trash, with all that was in such folders: what was deleted elsewhere, or is excluded. */
  deletedLocal: number;
  /** Moved or renamed; what lies in a moved folder does not count. */
  movedRemote: number;
  movedLocal: number;
  /** Folders. */
  madeRemote: number;
  madeLocal: number;
  /** Changes of any kind, by which a side is told from one that is at rest. */
  changedRemote: number;
  changedLocal: number;
}

export function nothingDone(): SyncCounts {
  return {
    uploaded: 0,
    downloaded: 0,
    conflicts: 0,
    settledConflicts: 0,
    deletedRemote: 0,
    deletedLocal: 0,
    movedRemote: 0,
    movedLocal: 0,
    madeRemote: 0,
    madeLocal: 0,
    changedRemote: 0,
    changedLocal: 0,
  };
}

/** One execution of one plan. */
export interface Execution {
  readonly ports: EnginePorts;
  readonly trees: EngineTrees;
  readonly rootId: NodeId;
  /** The disk as the plan saw it, kept up to date by every step. */
  readonly local: LocalDisk;
  readonly counts: SyncCounts;
  readonly problems: SyncProblem[];
  /** Nodes whose step failed: what depends on them is left to the next plan. */
  readonly failed: Set<NodeId>;
  /** How often a file was found changed while it was read, by path, and when it is worth another try. */
  readonly tries: Map<string, { readonly count: number; readonly notBefore: EpochMs }>;
  /** Contents of files on the disk that were looked for among the revisions of the file. */
  readonly traced: Map<NodeId, ContentHash>;
  /**
   * Folders that have to be listed before the next plan, each with or without all folders in it: what the engine made or moved
   * is watched only once it was listed, and a disk that was not what the plan saw has not told of it yet.
   */
  readonly toList: Map<NodeId, 'alone' | 'with-below'>;
  readonly names: LocalNames;
  /** Keys of the names that are taken on the disk, by folder, as far as they were asked for. */
  readonly takenNames: Map<NodeId, Map<string, NodeId | undefined>>;
  readonly onConflict: ConflictStrategy;
  readonly isStopping: () => boolean;
  /** Asked between two slices of small files: whether the rest is to be left to the next plan, which knows something newer. */
  readonly givesWay: () => boolean;
  readonly sparesFreshFiles: boolean;
  /** What goes on beside the rounds, and from which size on a file does. */
  readonly transfers: LargeTransfers;
  readonly largeFileBytes: number;
  readonly pace: TransferPace;
  readonly isUnavailable: (failure: unknown) => boolean;
  /** The files that are to be sent, as the plan saw them: an id may be given to another one while it is executed. */
  readonly toSend: Map<NodeId, LocalNode>;
  /** Nodes whose transfer is under way, or was left to the next plan. */
  readonly left: Set<NodeId>;
  /** Nodes whose transfer waits for its file to come to rest, or for a pause to end. */
  readonly spared: Set<NodeId>;
  /** Why the store cannot be reached, once that is known: nothing more is sent or fetched then, and the execution ends with it. */
  storeFailure: Error | undefined;
  /** Steps that brought something forward. */
  progress: number;
  /** Somebody else was first with something, or the service did not answer: a look at it may tell. */
  isOvertaken: boolean;
  /** When what was left for later is worth another look. */
  retryAt: EpochMs | undefined;
}

/**
 * How the service is told of a folder that is in its tree, or about to be made by the same request; undefined where this account may not
 * change anything, or where the folder does not hang together with a root.
 */
export function writableAddress(
  { trees, local }: Pick<Execution, 'trees' | 'local'>,
  folderId: NodeId,
): FolderAddress | undefined {
  const { mounts, remote } = trees;
  const tree = { get: (nodeId: NodeId) => remote.get(nodeId) ?? local.tree.get(nodeId) };
  const mountId = mounts.above(tree, folderId);
  if (mountId !== undefined && mounts.stateOf(mountId) !== 'writable') return undefined;
  return mounts.addressOf(tree, folderId);
}

/** Path of a node on the disk now; undefined when a step before has failed to bring it there. */
export function localPath(execution: Execution, nodeId: NodeId): string | undefined {
  return diskPath(execution.local.tree, execution.rootId, nodeId);
}

/** Which folder the plan saw; undefined for the root, which is looked at by itself. */
export function folderIdentity({ local }: Execution, folderId: NodeId): LocalIdentity | undefined {
  return local.tree.get(folderId)?.entry.identity;
}

/** What a node is to be called on the disk at a place: as at the service, in a form that the disk can hold and nobody else has. */
export function localNameFor(execution: Execution, nodeId: NodeId, { parentId, name }: Place): string {
  const { names } = execution;
  if (names.isExact) return name;
  const taken = namesTakenIn(execution, parentId);
  const isFree = (localName: string) => {
    const key = names.key(localName);
    return !taken.has(key) || taken.get(key) === nodeId;
  };
  let localName = names.toLocal(name);
  for (let attempt = 1; !isFree(localName); attempt++) localName = names.twin(name, attempt);
  taken.set(names.key(localName), nodeId);
  return localName;
}

/** What a node was called in a folder of the disk is free again. */
export function freeLocalName({ names, takenNames: taken }: Execution, node: LocalNode): void {
  taken.get(node.parentId)?.delete(names.key(localNameOf(node)));
}

function namesTakenIn(execution: Execution, folderId: NodeId): Map<string, NodeId | undefined> {
  const { local, names } = execution;
  const known = execution.takenNames.get(folderId);
  if (known !== undefined) return known;
  const taken = new Map<string, NodeId | undefined>();
  for (const child of local.tree.children(folderId)) taken.set(names.key(localNameOf(child)), child.nodeId);
  for (const name of local.obstacles.get(folderId)?.keys() ?? []) taken.set(names.key(name), undefined);
  execution.takenNames.set(folderId, taken);
  return taken;
}

export function report(
  execution: Execution,
  problem: {
    readonly path: string;
    readonly reason: ProblemReason;
    readonly detail?: string;
    readonly requestId?: string | undefined;
  },
): void {
  execution.problems.push(syncProblem(problem.path, problem.reason, problem));
}

/** Somebody who may not do what was tried may do less by now than is known here. */
export function noteRefusal(execution: Execution, { code }: { readonly code: string }): void {
  if (code !== 'forbidden') return;
  execution.trees.noteRoles(undefined);
  execution.isOvertaken = true;
}

/** Leaves the transfer of a node to a round at this time or later. */
export function postpone(execution: Execution, nodeId: NodeId, until: EpochMs): void {
  execution.spared.add(nodeId);
  if (execution.retryAt === undefined || until < execution.retryAt) execution.retryAt = until;
}

/** What both sides are seen to agree on: content and revision as the service has them, place and identity as the disk has them. */
export function agreedNode(remote: RemoteNode, local: LocalNode): SyncedNode {
  assert(remote.kind === local.kind, 'both sides of a node are of one kind');
  return {
    nodeId: remote.nodeId,
    parentId: local.parentId,
    name: local.name,
    kind: remote.kind,
    rev: remote.rev,
    contentRev: remote.contentRev,
    size: remote.size,
    contentHash: remote.contentHash,
    executable: remote.executable,
    identity: local.entry.identity,
    ...withLocalName(local),
    ...(remote.mounted === undefined ? {} : { mounted: remote.mounted }),
  };
}

/** The name on the disk, where it is another one. */
export function withLocalName({ localName }: LocalNode): Pick<SyncedNode, 'localName'> {
  return { localName };
}
