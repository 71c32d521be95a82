import type { NodeId } from '@syncline/protocol';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import type { NamespaceView } from '../journal/namespace-view.ts';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import { extensionOf, fileTypeOf } from './file-type-of.ts';
import type { IndexChange, IndexedText, SearchDocument } from './search-index.ts';

/**
 * What the index is to have of these nodes: what they are now, whatever happened to them. What is not there, is of another namespace, or lies below what
 * was purged, is to be removed. Cost: the reads of all folders above, once each.
 */
export async function describeNodes(
  view: NamespaceView,
  nodeIds: Iterable<NodeId>,
  version: number,
): Promise<readonly IndexChange[]> {
  const ids = [...new Set(nodeIds)].filter((nodeId) => nodeId !== view.rootId);
  await view.loadAncestors(ids);
  const changes: IndexChange[] = [];
  for (const nodeId of ids) {
    const { namespaceId } = view.head;
    const chain = await wayUp(view, nodeId);
    if (chain === undefined) changes.push({ kind: 'remove', version, namespaceId, nodeId });
    else changes.push({ kind: 'put', version, document: toDocument(chain) });
  }
  return changes;
}

/**
 * The node and all above it but the root; undefined when it is not of the namespace, or not any more. What was deleted by itself stays in the trash when
 * a folder above it is gone for good: of that, and of what is above it, nothing is told.
 */
export async function wayUp(
  view: NamespaceView,
  nodeId: NodeId,
): Promise<readonly [StoredNode, ...StoredNode[]] | undefined> {
  const first = await view.node(nodeId);
  if (first === undefined) return undefined;
  const chain: [StoredNode, ...StoredNode[]] = [first];
  for (let next = first.parentId; next !== view.rootId; ) {
    const above = await view.node(next);
    if (above === undefined && chain.some(({ deletedAt }) => deletedAt !== undefined)) return chain;
    if (above === undefined || chain.length > ANCESTORS_MAX) return undefined;
    chain.push(above);
    next = above.parentId;
  }
  return chain;
}

/** Names from below the root down to the node's own. */
export function pathOf(chain: readonly StoredNode[]): string {
  return chain
    .toReversed()
    .map(({ name }) => `/${name}`)
    .join('');
}

function toDocument(chain: readonly [StoredNode, ...StoredNode[]]): SearchDocument {
  const [node, ...above] = chain;
  const { namespaceId, nodeId, parentId, kind, name, size, contentHash } = node;
  const extension = kind === 'file' ? extensionOf(name) : undefined;
  return {
    namespaceId,
    nodeId,
    parentId,
    aboveIds: above.map((folder) => folder.nodeId),
    kind,
    name,
    path: pathOf(chain),
    type: fileTypeOf(node),
    ...(extension === undefined ? {} : { extension }),
    size,
    modifiedAt: node.clientModifiedAt ?? node.modifiedAt,
    isTrashed: chain.some(({ deletedAt }) => deletedAt !== undefined),
    ...(contentHash === undefined ? {} : { contentHash }),
  };
}

/** The same changes with the texts of contents that are still those of their nodes. */
export function withTexts(
  changes: readonly IndexChange[],
  texts: ReadonlyMap<NodeId, IndexedText>,
): readonly IndexChange[] {
  return changes.map((change) => {
    if (change.kind === 'remove') return change;
    const text = texts.get(change.document.nodeId);
    if (text === undefined || text.contentHash !== change.document.contentHash) return change;
    return { ...change, document: { ...change.document, text } };
  });
}
