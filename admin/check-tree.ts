import { type NamespaceId, type NodeId, nameKey, rootNodeId, type TrashEntry } from '@syncline/protocol';
import { nodeAttributes, nodeOf, PLACE_PREFIX, placeItemKey } from '../lambdas/namespaces/dynamodb-node-item.ts';
import { trashAttributes, trashEntryOf, trashItemKey } from '../lambdas/namespaces/dynamodb-trash-item.ts';
import { contentKey, placeKey, type StoredNode } from '../lambdas/namespaces/namespace-store.ts';
import { toWireNode } from '../lambdas/namespaces/wire-node.ts';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { keyAttributes } from '../lambdas/runtime/dynamodb-batches.ts';
import type { Audit } from './audit.ts';
import { filesKey, readRow } from './dynamodb-rows.ts';
import { type Ancestry, findAncestry, pathOf } from './find-path.ts';
import type { Finding, Mend, RowChange } from './finding.ts';

/** Of a row in the table Files: that every row agrees with those that it points to, and that those point back. */
export async function checkTreeRow(audit: Audit, row: Item): Promise<readonly Finding[]> {
  const { kind, namespaceId, nodeId, sortKey } = filesKey(row);
  if (kind === 'node' && sortKey === 'node') return checkNode(audit, namespaceId, row);
  if (kind === 'dir' && sortKey.startsWith(PLACE_PREFIX)) {
    return checkPlace(audit, row, { groundId: namespaceId, parentId: nodeId });
  }
  if (kind === 'trash') return checkTrash(audit, row, namespaceId);
  return [];
}

async function checkNode(audit: Audit, groundId: NamespaceId, row: Item): Promise<readonly Finding[]> {
  const node = nodeOf(groundId, row);
  if (node.purgedAt !== undefined) return [];
  const findings = [
    ...(await checkParent(audit, node)),
    ...(node.deletedAt === undefined ? await checkOwnPlace(audit, node) : await checkOwnTrash(audit, node)),
    ...(await checkContent(audit, node)),
  ];
  if (findings.length === 0) return findings;
  const ancestry = await findAncestry(audit, groundId, node.nodeId);
  // Rows of what was purged go one after the other.
  if (ancestry.kind === 'gone') return [];
  return findings.map((finding) => ({ ...finding, path: pathOf(ancestry) }));
}

async function checkParent({ namespaces, grounds }: Audit, node: StoredNode): Promise<readonly Finding[]> {
  const { namespaceId: groundId, parentId } = node;
  if (grounds.group(groundId).some((namespaceId) => rootNodeId(namespaceId) === parentId)) return [];
  const parent = (await namespaces.getNodes(groundId, [parentId])).get(parentId);
  if (parent !== undefined && parent.kind !== 'file') return [];
  return [{ code: 'parent-missing', about: aboutNode(node), detail: `its folder is ${parentId}` }];
}

async function checkOwnPlace(audit: Audit, node: StoredNode): Promise<readonly Finding[]> {
  const { namespaceId: groundId, parentId, nodeId } = node;
  const place = { parentId, nameKey: nameKey(node.name) };
  const there = (await audit.namespaces.getPlaces(groundId, [place])).get(placeKey(place));
  if (there?.nodeId === nodeId) return [];
  const about = aboutNode(node);
  if (there !== undefined) return [{ code: 'place-taken', about, detail: `the one that is listed is ${there.nodeId}` }];
  return [{ code: 'place-missing', about, mend: { kind: 'row', change: { table: 'files', after: placeRow(node) } } }];
}

async function checkOwnTrash(audit: Audit, node: StoredNode): Promise<readonly Finding[]> {
  // A mount that is gone is nothing that anybody could bring back.
  if (node.kind === 'mount') return [];
  const { namespaceId: groundId, deletedAt = '', nodeId } = node;
  for (const namespaceId of audit.grounds.group(groundId)) {
    const key = keyAttributes(trashItemKey(namespaceId, { deletedAt, nodeId }));
    if ((await readRow(audit, 'files', key)) !== undefined) return [];
  }
  const ancestry = await findAncestry(audit, groundId, nodeId);
  const { namespaceId } = ancestry;
  const about = aboutNode(node);
  if (namespaceId === undefined) return [{ code: 'trash-missing', about }];
  const after = trashRow(node, namespaceId, ancestry);
  return [{ code: 'trash-missing', about, mend: { kind: 'row', change: { table: 'files', after } } }];
}

async function checkContent({ namespaces }: Audit, node: StoredNode): Promise<readonly Finding[]> {
  if (node.kind !== 'file') return [];
  const { namespaceId: groundId, nodeId, contentRev: rev, contentHash } = node;
  const content = { nodeId, rev };
  const revision = (await namespaces.getRevisions(groundId, [content])).get(contentKey(content));
  const about = { ...aboutNode(node), rev };
  if (revision === undefined) return [{ code: 'content-missing', about }];
  const isSame = revision.contentHash === contentHash && revision.size === node.size;
  return isSame ? [] : [{ code: 'content-differs', about }];
}

async function checkPlace(
  { namespaces }: Audit,
  row: Item,
  { groundId, parentId }: { readonly groundId: NamespaceId; readonly parentId: NodeId },
): Promise<readonly Finding[]> {
  const listed = nodeOf(groundId, row);
  const node = (await namespaces.getNodes(groundId, [listed.nodeId])).get(listed.nodeId);
  const key = (row['sk']?.S ?? '').slice(PLACE_PREFIX.length);
  const isThere =
    node !== undefined && node.deletedAt === undefined && node.parentId === parentId && nameKey(node.name) === key;
  const about = aboutNode(listed);
  const path = `/${listed.name}`;
  if (!isThere) return [{ code: 'place-dangling', about, path, mend: goes(row) }];
  if (isSameNode(listed, node)) return [];
  const change: RowChange = { table: 'files', before: row, after: placeRow(node) };
  return [{ code: 'place-differs', about, path, mend: { kind: 'row', change } }];
}

async function checkTrash(audit: Audit, row: Item, namespaceId: NamespaceId): Promise<readonly Finding[]> {
  const entry = trashEntryOf(row);
  const groundId = audit.grounds.groundOf(namespaceId);
  const node = (await audit.namespaces.getNodes(groundId, [entry.nodeId])).get(entry.nodeId);
  if (node !== undefined && node.deletedAt === entry.deletedAt && node.purgedAt === undefined) return [];
  // What lies in a folder that was purged goes with it.
  if (node !== undefined && (await findAncestry(audit, groundId, entry.nodeId)).kind === 'gone') return [];
  return [{ code: 'trash-dangling', about: { namespaceId, nodeId: entry.nodeId }, path: entry.path, mend: goes(row) }];
}

/** Whether two rows say the same of a node to people. */
export function isSameNode(left: StoredNode, right: StoredNode): boolean {
  return JSON.stringify(sorted(toWireNode(left))) === JSON.stringify(sorted(toWireNode(right)));
}

function sorted({ namespaceId: _wherever, ...node }: StoredNode): readonly (readonly [string, unknown])[] {
  return Object.entries(node).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function goes(row: Item): Mend {
  return { kind: 'row', change: { table: 'files', before: row } };
}

function placeRow(node: StoredNode): Item {
  const place = { parentId: node.parentId, nameKey: nameKey(node.name) };
  return { ...nodeAttributes(node), ...keyAttributes(placeItemKey(node.namespaceId, place)) };
}

function trashRow(node: StoredNode, namespaceId: NamespaceId, ancestry: Ancestry): Item {
  const { nodeId, parentId, name, kind, size, deletedAt = '' } = node;
  const entry: TrashEntry = { nodeId, parentId, name, kind, size, deletedAt, path: pathOf(ancestry) };
  return { ...trashAttributes(entry), ...keyAttributes(trashItemKey(namespaceId, entry)) };
}

function aboutNode({ namespaceId, nodeId }: StoredNode): Finding['about'] {
  return { namespaceId, nodeId };
}
