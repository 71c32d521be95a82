import type { ContentHash, DeviceId, NodeId, NodeKind } from '@syncline/protocol';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import type { NamespaceView } from '../journal/namespace-view.ts';
import type { JournalEntry, StoredNode } from '../namespaces/namespace-store.ts';

/** How a node stood at one time. */
export interface Standing {
  readonly parentId: NodeId;
  readonly name: string;
  readonly kind: NodeKind;
  readonly rev: number;
  readonly contentRev: number;
  /** Of the present content, where it is known: at the later time of all changed files. */
  readonly contentHash?: ContentHash | undefined;
  readonly isExecutable?: boolean | undefined;
  /** Not in the trash by itself; something above it may be. */
  readonly isLive: boolean;
  readonly isPurged: boolean;
}

/** A node that was changed in a stretch of the journal: how it stood at its end (`now`), and how it is to stand again (`past`). */
export interface ChangedNode {
  readonly nodeId: NodeId;
  readonly now: Standing;
  /** Undefined when it was not made yet. */
  readonly past: Standing | undefined;
  /** Of a device that is undone: others have changed the node since. */
  readonly isOverlaid: boolean;
}

export interface PastRequest {
  /** Of the time to go back to up to the head; what is after `now` only corrects what the store says of unchanged nodes. */
  readonly entries: readonly JournalEntry[];
  readonly now: number;
  readonly deviceId?: DeviceId | undefined;
}

export type Time = 'now' | 'past';

/** A namespace at two times: at `now`, a sequence that the journal has reached, and at an earlier one. Made from the journal read backwards. */
export class PastTree {
  readonly rootId: NodeId;
  readonly changed: ReadonlyMap<NodeId, ChangedNode>;
  /** Nodes that did not change between the two times, as far as they were asked for. */
  readonly #unchanged = new Map<NodeId, Standing | undefined>();
  /** Folders that have become part of a shared folder since. */
  readonly #foreign = new Set<NodeId>();

  private constructor(rootId: NodeId, changed: ReadonlyMap<NodeId, ChangedNode>) {
    this.rootId = rootId;
    this.changed = changed;
  }

  /**
   * Reads every folder above every changed node, at both times. What has become part of a shared folder since is left out: it is for the
   * members of that alone. Cost: one BatchGetItem per level and 100 folders, the same again where folders were shared.
   */
  static async read(view: NamespaceView, request: PastRequest): Promise<PastTree> {
    const tree = new PastTree(view.rootId, await withoutForeign(view, changedNodes(request)));
    const later = new Map<NodeId, JournalEntry>();
    for (const entry of request.entries) {
      if (entry.seq > request.now && !later.has(entry.node.nodeId)) later.set(entry.node.nodeId, entry);
    }
    let level: readonly NodeId[] = tree.#unknownParents(tree.changed.values());
    for (let depth = 0; depth < ANCESTORS_MAX && level.length > 0; depth++) {
      level = await tree.#load(view, level, later);
    }
    return tree;
  }

  standing(nodeId: NodeId, time: Time): Standing | undefined {
    const changed = this.changed.get(nodeId);
    return changed === undefined ? this.#unchanged.get(nodeId) : changed[time];
  }

  /**
   * A node and all folders above it, itself first, up to `top` or else the root; undefined when it could not be seen: it, or one of
   * them, was not live. Of `top` itself nothing is asked.
   */
  chain(nodeId: NodeId, time: Time, top: NodeId = this.rootId): readonly NodeId[] | undefined {
    const chain: NodeId[] = [];
    let next = nodeId;
    while (next !== top && next !== this.rootId) {
      const standing = this.standing(next, time);
      if (standing === undefined || !standing.isLive || chain.length === ANCESTORS_MAX) return undefined;
      chain.push(next);
      next = standing.parentId;
    }
    return [...chain, next];
  }

  /** Whether a node stood, at the earlier time, in what has become part of a shared folder since. */
  stoodInForeign(nodeId: NodeId): boolean {
    let next = nodeId;
    for (let depth = 0; next !== this.rootId && depth <= ANCESTORS_MAX; depth++) {
      if (this.#foreign.has(next)) return true;
      const standing = this.standing(next, 'past');
      if (standing === undefined || !standing.isLive) return false;
      next = standing.parentId;
    }
    return false;
  }

  /** Whether a node lies below a folder at the later time, be it in a folder that is in the trash. */
  isBelow(nodeId: NodeId, folderId: NodeId): boolean {
    let next = nodeId;
    for (let depth = 0; next !== this.rootId && depth <= ANCESTORS_MAX; depth++) {
      const standing = this.standing(next, 'now');
      if (standing === undefined) return false;
      next = standing.parentId;
      if (next === folderId) return true;
    }
    return false;
  }

  /** Whether a node lies, at the later time, in what stood below a folder at the earlier one: when that comes back, it comes along. */
  isCarriedTo(nodeId: NodeId, folderId: NodeId): boolean {
    let next = this.standing(nodeId, 'now')?.parentId;
    for (let depth = 0; next !== undefined && next !== this.rootId && depth <= ANCESTORS_MAX; depth++) {
      // What has not changed lies where it lay, so only what has can have been moved out.
      if (this.changed.has(next) && this.chain(next, 'past', folderId)?.at(-1) === folderId) return true;
      next = this.standing(next, 'now')?.parentId;
    }
    return false;
  }

  /** Whether a node is gone for good at the later time: by itself, or with a folder that it went along with. */
  isPurged(nodeId: NodeId): boolean {
    let next = nodeId;
    for (let depth = 0; next !== this.rootId && depth < ANCESTORS_MAX; depth++) {
      const standing = this.standing(next, 'now');
      if (standing === undefined || standing.isPurged) return true;
      // What lies in the trash by itself comes back without its folder.
      if (!standing.isLive && next === nodeId) return false;
      next = standing.parentId;
    }
    return false;
  }

  /** The path of a node at a time, through folders that may be in the trash. */
  path(nodeId: NodeId, time: Time): string {
    const names: string[] = [];
    for (let next = nodeId; next !== this.rootId && names.length <= ANCESTORS_MAX; ) {
      const standing = this.standing(next, time);
      if (standing === undefined) break;
      names.push(standing.name);
      next = standing.parentId;
    }
    return `/${names.toReversed().join('/')}`;
  }

  async #load(
    view: NamespaceView,
    nodeIds: readonly NodeId[],
    later: ReadonlyMap<NodeId, JournalEntry>,
  ): Promise<readonly NodeId[]> {
    const loaded: { readonly now: Standing | undefined; readonly past: undefined }[] = [];
    await view.load(nodeIds);
    for (const nodeId of nodeIds) {
      const entry = later.get(nodeId);
      const node = await view.node(nodeId);
      if (node === undefined && (await view.isForeign(nodeId))) this.#foreign.add(nodeId);
      const now = entry === undefined ? node && standingOf(node) : standingBefore(entry);
      this.#unchanged.set(nodeId, now);
      loaded.push({ now, past: undefined });
    }
    return this.#unknownParents(loaded);
  }

  #unknownParents(
    nodes: Iterable<{ readonly now: Standing | undefined; readonly past: Standing | undefined }>,
  ): NodeId[] {
    const unknown = new Set<NodeId>();
    for (const { now, past } of nodes) {
      for (const parentId of [now?.parentId, past?.parentId]) {
        const isKnown =
          parentId === undefined ||
          parentId === this.rootId ||
          this.changed.has(parentId) ||
          this.#unchanged.has(parentId);
        if (!isKnown) unknown.add(parentId);
      }
    }
    return [...unknown];
  }
}

/** The journal of a home tells of nodes that lie in a shared folder by now. */
async function withoutForeign(
  view: NamespaceView,
  changed: ReadonlyMap<NodeId, ChangedNode>,
): Promise<ReadonlyMap<NodeId, ChangedNode>> {
  if (view.head.isGround !== true) return changed;
  await view.loadAncestors(changed.keys());
  const own = new Map<NodeId, ChangedNode>();
  for (const [nodeId, node] of changed) if (!(await view.isForeign(nodeId))) own.set(nodeId, node);
  return own;
}

function changedNodes({ entries, now, deviceId }: PastRequest): ReadonlyMap<NodeId, ChangedNode> {
  const changed = new Map<NodeId, ChangedNode>();
  const begun = new Set<NodeId>();
  for (const entry of entries) {
    if (entry.seq > now || entry.type === 'member') continue;
    const { nodeId } = entry.node;
    const known = changed.get(nodeId);
    const after = standingAfter(entry);
    const isUndone = deviceId === undefined || entry.deviceId === deviceId;
    const hasBegun = begun.has(nodeId);
    if (isUndone) begun.add(nodeId);
    // What others did before the device came to the node stays.
    const past = hasBegun ? known?.past : isUndone ? standingBefore(entry) : after;
    const isOverlaid = known?.isOverlaid === true || (hasBegun && !isUndone);
    changed.set(nodeId, { nodeId, now: after, past, isOverlaid });
  }
  return changed;
}

function standingOf(node: StoredNode): Standing {
  const { parentId, name, kind, rev, contentRev, contentHash, executable } = node;
  const isPurged = node.purgedAt !== undefined;
  const content = { contentRev, contentHash, isExecutable: executable === true };
  return { parentId, name, kind, rev, ...content, isLive: node.deletedAt === undefined, isPurged };
}

function standingAfter({ node, type }: JournalEntry): Standing {
  return { ...standingOf(node), isPurged: type === 'purged' };
}

/** Undefined when the entry made the node. */
function standingBefore(entry: JournalEntry): Standing | undefined {
  const { node, type, was } = entry;
  if (type === 'created') return undefined;
  const isLive = type === 'deleted' || (type !== 'restored' && node.deletedAt === undefined);
  const before = { ...standingOf(node), ...was, rev: node.rev - 1, isLive, isPurged: false };
  return was?.contentRev === undefined ? before : { ...before, contentHash: undefined, isExecutable: undefined };
}
