import { epochMs, formatInstant, type NamespaceId, type NodeId } from '@syncline/protocol';
import { isBehind } from '../lambdas/journal/journal-positions.ts';
import { entriesQuery, entryOf } from '../lambdas/namespaces/dynamodb-entry-item.ts';
import type { JournalEntry, NamespaceHead, StoredNode } from '../lambdas/namespaces/namespace-store.ts';
import { queryItems } from '../lambdas/runtime/dynamodb-query.ts';
import type { Audit } from './audit.ts';
import { isSameNode } from './check-tree.ts';
import { confirm } from './confirm.ts';
import { findAncestry, pathOf } from './find-path.ts';
import type { Finding } from './finding.ts';
import { FOLDED_NODES_MAX, JOURNAL_PAGE_MAX, JOURNAL_PAGES_MAX, UNPROJECTED_MS_MAX } from './limits.ts';

/** The last that journals say of each node. */
type Fold = Map<NodeId, JournalEntry>;

/**
 * Of a home namespace and the shared folders whose rows lie under its id: that their journals have no gap, and that folding them gives the
 * nodes of the table Files. Nodes are folded FOLDED_NODES_MAX at a time. Cost: half a read unit for 4 KiB of entries, and 1 item a node.
 */
export async function checkJournals(audit: Audit, heads: readonly NamespaceHead[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { namespaceId } of heads) {
    findings.push(...(await confirm(audit, () => checkGaps(audit, namespaceId))));
    findings.push(...(await confirm(audit, () => checkProjection(audit, namespaceId))));
  }
  const [ground] = heads;
  if (ground === undefined) return findings;
  const entryCount = heads.reduce((sum, { seq }) => sum + seq, 0);
  const parts = Math.max(1, Math.ceil(entryCount / FOLDED_NODES_MAX));
  for (let part = 0; part < parts; part++) {
    const ofPart = (nodeId: NodeId): boolean => partOf(nodeId, parts) === part;
    const fold: Fold = new Map();
    for (const { namespaceId } of heads) await foldEntries(audit, namespaceId, { fold, ofPart });
    const nodeIds = [...fold.keys()];
    for (let from = 0; from < nodeIds.length; from += JOURNAL_PAGE_MAX) {
      const page = nodeIds.slice(from, from + JOURNAL_PAGE_MAX);
      const suspects = (await compareNodes(audit, ground.namespaceId, { fold, nodeIds: page })).map(
        ({ about }) => about.nodeId,
      );
      for (const nodeId of suspects) {
        if (nodeId === undefined) continue;
        findings.push(...(await confirm(audit, () => compareAnew(audit, ground.namespaceId, nodeId))));
      }
    }
  }
  return findings;
}

/** Ids are random: their ends fall evenly. */
function partOf(nodeId: NodeId, parts: number): number {
  let value = 0;
  for (const digit of nodeId.slice(-6)) value = value * 31 + digit.charCodeAt(0);
  return value % parts;
}

async function checkGaps(audit: Audit, namespaceId: NamespaceId): Promise<readonly Finding[]> {
  const head = await audit.index.getHead(namespaceId);
  if (head === undefined) return [];
  const gap = (seq: number, detail: string): readonly Finding[] => [
    { code: 'journal-gap', about: { namespaceId, seq }, detail },
  ];
  const now = audit.clock.now();
  let last: JournalEntry | undefined;
  for await (const entries of journalPages(audit, namespaceId, head.seq)) {
    for (const entry of entries) {
      // Entries that have expired go in any order.
      const isBroken = last !== undefined && entry.seq !== last.seq + 1 && last.expiresAt > now;
      if (last !== undefined && isBroken) return gap(last.seq + 1, `the next one is ${entry.seq}`);
      last = entry;
    }
  }
  const isCut = last !== undefined && last.seq < head.seq && last.expiresAt > now;
  return last !== undefined && isCut ? gap(last.seq + 1, `the head is at ${head.seq}`) : [];
}

async function checkProjection(audit: Audit, namespaceId: NamespaceId): Promise<readonly Finding[]> {
  const head = await audit.index.getHead(namespaceId);
  const position = await audit.references.getPosition(namespaceId);
  if (head === undefined || head.seq === 0 || !isBehind(position, head)) return [];
  const after = position?.epoch === head.epoch ? position.seq : 0;
  const [oldest] = await audit.namespaces.listEntries({ namespaceId, after, limit: 1 });
  const isFresh =
    oldest?.seq === after + 1 && oldest.changedAt > formatInstant(epochMs(audit.clock.now() - UNPROJECTED_MS_MAX));
  if (isFresh) return [];
  const detail = `projected to ${after} of ${head.seq}`;
  return [{ code: 'projection-behind', about: { namespaceId }, detail, mend: { kind: 'project', namespaceId } }];
}

async function foldEntries(
  audit: Audit,
  namespaceId: NamespaceId,
  { fold, ofPart }: { readonly fold: Fold; readonly ofPart: (nodeId: NodeId) => boolean },
): Promise<void> {
  for await (const entries of journalPages(audit, namespaceId, Number.MAX_SAFE_INTEGER)) {
    for (const entry of entries) {
      // Who is a member is no change of the tree.
      if (entry.type === 'member') continue;
      const { nodeId, rev } = entry.node;
      if (ofPart(nodeId) && (fold.get(nodeId)?.node.rev ?? 0) < rev) fold.set(nodeId, entry);
    }
  }
}

async function compareNodes(
  audit: Audit,
  groundId: NamespaceId,
  { fold, nodeIds }: { readonly fold: Fold; readonly nodeIds: readonly NodeId[] },
): Promise<readonly Finding[]> {
  const nodes = await audit.namespaces.getNodes(groundId, nodeIds);
  const findings: Finding[] = [];
  for (const nodeId of nodeIds) {
    const entry = fold.get(nodeId);
    if (entry !== undefined) findings.push(...(await compareNode(audit, { groundId, entry, node: nodes.get(nodeId) })));
  }
  return findings;
}

async function compareNode(
  audit: Audit,
  {
    groundId,
    entry,
    node,
  }: { readonly groundId: NamespaceId; readonly entry: JournalEntry; readonly node: StoredNode | undefined },
): Promise<readonly Finding[]> {
  const { nodeId } = entry.node;
  const about = { namespaceId: entry.namespaceId, nodeId, seq: entry.seq };
  if (node !== undefined) {
    if (isSameNode(node, entry.node)) return [];
    // What lies in a folder that was purged is marked as well before it goes, and has no entry of its own.
    const isGoing = node.purgedAt !== undefined && entry.type !== 'purged';
    if (isGoing && (await findAncestry(audit, groundId, node.parentId)).kind !== 'rooted') return [];
    const detail = `the row has revision ${node.rev}, and the last entry ${entry.node.rev}`;
    const ancestry = await findAncestry(audit, groundId, nodeId);
    return [{ code: 'node-differs', about, path: pathOf(ancestry), detail }];
  }
  // The rows of what was purged go, and of all that lay in it.
  if (entry.type === 'purged') return [];
  const above = await findAncestry(audit, groundId, entry.node.parentId);
  const isBelowRoot = audit.grounds
    .group(groundId)
    .some((namespaceId) => namespaceId === (entry.node.parentId as string));
  if (!isBelowRoot && above.kind !== 'rooted') return [];
  return [{ code: 'node-missing', about, path: `/${entry.node.name}` }];
}

/** A node and the last that the journals say of it, both as they are. */
async function compareAnew(audit: Audit, groundId: NamespaceId, nodeId: NodeId): Promise<readonly Finding[]> {
  const fold: Fold = new Map();
  for (const namespaceId of audit.grounds.group(groundId)) {
    await foldEntries(audit, namespaceId, { fold, ofPart: (other) => other === nodeId });
  }
  return compareNodes(audit, groundId, { fold, nodeIds: [...fold.keys()] });
}

/** Entries up to `last` that have rows, expired ones too, in their order. */
export async function* journalPages(
  { client, tableNames }: Audit,
  namespaceId: NamespaceId,
  last: number,
): AsyncGenerator<readonly JournalEntry[]> {
  let after = 0;
  for (let page = 0; page < JOURNAL_PAGES_MAX; page++) {
    const query = { TableName: tableNames.changes, ...entriesQuery({ namespaceId, after, limit: last - after }) };
    const entries = (await queryItems(client, query, JOURNAL_PAGE_MAX)).map(entryOf);
    yield entries;
    const end = entries.at(-1);
    if (end === undefined || entries.length < JOURNAL_PAGE_MAX) return;
    after = end.seq;
  }
}
