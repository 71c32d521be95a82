import type { LinkToken } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { ApiClient } from '../api/api-client.ts';

/** What opens a link. */
export interface LinkAccess {
  readonly token: z.infer<typeof LinkToken>;
  readonly linkPassword?: string | undefined;
}

/**
 * The client by which a visitor's transfers go: what `uploadFiles` and `downloadContent` ask of the service is asked by the link. The service
 * knows where a link leads, so their namespaces count for nothing. A link takes no packs.
 */
export function linkTransfers(api: ApiClient, { token, linkPassword }: LinkAccess): ApiClient {
  return {
    ...api,
    initiateUploads: ({ body, signal }) => {
      const files = body.files.map(({ size, contentHash, chunking, chunks }) => ({
        size,
        contentHash,
        chunking,
        chunks,
      }));
      return api.openLinkUploads({ parameters: { token }, body: { files }, signal, linkPassword });
    },
    checkChunks: ({ parameters: { uploadId }, body: { hashes, proofs, stored }, signal }) => {
      const body = { hashes, proofs, stored };
      return api.checkLinkChunks({ parameters: { token, uploadId }, body, signal, linkPassword });
    },
    getContent: ({ parameters: { nodeId }, query, signal }) => {
      const page = query.page === undefined ? {} : { page: query.page };
      return api.getLinkContent({ parameters: { token }, query: { nodeId, ...page }, signal, linkPassword });
    },
  };
}
