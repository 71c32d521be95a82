import { expect } from '@jest/globals';
import { type Change, type NamespaceId, type Node, type NodeId, nameKey, rootNodeId } from '@syncline/protocol';
import type { JournalEntry, NamespaceStore, StoredRevision } from '../../lambdas/namespaces/namespace-store.ts';
import { toWireNode } from '../../lambdas/namespaces/wire-node.ts';
import type { Member } from './in-memory-member.ts';

const ALL = 100_000;

/** Everything that the store has of a namespace, read the long way round. */
export interface NamespaceFacts {
  readonly seq: number;
  readonly bytesRetained: number;
  readonly entries: readonly JournalEntry[];
  /** By folding the journal. */
  readonly nodes: ReadonlyMap<NodeId, Node>;
  readonly revisions: ReadonlyMap<NodeId, readonly StoredRevision[]>;
}

export async function readFacts(namespaces: NamespaceStore, member: Member): Promise<NamespaceFacts> {
  const { namespaceId, accountId } = member;
  const access = await namespaces.readAccess({ namespaceId, accountId });
  const entries = await namespaces.listEntries({ namespaceId, after: 0, limit: ALL });
  const nodes = foldChanges(new Map(), entries);
  const revisions = new Map<NodeId, readonly StoredRevision[]>();
  for (const nodeId of nodes.keys()) {
    revisions.set(nodeId, (await namespaces.listRevisions({ namespaceId, nodeId, limit: ALL })).revisions);
  }
  return {
    seq: access?.head.seq ?? -1,
    bytesRetained: access?.head.bytesRetained ?? -1,
    entries,
    nodes,
    revisions,
  };
}

export function foldChanges(nodes: ReadonlyMap<NodeId, Node>, changes: readonly Change[]): ReadonlyMap<NodeId, Node> {
  const folded = new Map(nodes);
  for (const { node } of changes) folded.set(node.nodeId, node);
  return folded;
}

/** I-4: the journal is {1 … head}, each once. I-6: every revision of a node has one successor. I-8: one entry an operation. */
export function expectJournal({ seq, entries }: NamespaceFacts): void {
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
  const revs = new Map<NodeId, number>();
  for (const { node } of entries) {
    expect(node.rev).toBe((revs.get(node.nodeId) ?? 0) + 1);
    revs.set(node.nodeId, node.rev);
  }
  const named = entries.map(({ deviceId, opId }) => `${deviceId}/${opId}`);
  expect(new Set(named).size).toBe(named.length);
}

/** I-5: folding the journal gives the node table and the folders' listings. I-23: what is retained is what is counted. */
export async function expectFold(
  namespaces: NamespaceStore,
  namespaceId: NamespaceId,
  facts: NamespaceFacts,
): Promise<void> {
  const stored = await namespaces.getNodes(namespaceId, [...facts.nodes.keys()]);
  for (const [nodeId, node] of facts.nodes) {
    const found = stored.get(nodeId);
    expect(found === undefined ? undefined : toWireNode(found)).toEqual(node);
  }
  const folders = [...facts.nodes.values()].filter(({ kind }) => kind === 'folder').map(({ nodeId }) => nodeId);
  const listed: NodeId[] = [];
  for (const parentId of [rootNodeId(namespaceId), ...folders]) {
    const { nodes } = await namespaces.listChildren({ namespaceId, parentId, limit: ALL });
    for (const child of nodes) expect(toWireNode(child)).toEqual(facts.nodes.get(child.nodeId));
    listed.push(...nodes.map(({ nodeId }) => nodeId));
  }
  const live = [...facts.nodes.values()].filter(({ deletedAt }) => deletedAt === undefined);
  expect(listed.toSorted()).toEqual(live.map(({ nodeId }) => nodeId).toSorted());
  const retained = [...facts.revisions.values()].flat().reduce((sum, { size }) => sum + size, 0);
  expect(retained).toBe(facts.bytesRetained);
}

/** I-9: no cycle, no orphan, one node a name; every file has its present content. */
export function expectTree({ nodes, revisions }: NamespaceFacts, namespaceId: NamespaceId): void {
  const places = new Set<string>();
  for (const node of nodes.values()) {
    let above: Node | undefined = node;
    for (let steps = 0; above.parentId !== rootNodeId(namespaceId); steps++) {
      expect(steps).toBeLessThan(nodes.size);
      above = nodes.get(above.parentId);
      expect(above?.kind).toBe('folder');
      if (above === undefined) break;
    }
    if (node.deletedAt !== undefined) continue;
    const place = `${node.parentId}/${nameKey(node.name)}`;
    expect(places).not.toContain(place);
    places.add(place);
    if (node.kind === 'folder') continue;
    const present = revisions.get(node.nodeId)?.find(({ rev }) => rev === node.contentRev);
    expect(present?.contentHash).toBe(node.contentHash);
    expect(present?.losing).toBeUndefined();
  }
}
