import { type Node, type NodeId, numberedName, type OperationResult, rootNodeId } from '@syncline/protocol';
import type { PlainOperation } from './commit.ts';
import type { FolderPlace } from './listing.ts';

/** The first of `name`, `name (2)`, `name (3)` … that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = numberedName(name, number);
  return free;
}

export function planMove(node: Node, parentId: NodeId, name: string): PlainOperation {
  const { namespaceId, nodeId, rev } = node;
  return { type: 'move', namespaceId, nodeId, parentId, name, baseRev: rev };
}

/** `seenSeq` is the last entry of the journal that the person could have seen: what came later in a folder keeps it from being deleted. */
export function planDelete(node: Node, seenSeq: number): PlainOperation {
  const { namespaceId, nodeId, rev } = node;
  return {
    type: 'delete',
    namespaceId,
    nodeId,
    baseRev: rev,
    ...(node.kind === 'folder' ? { baseSeq: seenSeq } : {}),
  };
}

/** Where a mount leads, and where everything else stands. */
export function insideOf(node: Node): FolderPlace {
  const { mountedNamespaceId } = node;
  if (mountedNamespaceId === undefined) return { namespaceId: node.namespaceId, folderId: node.nodeId };
  return { namespaceId: mountedNamespaceId, folderId: rootNodeId(mountedNamespaceId) };
}

/** The nodes that are moved or copied into a folder, without the folder itself: nothing can be put into itself. */
export function withoutTarget(nodes: readonly Node[], target: FolderPlace): readonly Node[] {
  return nodes.filter((node) => {
    const { namespaceId, folderId } = insideOf(node);
    return node.kind === 'file' || namespaceId !== target.namespaceId || folderId !== target.folderId;
  });
}

export interface OperationFailure {
  readonly name: string;
  readonly result: Exclude<OperationResult, { readonly status: 'committed' }>;
}

/** What was done and what was not, of operations on `names` in this order. */
export function sortResults(
  names: readonly string[],
  results: readonly OperationResult[],
): { readonly nodes: readonly Node[]; readonly failures: readonly OperationFailure[] } {
  const nodes: Node[] = [];
  const failures: OperationFailure[] = [];
  for (const [index, result] of results.entries()) {
    if (result.status === 'committed') nodes.push(result.node);
    else failures.push({ name: names[index] ?? '', result });
  }
  return { nodes, failures };
}
