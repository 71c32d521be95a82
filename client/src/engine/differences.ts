import type { NodeId } from '@syncline/protocol';
import { decideContent, decidePlace, isWrittenDown } from './decide-node.ts';
import type { TreeReader } from './node-tree.ts';
import type { LocalNode, LocalTree, RemoteNode, RemoteTree, SyncedNode, SyncedTree } from './trees.ts';

export interface ThreeTrees {
  /** Folders that this device does not have on its disk, because a person said so. */
  readonly excluded: ReadonlySet<NodeId>;
  readonly remote: TreeReader<RemoteNode>;
  readonly local: TreeReader<LocalNode>;
  readonly synced: TreeReader<SyncedNode>;
}

/** The excluded folder that a node of the service is, or lies in, by where the service has it. */
export function excludedRootOf(
  { remote, excluded }: Pick<ThreeTrees, 'remote' | 'excluded'>,
  nodeId: NodeId,
): NodeId | undefined {
  if (excluded.size === 0) return undefined;
  const seen = new Set<NodeId>();
  for (let current = nodeId; !seen.has(current); ) {
    if (excluded.has(current)) return current;
    seen.add(current);
    const node = remote.get(current);
    if (node === undefined) return undefined;
    current = node.parentId;
  }
  return undefined;
}

interface WholeTrees {
  readonly remote: RemoteTree;
  readonly local: LocalTree;
  readonly synced: SyncedTree;
}

/**
 * Whether nothing is to be done about a node: all three trees say the same of it, or none knows it; of what is excluded, only the
 * service does. It hangs on the node's own three states and its being excluded, so it can only change when one of them is touched.
 */
export function isSettled(trees: ThreeTrees, nodeId: NodeId): boolean {
  const { remote, local, synced } = trees;
  if (excludedRootOf(trees, nodeId) !== undefined) return !local.has(nodeId) && !synced.has(nodeId);
  const there = remote.get(nodeId);
  const here = local.get(nodeId);
  const agreed = synced.get(nodeId);
  if (there === undefined || here === undefined) {
    return there === undefined && here === undefined && agreed === undefined;
  }
  const triple = { remote: there, local: here, synced: agreed };
  return isWrittenDown(triple) && decidePlace(triple) === 'agreed' && decideContent(triple) === 'agreed';
}

/**
 * Keeps the nodes in which the three trees differ, so that a plan looks at them and at no others. Until it judges for the first
 * time it keeps nothing: then it looks at all that there is.
 */
export class Differences {
  #isJudged = false;
  readonly #touched = new Set<NodeId>();
  readonly #unsettled = new Set<NodeId>();

  /** Any of the trees has set or removed this node. */
  touch(nodeId: NodeId): void {
    if (this.#isJudged) this.#touched.add(nodeId);
  }

  /** Judges what may have changed, and answers all that is not settled. */
  judge(trees: ThreeTrees & WholeTrees): ReadonlySet<NodeId> {
    if (!this.#isJudged) this.#judgeAll(trees);
    for (const nodeId of this.#unsettled) if (isSettled(trees, nodeId)) this.#unsettled.delete(nodeId);
    for (const nodeId of this.#touched) if (!isSettled(trees, nodeId)) this.#unsettled.add(nodeId);
    this.#touched.clear();
    return this.#unsettled;
  }

  #judgeAll(trees: ThreeTrees & WholeTrees): void {
    this.#isJudged = true;
    const { remote, local, synced } = trees;
    const look = (nodeId: NodeId) => isSettled(trees, nodeId) || this.#unsettled.add(nodeId);
    for (const { nodeId } of remote.nodes()) look(nodeId);
    for (const { nodeId } of local.nodes()) if (!remote.has(nodeId)) look(nodeId);
    for (const { nodeId } of synced.nodes()) if (!remote.has(nodeId)) look(nodeId);
  }
}
