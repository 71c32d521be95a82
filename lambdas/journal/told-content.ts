import { createHash } from 'node:crypto';
import {
  type AccountId,
  type ChunkRef,
  manifestSize,
  type OperationError,
  operationError,
  type PutOperation,
  packManifest,
} from '@syncline/protocol';
import { type DedupScope, dedupDomain } from '../chunks/dedup-domain.ts';
import type { NamedContent } from './find-contents.ts';

/** A content as a put tells it, and its chunks, none of which is known to be there. */
export type ToldFinding =
  | { readonly kind: 'told'; readonly content: NamedContent; readonly chunks: readonly ChunkRef[] }
  | { readonly kind: 'refused'; readonly error: OperationError };

/** Undefined of a put that tells none. */
export type ReadToldContent = (put: PutOperation, accountId: AccountId) => ToldFinding | undefined;

/** Checks all that can be known to be wrong from the content alone, as an upload session's is checked when it is opened. Reads nothing. */
export function readToldContent(scope: DedupScope): ReadToldContent {
  return ({ namespaceId, uploadId, content }, accountId) => {
    if ((uploadId === undefined) === (content === undefined)) return refuse('a put has either uploadId or content');
    if (content === undefined) return undefined;
    const { size, contentHash, chunking, chunks } = content;
    const manifest = packManifest(chunks);
    if (manifestSize(chunks) !== size) return refuse('the size of a content must be the sum of its chunk sizes');
    if (createHash('sha256').update(manifest).digest('hex') !== contentHash) {
      return refuse('the contentHash of a content must be the SHA-256 of its packed manifest');
    }
    const domain = dedupDomain(scope, accountId);
    return { kind: 'told', content: { namespaceId, size, contentHash, chunking, domain, manifest }, chunks };
  };
}

function refuse(detail: string): ToldFinding {
  return { kind: 'refused', error: operationError('invalid_request', detail) };
}
