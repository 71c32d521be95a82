import type { ChunkRef, ContentHash } from '@syncline/protocol';
import { type ChunkRange, chunkCount, chunkRange } from './chunking.ts';
import { hashChunk, hashManifest } from './hashing.ts';
import { KEPT_FILE_BYTES_MAX, READ_AHEAD_CHUNKS } from './limits.ts';
import { runBounded } from './run-bounded.ts';
import type { TransferGate } from './transfer-gate.ts';
import type { UploadSource } from './upload-files.ts';

/** A file as it was read: its content by name, and a way to its bytes. */
export interface FileContent {
  readonly source: UploadSource;
  readonly chunks: readonly ChunkRef[];
  readonly contentHash: ContentHash;
  /** Bytes of a part of the file: kept ones, or read again and then not sure to be the same. */
  readonly bytes: (range: ChunkRange) => Promise<Uint8Array>;
}

export type ReadOutcome =
  | { readonly kind: 'read'; readonly content: FileContent }
  | { readonly kind: 'changed' }
  | { readonly kind: 'unreadable'; readonly cause: unknown };

/** Memory for small files between hashing and sending, in bytes. */
export interface KeepingBudget {
  bytesLeft: number;
}

export interface ReadingDependencies {
  readonly gate: TransferGate;
  readonly keeping: KeepingBudget;
  readonly signal: AbortSignal;
}

/** Reads a whole file, cut into chunks, and names its content. */
export async function readContent(
  { gate, keeping, signal }: ReadingDependencies,
  source: UploadSource,
): Promise<ReadOutcome> {
  const keeps = source.size <= KEPT_FILE_BYTES_MAX && source.size <= keeping.bytesLeft;
  if (keeps) keeping.bytesLeft -= source.size;
  let kept: Uint8Array | undefined;
  const readChunk = async (index: number): Promise<ChunkRef | undefined> => {
    const range = chunkRange(source.size, index);
    const size = range.end - range.start;
    return gate.run(size, async () => {
      signal.throwIfAborted();
      const bytes = await source.read(range);
      if (bytes.length !== size) return undefined;
      if (keeps) kept = bytes;
      return { hash: await hashChunk(bytes), size };
    });
  };
  const indexes = Array.from({ length: chunkCount(source.size) }, (_, index) => index);
  let read: readonly (ChunkRef | undefined)[];
  try {
    read = await runBounded(READ_AHEAD_CHUNKS, indexes, readChunk);
  } catch (cause) {
    signal.throwIfAborted();
    return { kind: 'unreadable', cause };
  }
  const chunks = read.filter((chunk) => chunk !== undefined);
  if (chunks.length < read.length) return { kind: 'changed' };
  const bytes = (range: ChunkRange): Promise<Uint8Array> =>
    kept === undefined ? source.read(range) : Promise.resolve(kept.subarray(range.start, range.end));
  return { kind: 'read', content: { source, chunks, contentHash: await hashManifest(chunks), bytes } };
}
