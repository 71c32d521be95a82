import type { NodeId } from '@syncline/protocol';
import { type Place, pathNames } from '../engine/node-tree.ts';
import type { Plan } from '../engine/planner.ts';
import type { Step } from '../engine/steps.ts';
import type { RemoteTree } from '../engine/trees.ts';

/** A step of a plan for people: what it is about, and where that goes. Paths are relative to the synced folder. */
export interface PlannedStep {
  readonly type: Step['type'];
  readonly path: string;
  /** The path after the step, where it is another one. */
  readonly to: string | undefined;
  /** What happens to it, to follow the path: `goes to the service as a new file`. */
  readonly words: string;
}

export interface DescribedPlan {
  readonly plan: Plan;
  readonly remote: RemoteTree;
  readonly rootId: NodeId;
}

/** The steps that change something or read something; what is only written down is left out. */
export function describePlan(described: DescribedPlan): readonly PlannedStep[] {
  return described.plan.steps
    .filter((step) => step.type !== 'agree' && step.type !== 'forget')
    .map((step) => describeStep(described, step));
}

function describeStep(described: DescribedPlan, step: Step): PlannedStep {
  const { plan, remote } = described;
  const isForLocal =
    step.type === 'make-local' ||
    step.type === 'move-local' ||
    step.type === 'set-aside' ||
    step.type === 'trash-local' ||
    step.type === 'unsync-local';
  const trees = isForLocal || step.type === 'upload' ? [plan.local.tree, remote] : [remote, plan.local.tree];
  const pathOf = (nodeId: NodeId): string | undefined => {
    for (const tree of trees) {
      const names = pathNames(tree, described.rootId, nodeId);
      if (names !== undefined) return names.join('/');
    }
    return undefined;
  };
  const to = 'to' in step ? placePath(step.to, pathOf, described.rootId) : undefined;
  const isMade = step.type === 'make-local' || step.type === 'make-remote';
  const path = (isMade ? to : pathOf(step.nodeId)) ?? '';
  return { type: step.type, path, to: isMade ? undefined : to, words: wordsOf(step, plan) };
}

function placePath(place: Place, pathOf: (nodeId: NodeId) => string | undefined, rootId: NodeId): string {
  const folder = place.parentId === rootId ? '' : (pathOf(place.parentId) ?? '…');
  return folder === '' ? place.name : `${folder}/${place.name}`;
}

function wordsOf(step: Step, plan: Plan): string {
  switch (step.type) {
    case 'upload':
      return UPLOADS[step.mode];
    case 'download':
      return plan.local.tree.has(step.nodeId)
        ? 'comes from the service, over the file here that has not changed'
        : 'comes from the service';
    case 'make-remote':
      return 'is made as a folder at the service';
    case 'make-local':
      return 'is made as a folder here';
    case 'move-remote':
      return 'is moved at the service';
    case 'move-local':
      return 'is moved here';
    case 'set-aside':
      return 'is renamed here, because it was edited where it may only be read';
    case 'delete-remote':
      return `goes into the trash of the service, because it is gone here${countOf(step.takes)}`;
    case 'trash-local':
      return `goes into the trash here, because it is gone at the service${countOf(step.takes)}`;
    case 'unsync-local':
      return `leaves this disk, because it is excluded from this device${countOf(step.takes)}`;
    case 'read':
      return 'is read, to see whether both sides have the same';
    case 'trace':
      return 'is looked for among its revisions, to see whether it was edited here';
    case 'adopt-copy':
      return 'is the conflicted copy that the service has already';
    case 'agree':
      return 'is the same on both sides';
    case 'forget':
      return 'is looked at anew';
  }
}

const UPLOADS = {
  new: 'goes to the service as a new file',
  edit: 'goes to the service as its next revision',
  conflict: 'goes to the service as a conflicted copy, because both sides have changed it',
} as const;

function countOf(takes: number): string {
  return takes === 1 ? '' : ` (${takes} files and folders)`;
}
