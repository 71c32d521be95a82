import type { NodeId } from '@syncline/protocol';
import { decideContent, decidePlace, decideReadOnly, isWrittenDown, type Triple } from './decide-node.ts';
import { excludedRootOf } from './differences.ts';
import { forgetForPlan } from './forget-node.ts';
import { PLAN_DEPTH_MAX } from './limits.ts';
import type { LocalDisk } from './local-disk.ts';
import type { Place, PlacedNode, TreeReader } from './node-tree.ts';
import { heldBackBy, planExclusions } from './plan-exclusions.ts';
import { planLocalStructure } from './plan-local.ts';
import { planRemoteStructure } from './plan-remote.ts';
import { findOwnCopy, planDownloads, planUploads } from './plan-transfers.ts';
import type { PlanInput, Planning, Wishes } from './planning.ts';
import { type Forgotten, settleDeletions } from './settle-deletions.ts';
import type { Step } from './steps.ts';
import { type SyncProblem, syncProblem } from './sync-problem.ts';
import { TreeOverlay } from './tree-overlay.ts';
import { diskPath, localNameOf, type RemoteNode, type SyncedNode } from './trees.ts';
import { WorkingTree } from './working-tree.ts';

export interface Plan {
  /** In the order in which they can be executed. Stopping after any of them leaves both sides valid. */
  readonly steps: readonly Step[];
  readonly problems: readonly SyncProblem[];
  /** The disk as the plan sees it. */
  readonly local: LocalDisk;
}

/**
 * Plans what brings both sides together, from the three trees alone.
 *
 * Deterministic. At the fixpoint the plan is empty. Its rules stand in docs/SYNC.md. Costs what is not settled, not the trees.
 */
export function planSteps(input: PlanInput): Plan {
  const { remote, local, policy } = input;
  const unsettled = [...input.candidates];
  const { newNodeId } = policy;
  const deletions = settleDeletions({ ...input, candidates: unsettled, newNodeId });
  const synced = new TreeOverlay<SyncedNode>(input.synced);
  const forgotten = forgetForPlan({ remote, synced, local }, deletions.forgotten);
  const candidates = withForgotten(input, unsettled, forgotten);
  const problems: SyncProblem[] = [];
  const planning = openPlanning(input, { synced, candidates, deletions, problems });
  const wishes = collectWishes(planning);
  for (const mountId of deletions.left) planning.report(mountId, 'left-folder');
  for (const { nodeId } of forgotten) if (isDroppedMount(input, nodeId)) planning.report(nodeId, 'mount-deleted');
  const remoteStructure = planRemoteStructure(planning, wishes);
  const uploads = planUploads(planning, wishes);
  const localStructure = [...planLocalStructure(planning, wishes), ...planExclusions(planning)];
  const before: readonly Step[] = [
    ...forgotten.map((one): Step => ({ type: 'forget', ...one })),
    ...wishes.steps,
    ...remoteStructure,
    ...uploads,
    ...localStructure,
  ];
  const steps = [...before, ...planDownloads(planning, wishes, before)];
  // In a plan without steps nothing is left that could come before.
  if (steps.length === 0) for (const nodeId of wishes.waiting) planning.report(nodeId, 'blocked');
  return { steps, problems: [...reportObstacles(input), ...problems], local };
}

/** Forgetting gives a node another id, and what it holds another folder. */
function withForgotten(
  { local, remote, rootId }: PlanInput,
  unsettled: readonly NodeId[],
  forgotten: readonly Forgotten[],
): readonly NodeId[] {
  const candidates = new Set(unsettled);
  for (const { newNodeId } of forgotten) {
    if (newNodeId === undefined) continue;
    candidates.add(newNodeId);
    for (const child of local.tree.children(newNodeId)) candidates.add(child.nodeId);
  }
  const depths = { local: new Map<NodeId, number>(), remote: new Map<NodeId, number>() };
  const levels: NodeId[][] = [];
  for (const nodeId of candidates) {
    const here = local.tree.get(nodeId);
    const parentId = (here ?? remote.get(nodeId))?.parentId;
    const known = here === undefined ? depths.remote : depths.local;
    const tree = here === undefined ? remote : local.tree;
    const depth = parentId === undefined ? 0 : depthOf({ tree, rootId, known }, parentId);
    (levels[depth] ??= []).push(nodeId);
  }
  return levels.flat();
}

/** Folders from a folder up to the root, PLAN_DEPTH_MAX at most: a circle has no end. What was found out of a folder is `known`. */
function depthOf(
  within: {
    readonly tree: TreeReader<PlacedNode>;
    readonly rootId: NodeId;
    readonly known: Map<NodeId, number>;
  },
  folderId: NodeId,
): number {
  const { tree, rootId, known } = within;
  const found = known.get(folderId);
  if (found !== undefined) return found;
  let depth = 0;
  for (let current = folderId; current !== rootId && depth < PLAN_DEPTH_MAX; depth++) {
    const node = tree.get(current);
    if (node === undefined) break;
    current = node.parentId;
  }
  known.set(folderId, depth);
  return depth;
}

function openPlanning(
  input: PlanInput,
  parts: Pick<Planning, 'synced' | 'candidates' | 'deletions'> & { readonly problems: SyncProblem[] },
): Planning {
  const { synced, candidates, deletions, problems } = parts;
  const { rootId, policy, local, remote } = input;
  return {
    rootId,
    policy,
    remote,
    local,
    synced,
    candidates,
    deletions,
    excluded: input.excluded,
    mounts: input.mounts,
    remoteAfter: new WorkingTree(remote, rootId),
    localAfter: new WorkingTree(local.tree, rootId),
    isReachable: reachability(remote, rootId),
    report: (nodeId, reason) => problems.push(syncProblem(pathOf(input, nodeId), reason)),
  };
}

function reachability(tree: TreeReader<RemoteNode>, rootId: NodeId): (nodeId: NodeId) => boolean {
  const known = new Map<NodeId, boolean>([[rootId, true]]);
  return (nodeId) => {
    const trail: NodeId[] = [];
    let answer: boolean | undefined;
    for (let current = nodeId; answer === undefined; ) {
      answer = known.get(current);
      if (answer !== undefined) break;
      // A circle is known to be out of reach from the moment that it is entered.
      known.set(current, false);
      trail.push(current);
      const node = tree.get(current);
      if (node === undefined) answer = false;
      else current = node.parentId;
    }
    for (const passed of trail) known.set(passed, answer);
    return answer;
  };
}

function pathOf(input: PlanInput, nodeId: NodeId): string {
  const names: string[] = [];
  let current: NodeId | undefined = nodeId;
  const seen = new Set<NodeId>();
  while (current !== undefined && current !== input.rootId && !seen.has(current)) {
    seen.add(current);
    const here = input.local.tree.get(current);
    const node: Place | undefined = here ?? input.remote.get(current);
    if (node !== undefined) names.push(localNameOf(here ?? node));
    current = node?.parentId;
  }
  return names.toReversed().join('/');
}

function collectWishes(planning: Planning): Wishes {
  const { remote, synced, local } = planning;
  const wishes: Wishes = {
    steps: [],
    remoteMoves: [],
    localMoves: new Map(),
    uploads: [],
    downloads: [],
    asides: [],
    waiting: new Set(),
  };
  for (const nodeId of planning.deletions.unread) wishes.steps.push({ type: 'read', nodeId });
  for (const nodeId of planning.candidates) {
    const here = local.tree.get(nodeId);
    const there = remote.get(nodeId);
    if (here === undefined || there === undefined) continue;
    const heldBackId = heldBackBy(planning, nodeId);
    if (heldBackId !== undefined) {
      if (heldBackId === nodeId) planning.report(nodeId, 'excluded-place');
      continue;
    }
    const triple: Triple = { remote: there, local: here, synced: synced.get(here.nodeId) };
    const isReadOnly = planning.mounts.stateIn(remote, there.parentId) === 'readable';
    const decided = decidePlace(triple);
    // What a viewer has moved goes back, and its content is looked at there.
    const place = isReadOnly && decided === 'move-remote' ? 'move-local' : decided;
    const content = isReadOnly ? (place === 'agreed' ? decideReadOnly(triple) : 'agreed') : decideContent(triple);
    // What is about to leave the disk is not brought up to date before.
    const leaves = excludedRootOf(planning, nodeId) !== undefined;
    if (leaves && content === 'download') continue;
    if (place === 'agreed' && content === 'agreed') {
      if (!isWrittenDown(triple)) wishes.steps.push({ type: 'agree', nodeId: here.nodeId });
      continue;
    }
    if (place === 'move-remote') wishes.remoteMoves.push(here.nodeId);
    else if (place === 'move-local' && !leaves) wishes.localMoves.set(here.nodeId, there);
    wishContent(planning, wishes, { triple, content });
  }
  return wishes;
}

function wishContent(
  planning: Planning,
  wishes: Wishes,
  wish: {
    readonly triple: Triple;
    readonly content: ReturnType<typeof decideContent> | ReturnType<typeof decideReadOnly>;
  },
): void {
  const { triple, content } = wish;
  const { nodeId } = triple.local;
  switch (content) {
    case 'agreed':
      return;
    case 'read':
      wishes.steps.push({ type: 'read', nodeId });
      return;
    case 'download':
      wishes.downloads.push(nodeId);
      return;
    case 'set-aside':
      if (isToTrace(planning, triple)) wishes.steps.push({ type: 'trace', nodeId });
      else wishes.asides.push(nodeId);
      return;
    case 'upload':
      wishes.uploads.push({ nodeId, mode: 'edit' });
      return;
    case 'conflict': {
      const copyId = findOwnCopy(planning, triple.local);
      const onConflict = planning.policy.settledConflict(nodeId);
      if (copyId !== undefined) wishes.steps.push({ type: 'adopt-copy', nodeId, copyId });
      else if (onConflict === undefined && isToTrace(planning, triple)) wishes.steps.push({ type: 'trace', nodeId });
      else if (onConflict === undefined && planning.policy.refusesConflicts) planning.report(nodeId, 'conflict');
      else wishes.uploads.push({ nodeId, mode: 'conflict', onConflict });
    }
  }
}

/** Where nothing was agreed on, what the disk has may be a revision that was replaced since: then nobody has edited it here. */
function isToTrace({ policy }: Planning, { local, synced }: Triple): boolean {
  return synced === undefined && !policy.isTraced(local);
}

/** A mount that both sides had, and the disk has no more. */
function isDroppedMount({ mounts, local, synced, excluded }: PlanInput, nodeId: NodeId): boolean {
  return mounts.standing.has(nodeId) && synced.has(nodeId) && !local.tree.has(nodeId) && !excluded.has(nodeId);
}

function reportObstacles({ local, rootId }: PlanInput): readonly SyncProblem[] {
  const problems: SyncProblem[] = [];
  for (const names of local.obstacles.values()) {
    for (const { path, obstacle } of names.values()) {
      if (obstacle !== undefined && obstacle !== 'ignored') problems.push(syncProblem(path, obstacle));
    }
  }
  for (const folderId of local.unlisted) {
    const path = diskPath(local.tree, rootId, folderId) ?? '';
    problems.push(syncProblem(path === '' ? '.' : path, 'unreadable'));
  }
  return problems;
}
