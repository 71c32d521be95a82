import * as z from 'zod/mini';
import { ChunkEncoding } from './chunk-encoding.ts';
import { OperationError } from './errors.ts';
import { AccountId, ChunkHash, ContentHash, DeviceId, NamespaceId, NodeId } from './ids.ts';
import {
  CONTENT_FILES_MAX,
  CONTENT_PAGE_CHUNKS_MAX,
  FILE_BYTES_MAX,
  PAGE_ENTRIES_MAX,
  PATH_BYTES_MAX,
  TOKEN_CHARS_MAX,
} from './limits.ts';
import { ChunkingStrategy, ChunkRef } from './manifest.ts';

/** Nanoseconds are the finest that a file system tells. Every instant is stored with its node, its place and its entry. */
const INSTANT_CHARS_MAX = '2026-01-31T17:45:02.000000000Z'.length;
/** An instant as RFC 3339 UTC, such as `2026-01-31T17:45:02.000Z`. */
export const Instant = z.iso.datetime().check(z.maxLength(INSTANT_CHARS_MAX));
/** 1, 2, 3 … per node; 0 stands for "no revision yet" where a base is asked for. */
export const RevisionNumber = z.int().check(z.minimum(1));
export const BaseRevision = z.int().check(z.minimum(0));
/** Position in one journal: 1, 2, 3 … without gaps; 0 is the place before the first entry. */
export const Sequence = z.int().check(z.minimum(0));
export const FileBytes = z.int().check(z.minimum(0), z.maximum(FILE_BYTES_MAX));
/** Opaque; only the server reads inside it. */
export const PageToken = z.string().check(z.minLength(1), z.maxLength(TOKEN_CHARS_MAX));
/** A number in a query string. */
export const queryInteger = (minimum: number, maximum: number) =>
  z.pipe(
    z.string().check(z.regex(/^[0-9]{1,6}$/)),
    z.pipe(z.transform(Number), z.int().check(z.minimum(minimum), z.maximum(maximum))),
  );

/** A `mount` stands for a shared folder: what lies in it is the tree of another namespace. */
export const NodeKind = z.enum(['file', 'folder', 'mount']);
export type NodeKind = z.infer<typeof NodeKind>;

/**
 * A file or folder as the server has it.
 * `rev` counts every change; `contentRev` is the revision that brought the present content (files), `placeRev` the one that
 * brought the present name and parent. A content edit based on `contentRev` or later, and a move based on `placeRev` or
 * later, are not conflicts: an edit and a rename do not disturb each other.
 */
export const Node = z.strictObject({
  namespaceId: NamespaceId,
  nodeId: NodeId,
  parentId: NodeId,
  name: z.string(),
  kind: NodeKind,
  rev: RevisionNumber,
  contentRev: z.int(),
  placeRev: RevisionNumber,
  size: z.int(),
  contentHash: z.optional(ContentHash),
  /** Of a mount: the namespace whose tree stands here. */
  mountedNamespaceId: z.optional(NamespaceId),
  executable: z.optional(z.boolean()),
  clientModifiedAt: z.optional(Instant),
  modifiedAt: Instant,
  deletedAt: z.optional(Instant),
});
export type Node = z.infer<typeof Node>;

/** One immutable content of a file. `losing` ones were kept from a conflict and never were the file's present content. */
export const Revision = z.strictObject({
  rev: RevisionNumber,
  size: z.int(),
  contentHash: ContentHash,
  chunking: ChunkingStrategy,
  executable: z.optional(z.boolean()),
  /** Who stored it. */
  accountId: AccountId,
  deviceId: DeviceId,
  committedAt: Instant,
  clientModifiedAt: z.optional(Instant),
  losing: z.optional(z.boolean()),
  label: z.optional(z.string()),
  /** By a person's word, for as long as the file exists. */
  kept: z.optional(z.boolean()),
});
export type Revision = z.infer<typeof Revision>;

/** The namespace of a node; the caller's home namespace when absent. */
export const NodeQuery = z.strictObject({ namespaceId: z.optional(NamespaceId) });
export const NodeParameters = z.strictObject({ nodeId: NodeId });

export const NodePageQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)),
});
export const ChildrenResponse = z.strictObject({ nodes: z.array(Node), nextPage: z.optional(PageToken) });
export const RevisionsResponse = z.strictObject({ revisions: z.array(Revision), nextPage: z.optional(PageToken) });

export const PathQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  path: z.string().check(z.minLength(1), z.maxLength(PATH_BYTES_MAX), z.startsWith('/')),
});
/** The node at a path. The root folder answers as a folder with the namespace's id, an empty name and itself as parent. */
export const NodeResponse = z.strictObject({ node: Node });

/**
 * A chunk and where to read it: `range` is [first byte, last byte] in the object when the chunk lies in a pack. What is read there is
 * the chunk, or with `encoding` has to be opened to be it: at most `size` bytes, which hash to `hash`.
 */
export const ChunkSource = z.extend(ChunkRef, {
  url: z.string(),
  range: z.optional(z.tuple([z.int(), z.int()])),
  encoding: z.optional(ChunkEncoding),
});
export type ChunkSource = z.infer<typeof ChunkSource>;

export const ContentQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  rev: z.optional(queryInteger(1, 999_999)),
  page: z.optional(PageToken),
});
/** One page of a revision's manifest, at most CONTENT_PAGE_CHUNKS_MAX chunks, in file order. */
export const ContentResponse = z.strictObject({
  rev: RevisionNumber,
  size: FileBytes,
  contentHash: ContentHash,
  chunking: ChunkingStrategy,
  chunks: z.array(ChunkSource).check(z.maxLength(CONTENT_PAGE_CHUNKS_MAX)),
  expiresAt: Instant,
  nextPage: z.optional(PageToken),
});
export type ContentResponse = z.infer<typeof ContentResponse>;

/** Files whose contents are wanted together; meant for small ones, of which a device fetches thousands. */
export const ReadContentsRequest = z.strictObject({
  files: z
    .array(z.strictObject({ namespaceId: NamespaceId, nodeId: NodeId, rev: z.optional(RevisionNumber) }))
    .check(z.minLength(1), z.maxLength(CONTENT_FILES_MAX)),
  /** Chunks that a run of the answer has need no address of their own: what cannot be read by runs is asked for by itself. */
  runsSuffice: z.optional(z.boolean()),
});
export type ReadContentsRequest = z.infer<typeof ReadContentsRequest>;

/**
 * Chunks of an answer that lie one after the other in one pack, with nothing between them, and can be read by one request: each lies in the
 * bytes from the first to the last of `range` where its own `range` says.
 */
export const ChunkRun = z.strictObject({
  url: z.string(),
  range: z.tuple([z.int(), z.int()]),
  hashes: z.array(ChunkHash).check(z.minLength(2), z.maxLength(CONTENT_PAGE_CHUNKS_MAX)),
});
export type ChunkRun = z.infer<typeof ChunkRun>;

/** As a content that is read by itself; a chunk of a run has no `url` where the request says that runs suffice. */
export const ContentAmongOthers = z.extend(ContentResponse, {
  chunks: z.array(z.extend(ChunkSource, { url: z.optional(z.string()) })).check(z.maxLength(CONTENT_PAGE_CHUNKS_MAX)),
});
export type ContentAmongOthers = z.infer<typeof ContentAmongOthers>;

/**
 * One answer per file, in the order of the request. All together they name at most CONTENT_PAGE_CHUNKS_MAX chunks: a file that
 * does not fit any more is refused with `too_large`, and is to be read alone.
 */
export const ReadContentsResponse = z.strictObject({
  contents: z.array(
    z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('found'), content: ContentAmongOthers }),
      z.strictObject({ status: z.literal('error'), error: OperationError }),
    ]),
  ),
  /** Another way to read some of these chunks. */
  runs: z.array(ChunkRun).check(z.maxLength(CONTENT_PAGE_CHUNKS_MAX)),
});
export type ReadContentsResponse = z.infer<typeof ReadContentsResponse>;
