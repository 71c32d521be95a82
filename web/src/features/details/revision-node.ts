import type { Node, Revision } from '@syncline/protocol';

/** The file as it was in a revision, for whatever shows or saves a content. */
export function revisionNode(node: Node, { rev, size, contentHash }: Revision): Node {
  return { ...node, contentRev: rev, size, contentHash };
}
