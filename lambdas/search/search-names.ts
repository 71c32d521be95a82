import {
  HOUR_MS,
  PAGE_ENTRIES_MAX,
  type RouteResponse,
  SEARCH_HITS_MAX,
  SECOND_MS,
  type SearchHit,
  type SearchQuery,
} from '@syncline/protocol';
import type { Access, NamespaceStore } from '../namespaces/namespace-store.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { NAME_PAGES_MAX } from './limits.ts';
import { foldWord } from './name-words.ts';

/** The search of a deployment without an index: what lies in one folder and begins with what was typed. Cost: a Query per page of the folder. */
export async function searchNames(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'listChildren'> },
  { request, access }: { readonly request: SearchQuery; readonly access: Access },
): Promise<Outcome<RouteResponse<'search'>>> {
  const { namespaceId } = access.head;
  if (request.folderId === undefined) {
    return refused(
      'unavailable',
      'this deployment has no search index: name a folder, whose names are searched, or ask its operator to switch search on',
      // So long that a client tells its person at once.
      { retryAfterSeconds: HOUR_MS / SECOND_MS },
    );
  }
  const begin = foldWord((request.q ?? '').trim());
  const parentId = request.folderId;
  const limit = request.limit ?? SEARCH_HITS_MAX;
  const hits: SearchHit[] = [];
  let after: string | undefined;
  for (let page = 0; page < NAME_PAGES_MAX && hits.length < limit; page++) {
    const asked = { namespaceId, parentId, limit: PAGE_ENTRIES_MAX, ...(after === undefined ? {} : { after }) };
    const { nodes, next } = await namespaces.listChildren(asked);
    const found = nodes.filter(({ name }) => foldWord(name).startsWith(begin));
    hits.push(...found.map((node) => ({ node: toWireNode(node), path: `/${node.name}`, passages: [] })));
    if (next === undefined) break;
    after = next;
  }
  const told = hits.slice(0, limit);
  return done({ hits: told, total: told.length, facets: { types: [], extensions: [] }, covers: 'names' });
}
