import { type NodeId, rootNodeId } from '@syncline/protocol';
import type { NamespaceHead, StoredNode } from '../namespaces/namespace-store.ts';
import { OWN_ANCESTORS_MAX } from './limits.ts';

/** A way up that does not end at the root. */
const NOWHERE = Number.POSITIVE_INFINITY;

/**
 * Which rows are of one namespace, where the rows of several lie together: those from which the way up ends at its root. One that does
 * not, or meets a mount, is of another, and to this namespace it does not exist, deleted or not. Nor does one of which the way breaks off:
 * what was above it is gone for good.
 */
export class OwnNodes {
  readonly #head: Pick<NamespaceHead, 'namespaceId' | 'groundId' | 'isGround'>;
  readonly #row: (nodeId: NodeId) => Promise<StoredNode | undefined>;
  /** How many levels nodes are below the root, as long as nothing moves. */
  readonly #levels = new Map<NodeId, number>();

  constructor(dependencies: {
    readonly head: Pick<NamespaceHead, 'namespaceId' | 'groundId' | 'isGround'>;
    readonly row: (nodeId: NodeId) => Promise<StoredNode | undefined>;
  }) {
    this.#head = dependencies.head;
    this.#row = dependencies.row;
  }

  /** Whether a row is of this namespace, not more than OWN_ANCESTORS_MAX below its root. Cost: a read per level that was not walked before. */
  async has(node: StoredNode): Promise<boolean> {
    const { groundId, isGround } = this.#head;
    if (groundId === undefined && isGround !== true) return true;
    const walked: NodeId[] = [];
    let level = this.#levels.get(node.nodeId);
    for (let next = node; level === undefined; ) {
      walked.push(next.nodeId);
      // What is deeper than that may be walked from further up, so nothing is remembered of it.
      if (walked.length > OWN_ANCESTORS_MAX) return false;
      const { parentId } = next;
      const above = this.#isRoot(parentId) ? undefined : await this.#row(parentId);
      level = above === undefined ? this.#levelOf(parentId) : this.#levels.get(parentId);
      if (above?.kind === 'mount') level = NOWHERE;
      next = above ?? next;
    }
    for (const [index, nodeId] of walked.toReversed().entries()) this.#levels.set(nodeId, level + index + 1);
    return level + walked.length <= OWN_ANCESTORS_MAX;
  }

  /** Something was moved. */
  forget(): void {
    this.#levels.clear();
  }

  /** Whether an id is that of the root of the home where the rows of this shared folder lie. */
  isGroundRoot(nodeId: NodeId): boolean {
    const { groundId } = this.#head;
    return groundId !== undefined && nodeId === rootNodeId(groundId);
  }

  /** Whatever row may have that id: what hangs below the root of the home is of the home. */
  #isRoot(nodeId: NodeId): boolean {
    return nodeId === rootNodeId(this.#head.namespaceId) || this.isGroundRoot(nodeId);
  }

  /** Of an id above which nothing is: that of the root, or one that leads nowhere. */
  #levelOf(nodeId: NodeId): number {
    return nodeId === rootNodeId(this.#head.namespaceId) ? 0 : NOWHERE;
  }
}
