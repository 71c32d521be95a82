import type { NodeId } from '@syncline/protocol';
import { decideContent, decidePlace, isWrittenDown, type Triple } from './decide-node.ts';
import { forgetForPlan } from './forget-node.ts';
import { type LocalView, matchLocal } from './match-local.ts';
import type { Place } from './node-tree.ts';
import { planLocalStructure } from './plan-local.ts';
import { planRemoteStructure } from './plan-remote.ts';
import { findOwnCopy, planDownloads, planUploads } from './plan-transfers.ts';
import type { PlanInput, Planning, Wishes } from './planning.ts';
import { type Deletions, settleDeletions } from './settle-deletions.ts';
import type { Step } from './steps.ts';
import { type SyncProblem, syncProblem } from './sync-problem.ts';
import { WorkingTree } from './working-tree.ts';

export interface Plan {
  /** In the order in which they can be executed. Stopping after any of them leaves both sides valid. */
  readonly steps: readonly Step[];
  readonly problems: readonly SyncProblem[];
  /** The disk as the plan sees it. */
  readonly local: LocalView;
}

/**
 * Plans what brings both sides together, from the three trees alone.
 *
 * Deterministic, and without effect on its input. At the fixpoint the plan is empty. Its rules stand in docs/SYNC.md.
 */
export function planSteps(input: PlanInput): Plan {
  const local = matchLocal({ ...input, newNodeId: input.policy.newNodeId });
  const deletions = settleDeletions({ ...input, local, newNodeId: input.policy.newNodeId });
  const synced = deletions.forgotten.length === 0 ? input.synced : input.synced.copy();
  const forgotten = forgetForPlan({ remote: input.remote, synced, local }, deletions.forgotten);
  const problems: SyncProblem[] = [];
  const planning = openPlanning({ ...input, synced }, { local, deletions, problems });
  const wishes = collectWishes(planning);
  const remoteStructure = planRemoteStructure(planning, wishes);
  const uploads = planUploads(planning, wishes);
  const localStructure = planLocalStructure(planning, wishes);
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
  return { steps, problems: [...reportObstacles(planning), ...problems], local };
}

function openPlanning(
  input: PlanInput,
  parts: { readonly local: LocalView; readonly deletions: Deletions; readonly problems: SyncProblem[] },
): Planning {
  const { local, deletions, problems } = parts;
  const { rootId, policy } = input;
  return {
    ...input,
    local,
    deletions,
    remoteAfter: new WorkingTree(input.remote, { rootId, keyOf: policy.remoteNameKey }),
    localAfter: new WorkingTree(local.tree, { rootId, keyOf: policy.localNameKey }),
    report: (nodeId, reason) => problems.push(syncProblem(pathOf(input, local, nodeId), reason)),
  };
}

function pathOf(input: PlanInput, local: LocalView, nodeId: NodeId): string {
  const names: string[] = [];
  let current: NodeId | undefined = nodeId;
  const seen = new Set<NodeId>();
  while (current !== undefined && current !== input.rootId && !seen.has(current)) {
    seen.add(current);
    const entry: Place | undefined = local.tree.get(current) ?? input.remote.get(current);
    if (entry !== undefined) names.push(entry.name);
    current = entry?.parentId;
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
    waiting: new Set(),
  };
  for (const nodeId of planning.deletions.unread) wishes.steps.push({ type: 'read', nodeId });
  for (const here of local.tree.nodes()) {
    const there = remote.get(here.nodeId);
    if (there === undefined) continue;
    const triple: Triple = { remote: there, local: here, synced: synced.get(here.nodeId) };
    const place = decidePlace(triple);
    const content = decideContent(triple);
    if (place === 'agreed' && content === 'agreed') {
      if (!isWrittenDown(triple)) wishes.steps.push({ type: 'agree', nodeId: here.nodeId });
      continue;
    }
    if (place === 'move-remote') wishes.remoteMoves.push(here.nodeId);
    else if (place === 'move-local') wishes.localMoves.set(here.nodeId, there);
    wishContent(planning, wishes, { triple, content });
  }
  return wishes;
}

function wishContent(
  planning: Planning,
  wishes: Wishes,
  { triple, content }: { readonly triple: Triple; readonly content: ReturnType<typeof decideContent> },
): void {
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
    case 'upload':
      wishes.uploads.push({ nodeId, mode: 'edit' });
      return;
    case 'conflict': {
      const copyId = findOwnCopy(planning, triple.local);
      if (copyId === undefined) wishes.uploads.push({ nodeId, mode: 'conflict' });
      else wishes.steps.push({ type: 'adopt-copy', nodeId, copyId });
    }
  }
}

function reportObstacles({ local, scan }: Planning): readonly SyncProblem[] {
  const problems: SyncProblem[] = [];
  for (const names of local.obstacles.values()) {
    for (const entry of names.values()) problems.push(syncProblem(entry.path, entry.obstacle ?? 'special-file'));
  }
  for (const entries of scan.folders.values()) {
    for (const entry of entries) {
      if (entry.kind === 'folder' && !entry.listed) problems.push(syncProblem(entry.path, 'unreadable'));
    }
  }
  if (!scan.rootListed) problems.push(syncProblem('.', 'unreadable'));
  return problems;
}
