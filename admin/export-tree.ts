import type { EpochMs, NamespaceId, NodeId, TrashEntry } from '@syncline/protocol';
import { findMoment } from '../lambdas/history/find-moment.ts';
import { PastTree } from '../lambdas/history/past-tree.ts';
import { NamespaceView } from '../lambdas/journal/namespace-view.ts';
import type { JournalEntry, NamespaceStore, StoredNode } from '../lambdas/namespaces/namespace-store.ts';
import { AdminProblem } from './admin-problem.ts';
import type { Audit } from './audit.ts';
import { JOURNAL_PAGE_MAX, JOURNAL_PAGES_MAX } from './limits.ts';

/** What stands in a folder, as an export needs it. */
export interface ExportedEntry {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly kind: StoredNode['kind'];
  readonly contentRev: number;
}

/** Lists a folder, in an order that stays. */
export type ListFolder = (folderId: NodeId) => AsyncGenerator<ExportedEntry>;

/** The tree as it is. */
export function presentTree({ namespaces }: Audit, namespaceId: NamespaceId): ListFolder {
  return async function* list(parentId) {
    for await (const node of childrenOf(namespaces, namespaceId, parentId)) yield entryOf(node);
  };
}

/**
 * The tree as it was at a time. Memory: the entries since.
 * @throws AdminProblem when the journal does not reach back that far.
 */
export async function pastTree(audit: Audit, namespaceId: NamespaceId, at: EpochMs): Promise<ListFolder> {
  const { namespaces } = audit;
  const row = await audit.index.getHead(namespaceId);
  const access = row === undefined ? undefined : await ownersAccess(audit, namespaceId);
  if (access === undefined) throw noSuchNamespace(namespaceId);
  const head = access.head.seq;
  const now = await findMoment(audit, { namespaceId, head }, at);
  const entries = await entriesAfter(namespaces, namespaceId, { after: now, head });
  const past = await PastTree.read(new NamespaceView({ namespaces }, access), {
    entries,
    now: head,
  });
  const changedIn = new Map<NodeId, ExportedEntry[]>();
  for (const [nodeId, { past: standing }] of past.changed) {
    if (standing === undefined || !standing.isLive || standing.isPurged) continue;
    const { parentId, name, kind, contentRev } = standing;
    const entry = { nodeId, name, kind, contentRev };
    changedIn.set(parentId, [...(changedIn.get(parentId) ?? []), entry]);
  }
  return async function* list(parentId) {
    const changed = (changedIn.get(parentId) ?? []).toSorted((left, right) => (left.name < right.name ? -1 : 1));
    yield* changed;
    for await (const node of childrenOf(namespaces, namespaceId, parentId)) {
      if (!past.changed.has(node.nodeId)) yield entryOf(node);
    }
  };
}

/** What lies in the trash by itself, newest first. */
export async function* trashOf({ namespaces }: Audit, namespaceId: NamespaceId): AsyncGenerator<TrashEntry> {
  let before: { readonly before?: Pick<TrashEntry, 'deletedAt' | 'nodeId'> } = {};
  for (let page = 0; page < JOURNAL_PAGES_MAX; page++) {
    const { entries, next } = await namespaces.listTrash({ namespaceId, limit: JOURNAL_PAGE_MAX, ...before });
    yield* entries;
    if (next === undefined) return;
    before = { before: next };
  }
}

export function noSuchNamespace(namespaceId: NamespaceId): AdminProblem {
  return new AdminProblem({
    what: `There is no namespace ${namespaceId}.`,
    remedy: 'Look at --stage and --namespace.',
  });
}

async function ownersAccess({ namespaces }: Audit, namespaceId: NamespaceId) {
  let after: string | undefined;
  for (let page = 0; page < JOURNAL_PAGES_MAX; page++) {
    const { heads, next } = await namespaces.listNamespaces(after);
    const head = heads.find((other) => other.namespaceId === namespaceId);
    if (head !== undefined) return namespaces.readAccess({ namespaceId, accountId: head.ownerAccountId });
    if (next === undefined) return undefined;
    after = next;
  }
  return undefined;
}

async function* childrenOf(
  namespaces: Pick<NamespaceStore, 'listChildren'>,
  namespaceId: NamespaceId,
  parentId: NodeId,
): AsyncGenerator<StoredNode> {
  let after: { readonly after?: string } = {};
  for (let page = 0; page < JOURNAL_PAGES_MAX; page++) {
    const { nodes, next } = await namespaces.listChildren({ namespaceId, parentId, limit: JOURNAL_PAGE_MAX, ...after });
    yield* nodes;
    if (next === undefined) return;
    after = { after: next };
  }
}

async function entriesAfter(
  namespaces: Pick<NamespaceStore, 'listEntries'>,
  namespaceId: NamespaceId,
  { after, head }: { readonly after: number; readonly head: number },
): Promise<readonly JournalEntry[]> {
  const all: JournalEntry[] = [];
  for (let seq = after; seq < head; ) {
    const entries = await namespaces.listEntries({ namespaceId, after: seq, limit: JOURNAL_PAGE_MAX });
    if (entries[0]?.seq !== seq + 1) {
      throw new AdminProblem({
        what: 'The journal does not reach back to that time.',
        remedy: 'Name a later time; journals are kept for 180 days.',
      });
    }
    for (const entry of entries) if (entry.seq <= head) all.push(entry);
    seq = entries.at(-1)?.seq ?? head;
  }
  return all;
}

function entryOf({ nodeId, name, kind, contentRev }: StoredNode): ExportedEntry {
  return { nodeId, name, kind, contentRev };
}
