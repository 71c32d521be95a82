import {
  HOUR_MS,
  MINUTE_MS,
  PAGE_ENTRIES_MAX,
  type RouteResponse,
  SEARCH_HITS_MAX,
  SECOND_MS,
  type SearchHit,
  type SearchQuery,
} from '@syncline/protocol';
import type { Access, NamespaceStore, StoredNode } from '../namespaces/namespace-store.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { extensionOf, fileTypeOf } from './file-type-of.ts';
import { NAME_PAGES_MAX } from './limits.ts';
import { foldWord } from './name-words.ts';

export interface NameSearch {
  readonly request: SearchQuery;
  readonly access: Access;
  /** Why no index is asked: the deployment has none, or it does not answer. */
  readonly reason: 'none' | 'away';
}

/** Longer than a client waits by itself, so that its person is told at once. */
const REASONS = {
  none: {
    text: 'this deployment has no search index: name a folder, whose names are searched, or ask its operator to switch search on',
    retryAfterSeconds: HOUR_MS / SECOND_MS,
  },
  away: {
    text: 'the search index does not answer: name a folder, whose names are searched, or repeat it in some minutes',
    retryAfterSeconds: (3 * MINUTE_MS) / SECOND_MS,
  },
} as const;

/** Search without an index: what lies in one folder and begins with what was typed. Nothing in the trash. Cost: a Query per page of the folder. */
export async function searchNames(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'listChildren'> },
  { request, access, reason }: NameSearch,
): Promise<Outcome<RouteResponse<'search'>>> {
  const { namespaceId } = access.head;
  if (request.folderId === undefined || request.trashed !== undefined) {
    const { text, retryAfterSeconds } = REASONS[reason];
    return refused('unavailable', text, { retryAfterSeconds });
  }
  // Whoever types a phrase means a name with spaces.
  const begin = foldWord((request.q ?? '').trim().replace(/^"([^"]*)"?$/, '$1'));
  const parentId = request.folderId;
  const limit = request.limit ?? SEARCH_HITS_MAX;
  const hits: SearchHit[] = [];
  let after: string | undefined;
  for (let page = 0; page < NAME_PAGES_MAX && hits.length < limit; page++) {
    const asked = { namespaceId, parentId, limit: PAGE_ENTRIES_MAX, ...(after === undefined ? {} : { after }) };
    const { nodes, next } = await namespaces.listChildren(asked);
    const found = nodes.filter((node) => foldWord(node.name).startsWith(begin) && passes(node, request));
    hits.push(...found.map((node) => ({ node: toWireNode(node), path: `/${node.name}`, passages: [] })));
    if (next === undefined) break;
    after = next;
  }
  const told = hits.slice(0, limit);
  return done({ hits: told, total: told.length, facets: { types: [], extensions: [] }, covers: 'names' });
}

function passes(node: StoredNode, request: SearchQuery): boolean {
  const { type, extension, modifiedFrom, modifiedTo, sizeMin = 0, sizeMax = Number.POSITIVE_INFINITY } = request;
  const modifiedAt = Date.parse(node.clientModifiedAt ?? node.modifiedAt);
  return (
    (type === undefined || fileTypeOf(node) === type) &&
    (extension === undefined || (node.kind === 'file' && extensionOf(node.name) === extension)) &&
    (modifiedFrom === undefined || modifiedAt >= Date.parse(modifiedFrom)) &&
    (modifiedTo === undefined || modifiedAt <= Date.parse(modifiedTo)) &&
    node.size >= sizeMin &&
    node.size <= sizeMax
  );
}
