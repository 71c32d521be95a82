import * as z from 'zod/mini';
import { ContentHash, NodeId } from './ids.ts';
import { PAGE_ENTRIES_MAX } from './limits.ts';
import { LinkRole, LinkToken } from './links.ts';
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
