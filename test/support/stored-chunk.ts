import { type ChunkHash, storedLength } from '@syncline/protocol';
import type { ChunkIndex, ChunkRecord } from '../../lambdas/chunks/chunk-index.ts';
import type { ObjectStore } from '../../lambdas/chunks/object-store.ts';
import { openStored } from '../../lambdas/chunks/open-stored.ts';

/** What a record says is there, read and opened as every reader does. */
export async function readRecorded(
  { objects }: { readonly objects: Pick<ObjectStore, 'read'> },
  record: ChunkRecord,
): Promise<Uint8Array | undefined> {
  const bytes = await objects.read(record.objectKey, { offset: record.offset, length: storedLength(record) });
  return bytes === undefined ? undefined : openStored(record, bytes);
}

/** The bytes of a chunk: where it lies first, and what is there a moment later. */
export async function readStoredChunk(
  stores: { readonly chunks: Pick<ChunkIndex, 'locate'>; readonly objects: Pick<ObjectStore, 'read'> },
  { domain, hash }: { readonly domain: string; readonly hash: ChunkHash },
): Promise<Uint8Array | undefined> {
  const record = (await stores.chunks.locate(domain, [hash])).get(hash);
  return record === undefined ? undefined : readRecorded(stores, record);
}
