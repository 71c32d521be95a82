import type { NamespaceId, NodeId } from '@syncline/protocol';

/**
 * What a transaction leaves to be done in bounded steps, because it has to do with everything below a folder. It is written in that transaction, and
 * lies in the ground of its namespace. Source: docs/decisions/0142-what-is-left-of-folders.md
 *
 * - `bytes`: what lies in a folder below one in the trash is still counted as present. `since` names the deletion; `after` is how far it was looked at.
 * - `doomed`: a node that is gone for good still has rows, and below it. It was purged with `rootId`, or is that itself.
 * - `dropped`: contents of a node went, and references to their chunks did not yet.
 */
export type Remainder =
  | {
      readonly kind: 'bytes';
      readonly namespaceId: NamespaceId;
      readonly rootId: NodeId;
      readonly nodeId: NodeId;
      readonly since: number;
      readonly after?: string;
    }
  | { readonly kind: 'doomed'; readonly namespaceId: NamespaceId; readonly rootId: NodeId; readonly nodeId: NodeId }
  | { readonly kind: 'dropped'; readonly namespaceId: NamespaceId; readonly nodeId: NodeId };

/** A remainder as it was read. The token is another one whenever it is written anew. */
export type OpenRemainder = Remainder & { readonly token: string };

/** What one step at a remainder does, beside what every transaction can. */
export interface Settling {
  readonly remainder: OpenRemainder;
  /** `ended` takes it away, `going` leaves it, `{ after }` lets it go on from there. Whoever ends or moves it must have read the newest. */
  readonly outcome: 'ended' | 'going' | { readonly after: string };
  /** What it leaves for steps of their own. */
  readonly below: readonly Remainder[];
  /** Bytes that are no more counted as present, on the row of the folder in the trash, if it is as it was read; and how many more remainders it has. */
  readonly freed?: {
    readonly nodeId: NodeId;
    readonly rev: number;
    readonly since: number;
    readonly bytes: number;
    readonly left: number;
  };
  /** Rows of nodes that go, if they are as they were read. */
  readonly removed: readonly { readonly nodeId: NodeId; readonly rev: number }[];
}

/** The order of kinds is that in which they are settled. Within a ground, what is the same remainder has the same key. */
export function remainderKey(remainder: Remainder): string {
  switch (remainder.kind) {
    case 'bytes':
      return `bytes#${remainder.rootId}#${remainder.nodeId}`;
    case 'doomed':
      return `doomed#${remainder.nodeId}`;
    case 'dropped':
      return `dropped#${remainder.nodeId}`;
  }
}
