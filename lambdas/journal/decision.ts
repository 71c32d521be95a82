import {
  type Conflict,
  type ConflictKind,
  type ErrorCode,
  type NodeId,
  type OperationError,
  operationError,
  type ProblemDetails,
} from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import type { NamespaceView } from './namespace-view.ts';
import type { Author, NodeChange } from './node-change.ts';

/** What is to happen to one operation. Deciding reads and never writes. */
export type Decision = ChangeDecision | UnchangedDecision | ConflictDecision | ErrorDecision;

/** It makes a change, perhaps not the one that was asked for: `conflict` says what it met. */
export interface ChangeDecision {
  readonly kind: 'change';
  readonly change: NodeChange;
  readonly conflict?: Conflict;
}

/** It is so already. */
export interface UnchangedDecision {
  readonly kind: 'unchanged';
  readonly node: StoredNode;
}

export interface ConflictDecision {
  readonly kind: 'conflict';
  readonly conflict: Conflict;
  readonly node: StoredNode;
}

export interface ErrorDecision {
  readonly kind: 'error';
  readonly error: OperationError;
}

/** What every decision may look at. */
export interface DecisionContext extends Author {
  readonly view: NamespaceView;
  /** Random ids for nodes that are to be made. */
  readonly newNodeId: () => NodeId;
}

export function changing(made: NodeChange, conflict?: Conflict): ChangeDecision {
  return { kind: 'change', change: made, ...(conflict === undefined ? {} : { conflict }) };
}

export function unchanged(node: StoredNode): UnchangedDecision {
  return { kind: 'unchanged', node };
}

/** A conflict that nothing was written for. */
export function conflicting(kind: ConflictKind, node: StoredNode): ConflictDecision {
  return { kind: 'conflict', conflict: metConflict(kind, node), node };
}

export function metConflict(kind: ConflictKind, node: StoredNode, conflictName?: string): Conflict {
  const met = { kind, serverNodeId: node.nodeId, serverRev: node.rev };
  return conflictName === undefined ? met : { ...met, conflictName };
}

export function refusing(code: ErrorCode, detail: string, details?: ProblemDetails): ErrorDecision {
  return { kind: 'error', error: operationError(code, detail, details) };
}

/** The id of a node that is to be made: the client's own if it is free, or a random one. */
export async function chooseNodeId(
  context: DecisionContext,
  wanted: NodeId | undefined,
): Promise<{ readonly kind: 'free'; readonly nodeId: NodeId } | ErrorDecision> {
  if (wanted === undefined) return { kind: 'free', nodeId: context.newNodeId() };
  return (await context.view.isUsed(wanted))
    ? refusing('invalid_request', 'newNodeId names a node that exists already')
    : { kind: 'free', nodeId: wanted };
}
