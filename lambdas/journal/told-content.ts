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
  | { readonly kind: 'found'; readonly content: NamedContent; readonly chunks: readonly ChunkRef[] }
  | { readonly kind: 'refused'; readonly error: OperationError };

/** Undefined of a put that tells none. */
export type ReadToldContent = (put: PutOperation, accountId: AccountId) => ToldFinding | undefined;

/** Checks the sums and the name, as those of an upload are when it is opened. Reads nothing. A chunk that is told in another length than it has is missing. */
export function readToldContent(scope: DedupScope): ReadToldContent {
  return ({ namespaceId, uploadId, content: told }, accountId) => {
    if ((uploadId === undefined) === (told === undefined)) return refuse('a put has either uploadId or content');
    if (told === undefined) return undefined;
    const { size, contentHash, chunking, chunks } = told;
    const manifest = packManifest(chunks);
    if (manifestSize(chunks) !== size) return refuse('the size of a content must be the sum of its chunk sizes');
    if (createHash('sha256').update(manifest).digest('hex') !== contentHash) {
      return refuse('the contentHash of a content must be the SHA-256 of its packed manifest');
    }
    const domain = dedupDomain(scope, accountId);
    const distinct = new Map(chunks.map((chunk) => [`${chunk.hash}/${chunk.size}`, chunk]));
    const content: NamedContent = { namespaceId, size, contentHash, chunking, domain, manifest };
    return { kind: 'found', content, chunks: [...distinct.values()] };
  };
}

function refuse(detail: string): ToldFinding {
  return { kind: 'refused', error: operationError('invalid_request', detail) };
}
