import type { ConflictStrategy, NodeId } from '@syncline/protocol';
import type { LocalDisk, LocalView } from './local-disk.ts';
import type { LocalNames } from './local-names.ts';
import type { Mounts } from './mounts.ts';
import type { Place, TreeReader } from './node-tree.ts';
import type { Deletions } from './settle-deletions.ts';
import type { Step, UploadStep } from './steps.ts';
import type { ProblemReason } from './sync-problem.ts';
import type { LocalNode, NodeIdSource, RemoteTree, SyncedNode, SyncedTree } from './trees.ts';
import type { WorkingTree } from './working-tree.ts';

/** What the planner may not find out by itself. */
export interface PlanPolicy {
  readonly newNodeId: NodeIdSource;
  /** The name of a conflicted copy of `name`; another one for every `attempt`, which counts from 1. */
  readonly conflictedName: (name: string, attempt: number) => string;
  /** What nodes are called on this disk. */
  readonly names: LocalNames;
  /** A conflict of contents is told and left as it is, instead of being settled by the service. */
  readonly refusesConflicts: boolean;
  /** How a person has settled the conflict of what stands at a path of the disk, if one has. */
  readonly settledConflict: (nodeId: NodeId) => ConflictStrategy | undefined;
  /** Whether the content of a file was looked for among its revisions. */
  readonly isTraced: (file: LocalNode) => boolean;
}

export interface PlanInput {
  readonly rootId: NodeId;
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  /** The disk with its ids decided. Planning changes it in one way: a node that is forgotten gets another id. */
  readonly local: LocalDisk;
  /** Every node that is not settled. Settled ones among them cost time and change nothing. */
  readonly candidates: Iterable<NodeId>;
  /** What is not settled and is not to be looked at, because it lies where nothing can be concluded. */
  readonly held: Iterable<NodeId>;
  /** Folders that this device does not have on its disk, because a person said so. */
  readonly excluded: ReadonlySet<NodeId>;
  readonly mounts: Mounts;
  readonly policy: PlanPolicy;
}

/** What the parts of a plan share while it is made. */
export interface Planning extends Omit<PlanInput, 'local' | 'synced' | 'candidates' | 'held'> {
  readonly local: LocalView;
  /** As it will be once what is forgotten was forgotten. */
  readonly synced: TreeReader<SyncedNode>;
  /** What is not settled, folders before what they hold. */
  readonly candidates: readonly NodeId[];
  readonly deletions: Deletions;
  readonly remoteAfter: WorkingTree;
  readonly localAfter: WorkingTree;
  /** Whether the service's node hangs together with the root. */
  readonly isReachable: (nodeId: NodeId) => boolean;
  readonly report: (nodeId: NodeId, reason: ProblemReason) => void;
}

/** What the nodes that both sides have ask for. */
export interface Wishes {
  readonly steps: Step[];
  readonly remoteMoves: NodeId[];
  readonly localMoves: Map<NodeId, Place>;
  readonly uploads: Pick<UploadStep, 'nodeId' | 'mode' | 'onConflict'>[];
  readonly downloads: NodeId[];
  /** Edits of files that this device may only read. */
  readonly asides: NodeId[];
  /** What this plan cannot do, because something else has to happen before. */
  readonly waiting: Set<NodeId>;
}
