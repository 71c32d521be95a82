import { ContentHash, encodeUlid, type NamespaceId, type NodeId } from '@syncline/protocol';
import { extensionOf, fileTypeOf } from '../../lambdas/search/file-type-of.ts';
import { parseQuery } from '../../lambdas/search/parse-query.ts';
import type {
  IndexAnswer,
  IndexChange,
  IndexQuery,
  SearchDocument,
  SearchIndex,
} from '../../lambdas/search/search-index.ts';
import { SeededRandom } from '../support/seeded-random.ts';

export interface TestedIndex {
  readonly index: SearchIndex;
  /** Lets what was applied be seen. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const random = new SeededRandom('search-index');
export const newId = () => encodeUlid(random.bytes(16));
export const HASH = ContentHash.parse('ab'.repeat(32));

export function documentAt(namespaceId: NamespaceId, path: string, more: Partial<SearchDocument> = {}): SearchDocument {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = extensionOf(name);
  return {
    namespaceId,
    nodeId: newId() as NodeId,
    parentId: newId() as NodeId,
    aboveIds: [],
    kind: 'file',
    name,
    path,
    type: fileTypeOf({ kind: more.kind ?? 'file', name }),
    ...(extension === undefined ? {} : { extension }),
    size: 100,
    modifiedAt: '2026-03-04T05:06:07.000Z',
    isTrashed: false,
    ...more,
  };
}

/** A namespace of its own for each test, in which `documents` were put at version 1. */
export async function indexDocuments(
  tested: TestedIndex,
  paths: readonly (string | (Partial<SearchDocument> & { readonly path: string }))[],
) {
  const namespaceId = newId() as NamespaceId;
  const documents = paths.map((entry) =>
    typeof entry === 'string' ? documentAt(namespaceId, entry) : documentAt(namespaceId, entry.path, entry),
  );
  await tested.index.apply(documents.map((document): IndexChange => ({ kind: 'put', version: 1, document })));
  await tested.settle();
  const find = (q: string, more: Partial<IndexQuery> = {}): Promise<IndexAnswer> =>
    tested.index.find({
      namespaceIds: [namespaceId],
      ...parseQuery(q),
      sort: 'name',
      limit: 50,
      ...more,
      filter: { isTrashed: false, ...more.filter },
    });
  const paths_ = async (q: string, more: Partial<IndexQuery> = {}) =>
    (await find(q, more)).hits.map(({ path }) => path);
  return { namespaceId, documents, find, paths: paths_ };
}
