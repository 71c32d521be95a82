import * as z from 'zod/mini';
import { OperationError } from './errors.ts';
import { ContentHash, NodeId, UploadId } from './ids.ts';
import { FILE_CHUNKS_MAX, LINK_FILE_BYTES_MAX, PAGE_ENTRIES_MAX, UPLOAD_FILES_MAX } from './limits.ts';
import { LinkRole, LinkToken } from './links.ts';
import { ChunkingStrategy, ChunkRef } from './manifest.ts';
import { NodeName } from './names.ts';
import { FileBytes, Instant, NodeKind, PageToken, queryInteger } from './nodes.ts';

/** The token in a path. The password of a link travels in `X-Link-Password`. */
export const LinkTokenParameters = z.strictObject({ token: LinkToken });

/** A file or folder as a link shows it: nothing of the namespace that it stands in, nor of who changed it. */
export const LinkNode = z.strictObject({
  nodeId: NodeId,
  name: z.string(),
  kind: NodeKind,
  size: FileBytes,
  contentHash: z.optional(ContentHash),
  executable: z.optional(z.boolean()),
  modifiedAt: Instant,
});
export type LinkNode = z.infer<typeof LinkNode>;

/** `node` is what a view link shows; a link for uploads shows nothing. `usesLeft` is absent when there is no limit. */
export const PublicLinkResponse = z.strictObject({
  role: LinkRole,
  node: z.optional(LinkNode),
  expiresAt: Instant,
  usesLeft: z.optional(z.int()),
});

/** `nodeId`: a folder in the linked one; the linked one when absent. */
export const LinkChildrenQuery = z.strictObject({
  nodeId: z.optional(NodeId),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)),
});
export const LinkChildrenResponse = z.strictObject({ nodes: z.array(LinkNode), nextPage: z.optional(PageToken) });

/** `nodeId`: a file in the linked folder; the linked file when absent. */
export const LinkContentQuery = z.strictObject({ nodeId: z.optional(NodeId), page: z.optional(PageToken) });

/** `nodeId`: a file in the linked folder; the linked file when absent. */
export const DownloadQuery = z.strictObject({ nodeId: z.optional(NodeId) });

/** What a download answers, and not as JSON: another address to get the bytes from, or the bytes, with the status and headers of HTTP. */
export const DownloadResponse = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('elsewhere'), url: z.string() }),
  z.strictObject({
    kind: z.literal('here'),
    status: z.literal([200, 206, 416]),
    headers: z.readonly(z.record(z.string(), z.string())),
    bytes: z.instanceof(Uint8Array),
  }),
]);
export type DownloadResponse = z.infer<typeof DownloadResponse>;

/** As UploadFile, in the folder of the link. */
export const LinkUploadFile = z.strictObject({
  size: z.int().check(z.minimum(0), z.maximum(LINK_FILE_BYTES_MAX)),
  contentHash: ContentHash,
  chunking: ChunkingStrategy,
  chunks: z.array(ChunkRef).check(z.maxLength(FILE_CHUNKS_MAX)),
});
export const OpenLinkUploadsRequest = z.strictObject({
  files: z.array(LinkUploadFile).check(z.minLength(1), z.maxLength(UPLOAD_FILES_MAX)),
});
export type OpenLinkUploadsRequest = z.infer<typeof OpenLinkUploadsRequest>;

export const LinkUploadParameters = z.strictObject({ token: LinkToken, uploadId: UploadId });

/** A name by which a visitor stores a file. One with a dot in front is hidden, and some of them steer clients. */
export const LinkFileName = NodeName.check(z.regex(/^[^.]/, 'a name cannot begin with a dot here'));

/** Each upload makes one file, however often it is named. */
export const StoreLinkFilesRequest = z.strictObject({
  files: z
    .array(z.strictObject({ uploadId: UploadId, name: LinkFileName, clientModifiedAt: z.optional(Instant) }))
    .check(z.minLength(1), z.maxLength(UPLOAD_FILES_MAX)),
});
export type StoreLinkFilesRequest = z.infer<typeof StoreLinkFilesRequest>;

/** One answer per file, in the order of the request. Under which name it is stored is not told: that would tell which others exist. */
export const StoreLinkFilesResponse = z.strictObject({
  files: z.array(
    z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('stored') }),
      z.strictObject({ status: z.literal('error'), error: OperationError }),
    ]),
  ),
});
export type StoreLinkFilesResponse = z.infer<typeof StoreLinkFilesResponse>;
