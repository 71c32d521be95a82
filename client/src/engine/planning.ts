import type { NodeId } from '@syncline/protocol';
import type { LocalView } from './match-local.ts';
import type { Place } from './node-tree.ts';
import type { Deletions } from './settle-deletions.ts';
import type { Step } from './steps.ts';
import type { ProblemReason } from './sync-problem.ts';
import type { LocalScan, NodeIdSource, RemoteTree, SyncedTree } from './trees.ts';
import type { WorkingTree } from './working-tree.ts';

/** What the planner may not find out by itself. */
export interface PlanPolicy {
  readonly newNodeId: NodeIdSource;
  /** The name of a conflicted copy of `name`; another one for every `attempt`, which counts from 1. */
  readonly conflictedName: (name: string, attempt: number) => string;
  /** Under which key the service, and this disk, take two names for the same. */
  readonly remoteNameKey: (name: string) => string;
  readonly localNameKey: (name: string) => string;
}

export interface PlanInput {
  readonly rootId: NodeId;
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  readonly scan: LocalScan;
  readonly policy: PlanPolicy;
}

/** What the parts of a plan share while it is made. */
export interface Planning extends PlanInput {
  readonly local: LocalView;
  readonly deletions: Deletions;
  readonly remoteAfter: WorkingTree;
  readonly localAfter: WorkingTree;
  readonly report: (nodeId: NodeId, reason: ProblemReason) => void;
}

/** What the nodes that both sides have ask for. */
export interface Wishes {
  readonly steps: Step[];
  readonly remoteMoves: NodeId[];
  readonly localMoves: Map<NodeId, Place>;
  readonly uploads: { readonly nodeId: NodeId; readonly mode: 'edit' | 'conflict' }[];
  readonly downloads: NodeId[];
  /** What this plan cannot do, because something else has to happen before. */
  readonly waiting: Set<NodeId>;
}
