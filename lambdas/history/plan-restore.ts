import { assert, type NodeId, type RestoreChange, type RestoreObstacle, splitName } from '@syncline/protocol';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import { contentKey } from '../namespaces/namespace-store.ts';
import type { ChangedNode, PastTree, Standing } from './past-tree.ts';
import {
  hasContentOf,
  isSamePlace,
  type RestoreRequest,
  type RestoreTarget,
  restoreTargets,
} from './restore-targets.ts';

/** One commit operation of a restore, without what its request adds: opId, namespace, and how far a delete has seen. */
export type RestoreOperation =
  | {
      readonly type: 'restore';
      readonly nodeId: NodeId;
      readonly baseRev: number;
      readonly rev?: number;
      readonly parentId?: NodeId;
      readonly name?: string;
    }
  | {
      readonly type: 'move';
      readonly nodeId: NodeId;
      readonly baseRev: number;
      readonly parentId: NodeId;
      readonly name: string;
    }
  | { readonly type: 'delete'; readonly nodeId: NodeId; readonly baseRev: number };

/** What is told of one change, and what is done for it: nothing, where something stands in its way. */
export interface RestoreStep {
  readonly change: RestoreChange;
  readonly operation?: RestoreOperation;
}

/**
 * The changes that make a tree what it was, in an order in which each can be made when those before it were: folders come back before what
 * goes into them, everything leaves a folder before it is deleted, and of two that take each other's name one waits under a name
 * aside. The same tree gives the same plan. What it tells first of all is exact: nothing but the operations of the steps is to be done.
 */
export function planRestore(tree: PastTree, request: RestoreRequest): readonly RestoreStep[] {
  return new RestorePlan(tree, request).make();
}

interface Place {
  readonly parentId: NodeId;
  readonly name: string;
}

class RestorePlan {
  readonly #tree: PastTree;
  readonly #request: RestoreRequest;
  readonly #targets: ReadonlyMap<NodeId, RestoreTarget>;
  readonly #steps: RestoreStep[] = [];
  /** How changed nodes stand after the steps so far. */
  readonly #standings = new Map<NodeId, Standing>();
  /** Who stands where of the changed nodes. No other node can be in the way: at the earlier time it stood where it stands now. */
  readonly #occupants = new Map<string, NodeId>();
  /** Nodes that are still to leave where they stand. */
  readonly #leaving = new Set<NodeId>();
  /** Nodes that wait under a name aside, and where they belong. */
  readonly #aside = new Map<NodeId, Place>();

  constructor(tree: PastTree, request: RestoreRequest) {
    this.#tree = tree;
    this.#request = request;
    this.#targets = restoreTargets(tree, request);
    for (const { nodeId, now } of tree.changed.values()) {
      this.#standings.set(nodeId, now);
      if (now.isLive) this.#occupants.set(placeText(now), nodeId);
    }
    for (const { node, kind, obstacle } of this.#targets.values()) {
      if (obstacle !== undefined) continue;
      const isMoved = kind === 'wanted' && node.past !== undefined && !isSamePlace(node.now, node.past);
      if (kind === 'unwanted' || (isMoved && node.now.isLive)) this.#leaving.add(node.nodeId);
    }
  }

  make(): readonly RestoreStep[] {
    const targets = [...this.#targets.values()];
    this.#restoreWanted(targets.filter(({ isCarried }) => isCarried !== true));
    this.#restoreWanted(targets.filter((target) => target.isCarried === true && this.#isInQuestion(target)));
    const unwanted = targets.filter(
      (target) => target.kind === 'unwanted' && target.obstacle === undefined && this.#isInQuestion(target),
    );
    this.#deleteUnwanted(unwanted.map(({ node }) => node));
    for (const [nodeId, place] of this.#aside) this.#comeHome(nodeId, place);
    return this.#steps;
  }

  #restoreWanted(targets: readonly RestoreTarget[]): void {
    for (const { node, obstacle } of targets) if (obstacle !== undefined) this.#leave(node, obstacle);
    const wanted = targets.filter(({ kind, obstacle }) => kind === 'wanted' && obstacle === undefined);
    for (const { node } of wanted.toSorted(byDepth)) this.#bringTo(node);
  }

  /** What lies in something that is to come back is in question only when that came, after the steps so far. */
  #isInQuestion({ node, isCarried }: RestoreTarget): boolean {
    return (
      isCarried !== true || this.#above(this.#standing(node.nodeId).parentId)?.includes(this.#request.scope) === true
    );
  }

  /** Whether whoever stands where another belongs is still to go from there. */
  #isLeaving(nodeId: NodeId): boolean {
    const target = this.#targets.get(nodeId);
    return this.#leaving.has(nodeId) && (target === undefined || this.#isInQuestion(target));
  }

  /** Makes a node that is to be seen stand where it stood, with the content that it had. */
  #bringTo(node: ChangedNode): void {
    const { nodeId, now, past } = node;
    assert(past !== undefined, 'what is wanted was there');
    const isNewContent = !hasContentOf(node, past, this.#request);
    if (isNewContent && !this.#request.contents.has(contentKey({ nodeId, rev: past.contentRev }))) {
      this.#leave(node, 'content_gone');
      return;
    }
    if (!this.#canHold(past.parentId, nodeId)) {
      this.#leave(node, 'parent_missing');
      return;
    }
    const content = isNewContent ? { rev: past.contentRev } : {};
    if (now.isLive && isSamePlace(now, past)) {
      this.#step(node, { type: 'restore', ...content }, now);
      return;
    }
    const occupant = this.#occupants.get(placeText(past));
    const isTaken = occupant !== undefined && occupant !== nodeId;
    if (isTaken && !this.#isLeaving(occupant)) {
      this.#leave(node, 'name_taken');
      return;
    }
    if (isTaken) this.#aside.set(nodeId, past);
    const place = { parentId: past.parentId, name: isTaken ? `syncline-restoring-${nodeId}` : past.name };
    if (!now.isLive) {
      this.#step(node, { type: 'restore', ...content }, place);
      return;
    }
    // What lies in a folder in the trash is brought back, and not moved.
    const isHidden = this.#above(now.parentId) === undefined;
    this.#step(node, { type: isHidden ? 'restore' : 'move' }, place);
    if (isNewContent) this.#step(node, { type: 'restore', ...content }, place);
  }

  /** Deletes the topmost of what can be seen and is not to be; what lies below goes along. What holds something that stays, stays. */
  #deleteUnwanted(nodes: readonly ChangedNode[]): void {
    const going = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const [nodeId, standing] of this.#standings) {
      if (!standing.isLive || going.has(nodeId)) continue;
      const above = this.#above(standing.parentId);
      for (const folder of above ?? []) {
        if (!going.delete(folder)) continue;
        this.#leaving.delete(folder);
        this.#leave(this.#changed(folder), 'not_empty');
      }
    }
    for (const node of nodes) {
      if (!going.has(node.nodeId)) continue;
      const standing = this.#standing(node.nodeId);
      const above = this.#above(standing.parentId);
      if (above === undefined || above.some((folder) => going.has(folder))) continue;
      const { rev } = standing;
      this.#steps.push({
        change: { ...told(node), action: 'delete', path: this.#tree.path(node.nodeId, 'now') },
        operation: { type: 'delete', nodeId: node.nodeId, baseRev: rev },
      });
    }
    for (const nodeId of going) {
      const standing = this.#standing(nodeId);
      if (this.#occupants.get(placeText(standing)) === nodeId) this.#occupants.delete(placeText(standing));
    }
  }

  /** Gives a node that waited aside its name; if that is still taken, one beside it. */
  #comeHome(nodeId: NodeId, { parentId, name }: Place): void {
    const { stem, extension } = splitName(name);
    const names = [name, `${stem} (restored)${extension}`, `${stem} (restored ${nodeId})${extension}`];
    const free = names.find((candidate) => !this.#occupants.has(placeText({ parentId, name: candidate })));
    this.#aside.delete(nodeId);
    this.#step(this.#changed(nodeId), { type: 'move' }, { parentId, name: free ?? name });
  }

  #leave(node: ChangedNode, obstacle: RestoreObstacle): void {
    this.#leaving.delete(node.nodeId);
    const path = this.#tree.path(node.nodeId, 'now');
    this.#steps.push({ change: { ...told(node), action: 'leave', path, obstacle } });
  }

  /** Adds a step that gives a node a place or a content, and notes what it makes of the tree. */
  #step(node: ChangedNode, made: { readonly type: 'move' | 'restore'; readonly rev?: number }, place: Place): void {
    const { nodeId } = node;
    const before = this.#standing(nodeId);
    const { parentId, name } = place;
    const { type, rev } = made;
    const isReturn = type === 'restore' && (!before.isLive || !isSamePlace(before, place));
    const content = rev === undefined ? {} : { rev };
    const operation: RestoreOperation =
      type === 'move'
        ? { type, nodeId, baseRev: before.rev, parentId, name }
        : { type, nodeId, baseRev: before.rev, ...content, ...(isReturn ? { parentId, name } : {}) };
    if (before.isLive && this.#occupants.get(placeText(before)) === nodeId) this.#occupants.delete(placeText(before));
    this.#occupants.set(placeText(place), nodeId);
    this.#leaving.delete(nodeId);
    this.#standings.set(nodeId, { ...before, parentId, name, rev: before.rev + 1, isLive: true });
    const action = type === 'move' ? 'move' : isReturn ? 'restore' : 'revert';
    this.#steps.push({ change: { ...told(node), action, path: this.#path(nodeId), ...content }, operation });
  }

  /** Whether a node can go into a folder: it is there after the steps so far, and not the node itself or below it. */
  #canHold(folderId: NodeId, nodeId: NodeId): boolean {
    const above = this.#above(folderId);
    return above !== undefined && !above.includes(nodeId);
  }

  /** A folder and those above it, after the steps so far; undefined when one of them is not live. */
  #above(folderId: NodeId): readonly NodeId[] | undefined {
    const above: NodeId[] = [];
    let next = folderId;
    while (next !== this.#tree.rootId) {
      const standing = this.#standings.get(next) ?? this.#tree.standing(next, 'now');
      if (standing === undefined || !standing.isLive || above.length === ANCESTORS_MAX) return undefined;
      above.push(next);
      next = standing.parentId;
    }
    return above;
  }

  #path(nodeId: NodeId): string {
    const names = [nodeId, ...(this.#above(this.#standing(nodeId).parentId) ?? [])].map((id) => {
      const standing = this.#standings.get(id) ?? this.#tree.standing(id, 'now');
      return this.#aside.get(id)?.name ?? standing?.name ?? '';
    });
    return `/${names.toReversed().join('/')}`;
  }

  #standing(nodeId: NodeId): Standing {
    const standing = this.#standings.get(nodeId);
    assert(standing !== undefined, 'only changed nodes are restored');
    return standing;
  }

  #changed(nodeId: NodeId): ChangedNode {
    const node = this.#tree.changed.get(nodeId);
    assert(node !== undefined, 'only changed nodes are restored');
    return node;
  }
}

function byDepth(left: RestoreTarget, right: RestoreTarget): number {
  if (left.depth !== right.depth) return left.depth - right.depth;
  return left.node.nodeId < right.node.nodeId ? -1 : 1;
}

function told({ nodeId, now }: ChangedNode): Pick<RestoreChange, 'nodeId' | 'kind'> {
  return { nodeId, kind: now.kind };
}

function placeText({ parentId, name }: Place): string {
  return `${parentId}/${name}`;
}
