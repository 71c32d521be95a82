import * as z from 'zod/mini';
import { NamespaceId, NodeId } from './ids.ts';
import { FILE_BYTES_MAX, PATH_BYTES_MAX, SEARCH_CHARS_MAX, SEARCH_HITS_MAX } from './limits.ts';
import { Instant, Node, PageToken, queryInteger } from './nodes.ts';

/** Kinds of files as people tell them apart, by their extensions. */
export const FileType = z.enum([
  'folder',
  'document',
  'spreadsheet',
  'presentation',
  'pdf',
  'text',
  'code',
  'image',
  'video',
  'audio',
  'archive',
  'mail',
  'other',
]);
export type FileType = z.infer<typeof FileType>;

/** In lower case, without the dot. */
export const FileExtension = z.string().check(z.regex(/^[\p{Ll}\p{Lo}\p{N}]{1,16}$/u));

const QueryBytes = z.pipe(
  z.string().check(z.regex(/^[0-9]{1,12}$/)),
  z.pipe(z.transform(Number), z.int().check(z.minimum(0), z.maximum(FILE_BYTES_MAX))),
);

/**
 * `q` has words, all of which are found in a name, in those above it, or in the content; `"a phrase"` stands together, `-word` and `-"a phrase"` must not be there.
 * The last word may be unfinished unless a space follows it. Without `namespaceId` everything that the account may read is searched;
 * `folderId` is in that namespace, or else in the home.
 */
export const SearchQuery = z.strictObject({
  q: z.optional(z.string().check(z.maxLength(SEARCH_CHARS_MAX))),
  namespaceId: z.optional(NamespaceId),
  folderId: z.optional(NodeId),
  type: z.optional(FileType),
  extension: z.optional(FileExtension),
  owner: z.optional(z.enum(['me', 'others'])),
  modifiedFrom: z.optional(Instant),
  modifiedTo: z.optional(Instant),
  sizeMin: z.optional(QueryBytes),
  sizeMax: z.optional(QueryBytes),
  trashed: z.optional(z.literal('true')),
  sort: z.optional(z.enum(['relevance', 'name', 'modified', 'size'])),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, SEARCH_HITS_MAX)),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

/** A piece of a text; `isMatch` marks what was looked for. */
export const PassagePart = z.strictObject({ text: z.string(), isMatch: z.boolean() });

/** A node that was found, as it is now; `path` is in its namespace, and `passages` show where its text has what was looked for. */
export const SearchHit = z.strictObject({
  node: Node,
  path: z.string().check(z.maxLength(PATH_BYTES_MAX)),
  passages: z.array(z.array(PassagePart)),
});
export type SearchHit = z.infer<typeof SearchHit>;

const Facet = z.array(z.strictObject({ value: z.string(), count: z.int() }));

/**
 * Counts are those of the index, which is seconds behind; the hits themselves were looked at once more, and may be fewer than asked for
 * although there is a next page. `covers`: `names` where the deployment has no index, and names in one folder are all that is looked at; else names, those above
 * them, and contents, as far as those are read.
 */
export const SearchResponse = z.strictObject({
  hits: z.array(SearchHit).check(z.maxLength(SEARCH_HITS_MAX)),
  total: z.int(),
  facets: z.strictObject({ types: Facet, extensions: Facet }),
  covers: z.enum(['names-and-contents', 'names']),
  nextPage: z.optional(PageToken),
});
export type SearchResponse = z.infer<typeof SearchResponse>;
