import {
  type NamespaceId,
  type NodeId,
  type RouteResponse,
  rootNodeId,
  SEARCH_HITS_MAX,
  type SearchHit,
  type SearchQuery,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Access } from '../namespaces/namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { pathOf, wayUp } from './describe-nodes.ts';
import { HITS_MAX } from './limits.ts';
import { parseQuery } from './parse-query.ts';
import type { IndexAnswer, IndexQuery, SearchIndex } from './search-index.ts';
import { searchNames } from './search-names.ts';

export interface SearchDependencies extends OpenNamespaceDependencies {
  /** Undefined where the deployment has no index. */
  readonly index: Pick<SearchIndex, 'find'> | undefined;
  readonly keyRing: KeyRing;
}

/**
 * Files and folders that the caller may read, by words of their names, paths and contents.
 *
 * Whose trees are searched is read from the memberships of this moment, and each hit is looked at once more in the tables: what has gone since
 * it was indexed, or is not the caller's to see, is never told. Counts and facets are the index's own, over the same trees.
 * Cost: a read per mounted folder, one request of the index, and the reads of the hits.
 */
export async function searchNodes(
  dependencies: SearchDependencies,
  request: SearchQuery,
  caller: Caller,
): Promise<Outcome<RouteResponse<'search'>>> {
  const { index, keyRing } = dependencies;
  const parsed = parseQuery(request.q ?? '');
  if (parsed.isTooLong) return refused('invalid_request', 'a search has at most 16 words and phrases: leave some out');
  const scope = await openScope(dependencies, request, caller);
  if (scope.kind === 'refused') return scope;
  const named = { request, access: scope.value.searched };
  if (index === undefined) return searchNames(dependencies, { ...named, reason: 'none' });
  const { page: token, limit = SEARCH_HITS_MAX, ...asked } = request;
  const listing = { listing: 'search', subject: JSON.stringify([caller.accountId, asked]) } as const;
  const place = z.strictObject({ told: z.int(), after: z.array(z.union([z.string(), z.number()])) });
  const page = await readPage(keyRing, listing, { token, place });
  if (page.kind === 'refused') return page;
  const query = queryOf(request, scope.value, page.value?.after);
  const answer = await findOrNothing(index, { ...query, ...parsed, limit });
  if (answer === undefined) return searchNames(dependencies, { ...named, reason: 'away' });
  const told = (page.value?.told ?? 0) + answer.hits.length;
  const last = answer.hits.at(-1);
  const hasMore = last !== undefined && answer.hits.length === limit && told < Math.min(answer.total, HITS_MAX);
  return done({
    hits: await describeHits(dependencies, scope.value, { answer, isTrashed: query.filter.isTrashed }),
    total: answer.total,
    facets: { types: [...answer.facets.types], extensions: [...answer.facets.extensions] },
    covers: 'names-and-contents',
    ...(hasMore ? { nextPage: await signPage(keyRing, listing, { told, after: last.place }) } : {}),
  });
}

const NOTHING: IndexAnswer = { hits: [], total: 0, facets: { types: [], extensions: [] } };

/** Undefined when the index does not answer: everything else of the service does without it. Not asked when no tree is left to be searched. */
async function findOrNothing(index: Pick<SearchIndex, 'find'>, query: IndexQuery): Promise<IndexAnswer | undefined> {
  if (query.namespaceIds.length === 0) return NOTHING;
  try {
    return await index.find(query);
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

/** Whose trees are searched. */
interface Scope {
  readonly accesses: ReadonlyMap<NamespaceId, Access>;
  /** The namespace of the folder that is searched, or the home. */
  readonly searched: Access;
}

async function openScope(
  dependencies: SearchDependencies,
  request: SearchQuery,
  caller: Caller,
): Promise<Outcome<Scope>> {
  const { namespaces } = dependencies;
  const named = await openNamespace(dependencies, caller, request.namespaceId);
  if (named.kind === 'refused') return named;
  const searched = named.value;
  const accesses = new Map([[searched.head.namespaceId, searched]]);
  if (request.folderId !== undefined) {
    const folder = await findLiveNode(dependencies, searched, request.folderId);
    if (folder.kind === 'refused') return folder;
  }
  if (request.namespaceId === undefined && request.folderId === undefined && (searched.head.mountCount ?? 0) > 0) {
    for (const mount of await namespaces.listMounts(caller.accountId)) {
      const { namespaceId } = mount;
      const access = await namespaces.readAccess({ namespaceId, accountId: caller.accountId });
      if (access !== undefined) accesses.set(namespaceId, access);
    }
  }
  for (const [namespaceId, { head }] of accesses) {
    const isOwn = head.ownerAccountId === caller.accountId;
    if (request.owner !== undefined && isOwn !== (request.owner === 'me')) accesses.delete(namespaceId);
  }
  return done({ accesses, searched });
}

function queryOf(
  request: SearchQuery,
  scope: Scope,
  after: IndexQuery['after'],
): Omit<IndexQuery, 'terms' | 'excluded' | 'limit'> {
  const { type, extension, folderId, modifiedFrom, modifiedTo, sizeMin, sizeMax, trashed, sort } = request;
  const isRoot = folderId === undefined || folderId === rootNodeId(scope.searched.head.namespaceId);
  return {
    namespaceIds: [...scope.accesses.keys()],
    filter: {
      ...(type === undefined ? {} : { type }),
      ...(extension === undefined ? {} : { extension }),
      ...(isRoot ? {} : { folderId }),
      ...(modifiedFrom === undefined ? {} : { modifiedFrom }),
      ...(modifiedTo === undefined ? {} : { modifiedTo }),
      ...(sizeMin === undefined ? {} : { sizeMin }),
      ...(sizeMax === undefined ? {} : { sizeMax }),
      isTrashed: trashed === 'true',
    },
    sort: sort ?? 'relevance',
    ...(after === undefined ? {} : { after }),
  };
}

/** The hits as they are now; what is not there, or not as it was looked for, is left out. */
async function describeHits(
  dependencies: SearchDependencies,
  { accesses }: Scope,
  { answer, isTrashed }: { readonly answer: IndexAnswer; readonly isTrashed: boolean },
): Promise<SearchHit[]> {
  const views = new Map<NamespaceId, NamespaceView>();
  for (const [namespaceId, access] of accesses) views.set(namespaceId, new NamespaceView(dependencies, access));
  for (const [namespaceId, view] of views) {
    await view.loadAncestors(answer.hits.filter((hit) => hit.namespaceId === namespaceId).map(({ nodeId }) => nodeId));
  }
  const hits: SearchHit[] = [];
  for (const hit of answer.hits) {
    const view = views.get(hit.namespaceId);
    const found = view === undefined ? undefined : await describeHit(view, hit.nodeId, isTrashed);
    if (found !== undefined) hits.push({ ...found, passages: hit.passages.map((parts) => [...parts]) });
  }
  return hits;
}

async function describeHit(view: NamespaceView, nodeId: NodeId, isTrashed: boolean) {
  const chain = await wayUp(view, nodeId);
  if (chain === undefined) return undefined;
  const isDeleted = chain.some(({ deletedAt }) => deletedAt !== undefined);
  return isDeleted === isTrashed ? { node: toWireNode(chain[0]), path: pathOf(chain) } : undefined;
}
