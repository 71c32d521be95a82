import type { NodeId } from '@syncline/protocol';
import { decideContent, decidePlace, isWrittenDown } from './decide-node.ts';
import type { TreeReader } from './node-tree.ts';
import type { LocalNode, RemoteNode, SyncedNode } from './trees.ts';

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

/** Keeps the nodes in which the three trees differ, so that a plan looks at them and at no others. */
export class Differences {
  readonly #touched = new Set<NodeId>();
  readonly #unsettled = new Set<NodeId>();

  /** Any of the trees has set or removed this node. */
  touch(nodeId: NodeId): void {
    this.#touched.add(nodeId);
  }

  /** What was not settled when it was judged last, and what was touched since. */
  candidates(): readonly NodeId[] {
    return [...new Set([...this.#unsettled, ...this.#touched])];
  }

  /** Judges what may have changed, and answers all that is not settled. */
  judge(trees: ThreeTrees): ReadonlySet<NodeId> {
    for (const nodeId of this.#touched) this.#unsettled.add(nodeId);
    this.#touched.clear();
    for (const nodeId of this.#unsettled) if (isSettled(trees, nodeId)) this.#unsettled.delete(nodeId);
    return this.#unsettled;
  }
}
