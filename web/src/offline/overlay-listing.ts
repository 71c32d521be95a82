import type { Node, NodeId } from '@syncline/protocol';
import { localRevOf } from './change-queue.ts';
import type { KeptPlace } from './kept-tree.ts';
import type { ChangeQueue, OfflineChange } from './offline-change.ts';

/** Nodes that changes which wait are about, as they are shown: a content that waits has a revision of this browser alone. */
export function waitingNodes({ changes }: Pick<ChangeQueue, 'changes'>): ReadonlyMap<NodeId, Node> {
  const nodes = new Map<NodeId, Node>();
  const contents = new Map<NodeId, OfflineChange>();
  for (const change of changes) {
    const { after, edit } = change;
    if (edit.type === 'put') contents.set(after.nodeId, change);
    const content = contents.get(after.nodeId);
    nodes.set(after.nodeId, content === undefined ? after : { ...after, contentRev: localRevOf(content) });
  }
  return nodes;
}

/** What a folder holds for whoever made the changes: they are shown as if they had been committed. */
export function overlayNodes(
  { namespaceId, folderId }: KeptPlace,
  nodes: ReadonlyMap<NodeId, Node>,
  waiting: ReadonlyMap<NodeId, Node>,
): ReadonlyMap<NodeId, Node> {
  if (waiting.size === 0) return nodes;
  const shown = new Map(nodes);
  for (const [nodeId, node] of waiting) {
    const isHere = node.namespaceId === namespaceId && node.parentId === folderId && node.deletedAt === undefined;
    if (isHere) shown.set(nodeId, node);
    else shown.delete(nodeId);
  }
  return shown;
}

/** The change that has a content which waits, by the revision that it has here. */
export function changeOfLocalRev(
  { changes }: Pick<ChangeQueue, 'changes'>,
  nodeId: NodeId,
  rev: number,
): OfflineChange | undefined {
  return changes.find(
    (change) => change.edit.type === 'put' && change.after.nodeId === nodeId && localRevOf(change) === rev,
  );
}
