import type { EpochMs, NodeId } from '@syncline/protocol';
import type { LocalNode } from './trees.ts';

/** A change without an answer. */
interface Unanswered {
  readonly node: LocalNode;
  readonly at: EpochMs;
  /** Whether the delta has told of a change of this device to the node since. */
  readonly isConfirmed: boolean;
}

/**
 * What this process has asked the service to take and has had no answer to, as the disk had it then. The service may have it by now: that was
 * agreed on, and not something that came from elsewhere.
 */
export class UnansweredChanges {
  readonly #asked = new Map<NodeId, Unanswered>();

  /** Precondition: the content of a file is known. */
  ask(node: LocalNode, at: EpochMs): void {
    this.#asked.set(node.nodeId, { node, at, isConfirmed: false });
  }

  /** The service has a change of this device to the node. */
  confirm(nodeId: NodeId): void {
    const asked = this.#asked.get(nodeId);
    if (asked !== undefined) this.#asked.set(nodeId, { ...asked, isConfirmed: true });
  }

  /** There was an answer, or something newer is known about the node. */
  drop(nodeId: NodeId): void {
    this.#asked.delete(nodeId);
  }

  dropAll(): void {
    this.#asked.clear();
  }

  /** Those that were asked for first come first, and folders before what is in them. */
  all(): readonly Unanswered[] {
    return this.#asked.size === 0 ? [] : [...this.#asked.values()];
  }
}
