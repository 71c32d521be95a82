import type { ApiClient } from '@syncline/client';
import type { Node, NodeId } from '@syncline/protocol';
import { answerValue } from './answer-value.ts';
import { makeNodeId, type PlainOperation } from './commit.ts';
import { COPY_NODES_MAX } from './limits.ts';
import type { FolderPlace } from './listing.ts';
import { insideOf } from './plan-operations.ts';

/** `too_many`: more lies below the folders than a browser copies at once; `shared`: a shared folder lies below, which is not copied. */
export type CopyPlan =
  | { readonly kind: 'planned'; readonly operations: readonly PlainOperation[]; readonly names: readonly string[] }
  | { readonly kind: 'too_many' | 'shared' };

/**
 * The operations that copy nodes, with all below them, into a folder under given names. No byte is transferred. Parents stand before
 * their children.
 */
export async function planCopies(
  api: ApiClient,
  copies: readonly { readonly node: Node; readonly name: string }[],
  target: FolderPlace,
): Promise<CopyPlan> {
  const operations: PlainOperation[] = [];
  const names: string[] = [];
  const plan = (node: Node, parentId: NodeId, name: string): NodeId => {
    const newNodeId = makeNodeId();
    const made = { namespaceId: target.namespaceId, parentId, name, newNodeId };
    const from = { namespaceId: node.namespaceId, nodeId: node.nodeId };
    operations.push(node.kind === 'file' ? { type: 'copy', ...made, from } : { type: 'mkdir', ...made });
    names.push(name);
    return newNodeId;
  };
  for (const { node, name } of copies) {
    const copyId = plan(node, target.folderId, name);
    if (node.kind === 'file') continue;
    const inside = insideOf(node);
    const copied = new Map<NodeId, NodeId>([[inside.folderId, copyId]]);
    const below = await listBelow(api, inside);
    if (below === 'too_many') return { kind: below };
    for (const child of below) {
      if (child.kind === 'mount') return { kind: 'shared' };
      const parentId = copied.get(child.parentId);
      if (parentId !== undefined) copied.set(child.nodeId, plan(child, parentId, child.name));
    }
    if (operations.length > COPY_NODES_MAX) return { kind: 'too_many' };
  }
  return { kind: 'planned', operations, names };
}

async function listBelow(
  api: ApiClient,
  { namespaceId, folderId }: FolderPlace,
): Promise<readonly Node[] | 'too_many'> {
  const nodes: Node[] = [];
  let page: string | undefined;
  do {
    const answer = answerValue(await api.listTree({ query: { namespaceId, folderId, page } }));
    nodes.push(...answer.nodes);
    // Folders that a listing leaves out are deeper than what a browser copies.
    if (nodes.length > COPY_NODES_MAX || answer.unlisted !== undefined) return 'too_many';
    page = answer.nextPage;
  } while (page !== undefined);
  return nodes;
}
