import {
  assert,
  COMMIT_OPERATIONS_MAX,
  type Cursor,
  encodeUlid,
  type NodeId,
  type Operation,
  type OperationResult,
  opId,
} from '@syncline/protocol';
import {
  agreedNode,
  type Execution,
  localPath,
  noteRefusal,
  report,
  withLocalName,
  writableAddress,
} from './execution.ts';
import { isMovingName } from './moving-name.ts';
import { samePlace } from './node-tree.ts';
import type { Remote } from './ports.ts';
import { toRemoteNode } from './remote-node.ts';
import type { RemoteStep } from './steps.ts';
import { type LocalNode, type RemoteNode, sameContent } from './trees.ts';
import { writeDown } from './write-down.ts';

type OperationBody = Operation extends infer O ? (O extends Operation ? Omit<O, 'opId'> : never) : never;
export type CommittedResult = Extract<OperationResult, { readonly status: 'committed' }>;

/** An operation to commit, and what to write down when it was committed. */
export interface Commitment {
  readonly nodeId: NodeId;
  readonly operation: OperationBody;
  /** What both sides agree on once it was committed, as the disk has it; undefined where that only the answer tells. */
  readonly asked?: LocalNode | undefined;
  readonly onCommitted: (result: CommittedResult, node: RemoteNode) => void;
}

/**
 * Changes the structure of the service's tree. Operations stand in the requests in the order of the plan; deletes go in requests
 * of their own, so that everything that was to leave a folder has left it before the folder is looked at again and deleted.
 */
export async function executeRemoteStructure(execution: Execution, steps: readonly RemoteStep[]): Promise<void> {
  let batch: RemoteStep[] = [];
  const flush = async () => {
    const commitments = batch.map((step) => commitmentFor(execution, step)).filter((one) => one !== undefined);
    batch = [];
    if (execution.isStopping()) return;
    await commit(execution, commitments);
    execution.problems.push(...(await writeDown(execution)));
  };
  for (const step of steps) {
    const before = batch.at(-1);
    const isOtherKind = before !== undefined && (before.type === 'delete-remote') !== (step.type === 'delete-remote');
    if (isOtherKind || batch.length === COMMIT_OPERATIONS_MAX) await flush();
    batch.push(step);
  }
  await flush();
}

function commitmentFor(execution: Execution, step: RemoteStep): Commitment | undefined {
  switch (step.type) {
    case 'make-remote':
      return makeFolder(execution, step);
    case 'move-remote':
      return moveNode(execution, step);
    case 'delete-remote':
      return deleteNode(execution, step.nodeId);
  }
}

type PlacedStep = Extract<RemoteStep, { readonly type: 'make-remote' | 'move-remote' }>;

function makeFolder(execution: Execution, { nodeId, to }: PlacedStep): Commitment | undefined {
  const { trees, local } = execution;
  const address = writableAddress(execution, to.parentId);
  if (address === undefined || execution.failed.has(to.parentId)) return undefined;
  const { namespaceId, folderId } = address;
  return {
    nodeId,
    asked: local.tree.get(nodeId),
    operation: { type: 'mkdir', namespaceId, parentId: folderId, name: to.name, newNodeId: nodeId },
    onCommitted: (_, node) => {
      const here = local.tree.get(nodeId);
      // Another folder stood there already: the next plan merges the two.
      if (node.nodeId !== nodeId || here === undefined) {
        execution.failed.add(nodeId);
        return;
      }
      execution.counts.madeRemote += 1;
      trees.setSynced(agreedNode(node, here));
    },
  };
}

function moveNode(execution: Execution, { nodeId, to }: PlacedStep): Commitment | undefined {
  const { trees, local } = execution;
  const there = trees.remote.get(nodeId);
  const address = writableAddress(execution, to.parentId);
  if (there === undefined || address === undefined || execution.failed.has(to.parentId)) return undefined;
  const { namespaceId, folderId: parentId } = address;
  // The service has no move from one namespace into another.
  if (writableAddress(execution, there.parentId)?.namespaceId !== namespaceId) return undefined;
  const { name } = to;
  const moved = local.tree.get(nodeId);
  return {
    nodeId,
    asked: moved && { ...moved, ...to },
    operation: { type: 'move', namespaceId, nodeId, baseRev: there.rev, parentId, name },
    onCommitted: (_, node) => {
      if (!isMovingName(name)) execution.counts.movedRemote += 1;
      const synced = trees.synced.get(nodeId);
      const here = local.tree.get(nodeId);
      if (synced === undefined || here === undefined) return;
      const { parentId: newParentId, name: nameThere, rev } = node;
      trees.setSynced({ ...synced, parentId: newParentId, name: nameThere, rev, ...withLocalName(here) });
    },
  };
}

function deleteNode(execution: Execution, nodeId: NodeId): Commitment | undefined {
  const { trees } = execution;
  const there = trees.remote.get(nodeId);
  const address = there === undefined ? undefined : writableAddress(execution, there.parentId);
  if (there === undefined || address === undefined || !isStillDoomed(execution, nodeId)) return undefined;
  const { namespaceId } = address;
  const baseSeq = there.kind === 'folder' ? { baseSeq: trees.seqOf(namespaceId) } : {};
  return {
    nodeId,
    operation: { type: 'delete', namespaceId, nodeId, baseRev: there.rev, ...baseSeq },
    onCommitted: () => {
      for (const below of [nodeId, ...trees.remote.below(nodeId)]) {
        trees.removeSynced(below);
        execution.counts.deletedRemote += 1;
      }
      trees.removeRemote(nodeId);
    },
  };
}

/** Whether all that would go is still what was agreed, and nothing of it stands on the disk, here or elsewhere. */
function isStillDoomed({ trees, local }: Execution, doomedId: NodeId): boolean {
  for (const nodeId of [doomedId, ...trees.remote.below(doomedId)]) {
    const there = trees.remote.get(nodeId);
    const agreed = trees.synced.get(nodeId);
    if (there === undefined || agreed === undefined) return false;
    if (local.tree.has(nodeId) || local.frozen.has(nodeId)) return false;
    if (!samePlace(there, agreed) || (there.kind === 'file' && !sameContent(there, agreed))) return false;
  }
  return true;
}

/**
 * Sends one request and takes its answers over into the trees, which the caller writes down. What was refused leaves its node as it is; a
 * refusal that looking again will explain (somebody else was first) is no problem, the next plan deals with it.
 */
export async function commit(execution: Execution, commitments: readonly Commitment[]): Promise<void> {
  await commitInTurn(execution, [commitments]);
}

/**
 * Does so for several requests, one after the other: while one is under way the answers to the one before it are taken over, and the next
 * one is made, after `meanwhile`.
 */
export async function commitInTurn(
  execution: Execution,
  requests: Iterable<readonly Commitment[]> | AsyncIterable<readonly Commitment[]>,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const making = oneByOne(requests);
  let takeAnswers: (() => void) | undefined;
  let { cursor } = execution.trees.position;
  for (let commitments = await making.next(); commitments.done !== true; ) {
    const { value } = commitments;
    const from = cursor;
    const goOn = async () => {
      // What follows is long, and nothing of it is waited for: the request would leave behind it.
      await execution.ports.clock.sleep(0);
      takeAnswers?.();
      await meanwhile?.();
      return making.next();
    };
    const [sent, made] = await Promise.allSettled([sendCommit(execution, value, from), goOn()]);
    if (sent.status === 'rejected') throw sent.reason;
    if (made.status === 'rejected') throw made.reason;
    const answer = sent.value;
    if (answer.kind === 'ok') cursor = answer.value.cursor ?? cursor;
    takeAnswers = () => takeCommitted(execution, { commitments: value, from }, answer);
    commitments = made.value;
  }
  takeAnswers?.();
}

async function* oneByOne(
  requests: Iterable<readonly Commitment[]> | AsyncIterable<readonly Commitment[]>,
): AsyncGenerator<readonly Commitment[], undefined> {
  for await (const commitments of requests) if (commitments.length > 0) yield commitments;
}

function sendCommit(
  { ports, trees }: Execution,
  commitments: readonly Commitment[],
  cursor: Cursor | undefined,
): ReturnType<Remote['commit']> {
  const batch = encodeUlid(ports.random(16));
  const at = ports.clock.now();
  for (const { asked } of commitments) if (asked !== undefined) trees.unanswered.ask(asked, at);
  const operations = commitments.map((one, index): Operation => ({ ...one.operation, opId: opId(batch, index) }));
  return ports.remote.commit(operations, cursor);
}

function takeCommitted(
  execution: Execution,
  { commitments, from }: { readonly commitments: readonly Commitment[]; readonly from: Cursor | undefined },
  answer: Awaited<ReturnType<Remote['commit']>>,
): void {
  for (const { nodeId } of commitments) execution.trees.unanswered.drop(nodeId);
  if (answer.kind === 'refused') {
    for (const one of commitments) refuse(execution, one.nodeId, answer.problem);
    return;
  }
  const { results, cursor } = answer.value;
  assert(results.length === commitments.length, 'every operation has its answer');
  const { trees } = execution;
  const isContinued = cursor !== undefined && trees.position.cursor === from;
  for (const [index, result] of results.entries()) {
    const commitment = commitments[index];
    assert(commitment !== undefined, 'an answer belongs to an operation');
    takeResult(execution, commitment, result);
    const { namespaceId } = commitment.operation;
    if (isContinued && result.status === 'committed') trees.noteSequence(namespaceId, result.seq);
  }
  // All that the delta would tell up to there has been taken over, and is written down with it.
  if (isContinued) trees.setPosition({ ...trees.position, cursor });
}

function takeResult(execution: Execution, commitment: Commitment, result: OperationResult): void {
  const { trees } = execution;
  if (result.status === 'error') {
    refuse(execution, commitment.nodeId, result.error);
  } else if (result.status === 'conflict') {
    execution.failed.add(commitment.nodeId);
  } else if (!trees.isAtHome(trees.hung(result.node))) {
    // Taking it for that node would let what is on the disk follow the other folder.
    execution.failed.add(commitment.nodeId);
    const path = localPath(execution, commitment.nodeId) ?? '';
    report(execution, { path, reason: 'refused', detail: 'It has an id that something in another folder has, too.' });
  } else {
    const node = toRemoteNode(trees.hung(result.node));
    if (result.node.deletedAt === undefined) trees.takeRemote(result.node);
    commitment.onCommitted(result, node);
    execution.progress += 1;
    execution.counts.changedRemote += 1;
  }
}

function refuse(
  execution: Execution,
  nodeId: NodeId,
  problem: { readonly code: string; readonly remedy: string; readonly detail: string; readonly requestId?: string },
): void {
  execution.failed.add(nodeId);
  noteRefusal(execution, problem);
  if (problem.remedy === 'resync' || problem.remedy === 'upload-chunks') return;
  const { detail, requestId } = problem;
  report(execution, { path: localPath(execution, nodeId) ?? '', reason: 'refused', detail, requestId });
}
