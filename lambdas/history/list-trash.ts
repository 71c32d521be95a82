import { type NamespaceId, NodeId, PAGE_ENTRIES_MAX, type RouteResponse, type TrashEntry } from '@syncline/protocol';
import * as z from 'zod/mini';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Access } from '../namespaces/namespace-store.ts';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';

export interface TrashRequest {
  readonly namespaceId?: NamespaceId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/** Where a listing of a trash goes on. */
const Place = z.strictObject({
  deletedAt: z.optional(z.string()),
  nodeId: z.optional(NodeId),
  /** Among what was deleted before the folder was shared: it lies in the trash of the ground. */
  isBefore: z.optional(z.boolean()),
});

/**
 * What was deleted by itself and can be restored, newest first. What lay in the trash of a home when its folder was shared is in that of the shared
 * folder, after all that was deleted there. A page may be short although there is a next one.
 * Cost: the reads of the namespace and one Query; where the rows of several namespaces lie together, another one, and a read for each level of folders.
 */
export async function listTrash(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: TrashRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listTrash'>>> {
  const { keyRing } = dependencies;
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const { namespaceId, groundId } = access.value.head;
  const listing = { listing: 'trash', subject: namespaceId } as const;
  const from = await readPage(keyRing, listing, { token: request.page, place: Place });
  if (from.kind === 'refused') return from;
  const limit = request.limit ?? PAGE_ENTRIES_MAX;
  const begin = from.value ?? {};
  const first = await readTrash(dependencies, access.value, { ...begin, limit });
  const isOver = first.next === undefined && begin.isBefore !== true && groundId !== undefined;
  const room = limit - first.entries.length;
  if (!isOver || room === 0) return answer(keyRing, listing, isOver ? { ...first, next: { isBefore: true } } : first);
  const second = await readTrash(dependencies, access.value, { isBefore: true, limit: room });
  return answer(keyRing, listing, { ...second, entries: [...first.entries, ...second.entries] });
}

interface Page {
  readonly entries: readonly TrashEntry[];
  readonly next?: z.infer<typeof Place>;
}

async function answer(
  keyRing: KeyRing,
  listing: Parameters<typeof signPage>[1],
  { entries, next }: Page,
): Promise<Outcome<RouteResponse<'listTrash'>>> {
  if (next === undefined) return done({ entries: [...entries] });
  return done({ entries: [...entries], nextPage: await signPage(keyRing, listing, { ...next }) });
}

/** One Query of one trash, without what is of another namespace. */
async function readTrash(
  dependencies: Pick<OpenNamespaceDependencies, 'namespaces'>,
  access: Access,
  { deletedAt, nodeId, isBefore, limit }: z.infer<typeof Place> & { readonly limit: number },
): Promise<Page> {
  const { namespaceId, groundId = namespaceId, isGround } = access.head;
  const { entries, next } = await dependencies.namespaces.listTrash({
    namespaceId: isBefore === true ? groundId : namespaceId,
    limit,
    ...(deletedAt === undefined || nodeId === undefined ? {} : { before: { deletedAt, nodeId } }),
  });
  const own = isBefore === true || isGround === true ? await ownEntries(dependencies, access, entries) : entries;
  const rest = next && { deletedAt: next.deletedAt, nodeId: next.nodeId, ...(isBefore === true ? { isBefore } : {}) };
  return rest === undefined ? { entries: own } : { entries: own, next: rest };
}

/** Where rows of several namespaces lie together, a node is of one by its way up. What was deleted before its folder was shared has its path in that. */
async function ownEntries(
  dependencies: Pick<OpenNamespaceDependencies, 'namespaces'>,
  access: Access,
  entries: readonly TrashEntry[],
): Promise<readonly TrashEntry[]> {
  const view = new NamespaceView(dependencies, access);
  await view.loadAncestors(entries.map(({ nodeId }) => nodeId));
  const own: TrashEntry[] = [];
  for (const entry of entries) {
    const node = await view.node(entry.nodeId);
    if (node?.deletedAt !== entry.deletedAt) continue;
    const isHome = access.head.groundId === undefined;
    own.push(isHome ? entry : { ...entry, path: `${await pathOf(view, node.parentId)}/${node.name}` });
  }
  return own;
}

/** By the names that the folders have, be they in the trash; what lies above one that is gone for good is not told. */
async function pathOf(view: NamespaceView, folderId: NodeId): Promise<string> {
  const names: string[] = [];
  for (let next = folderId; next !== view.rootId && names.length < ANCESTORS_MAX; ) {
    const folder = await view.node(next);
    if (folder === undefined) break;
    names.push(`/${folder.name}`);
    next = folder.parentId;
  }
  return names.toReversed().join('');
}
