import { type ChunkRef, type ContentHash, chunkingFor, ONE_CHUNK_BYTES_MAX } from '@syncline/protocol';
import { cutBytes, cutContent, type FileCutting } from './cut-content.ts';
import type { FileMemory } from './file-memory.ts';
import { hashManifest, nameNow } from './hashing.ts';
import { KEPT_FILE_BYTES_MAX } from './limits.ts';
import type { TransferGate } from './transfer-gate.ts';
import type { UploadSource } from './upload-files.ts';

/** A part of a file, in bytes; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file as it was read: its content by name, and a way to its bytes. */
export interface FileContent {
  readonly source: UploadSource;
  readonly chunks: readonly ChunkRef[];
  readonly contentHash: ContentHash;
  /** All that was hashed, where there was room to keep it. */
  readonly kept: Uint8Array | undefined;
  /** Bytes of a part of the file: kept ones, or read again, perhaps into the memory that is given, and then not sure to be the same. */
  readonly bytes: (wanted: ByteRange & { readonly into?: Uint8Array | undefined }) => Promise<Uint8Array>;
  /** A part of the file that the platform reads by itself when it is sent; undefined where bytes are kept, or the platform cannot. */
  readonly part?: ((wanted: ByteRange) => Blob) | undefined;
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
  readonly cutting?: FileCutting | undefined;
}

/** Reads a whole file, cut into chunks, and names its content. */
export async function readContent(dependencies: ReadingDependencies, source: UploadSource): Promise<ReadOutcome> {
  const { signal } = dependencies;
  const isSmall = source.size <= KEPT_FILE_BYTES_MAX;
  let read: CutSource | undefined;
  try {
    read = await (isSmall ? readSmall(dependencies, source) : readLarge(dependencies, source));
  } catch (cause) {
    signal.throwIfAborted();
    return { kind: 'unreadable', cause };
  }
  if (read === undefined) return { kind: 'changed' };
  return { kind: 'read', content: { source, ...read, contentHash: await hashManifest(read.chunks) } };
}

/** As `readContent`, at once: for a file of one chunk that is kept and need not be waited for. Undefined for others. */
export function readContentNow(
  { keeping, memory }: { readonly keeping: KeepingBudget; readonly memory: FileMemory },
  source: UploadSource,
): ReadOutcome | undefined {
  const { size } = source;
  if (source.readNow === undefined || size > ONE_CHUNK_BYTES_MAX || size > keeping.bytesLeft) return undefined;
  let bytes: Uint8Array | undefined;
  try {
    bytes = source.readNow(memory.room(size));
  } catch (cause) {
    return { kind: 'unreadable', cause };
  }
  if (bytes === undefined) return undefined;
  if (bytes.length !== size) return { kind: 'changed' };
  const named = nameNow(bytes);
  if (named === undefined) return undefined;
  keeping.bytesLeft -= size;
  memory.keep(size);
  const kept = bytes;
  return {
    kind: 'read',
    content: { source, ...named, kept, bytes: async ({ start, end }) => kept.subarray(start, end) },
  };
}

type CutSource = Pick<FileContent, 'chunks' | 'kept' | 'bytes' | 'part'>;

/** In one go; what the budget has room for is kept. */
async function readSmall(
  { gate, keeping, signal }: ReadingDependencies,
  source: UploadSource,
): Promise<CutSource | undefined> {
  const { size } = source;
  const keeps = size <= keeping.bytesLeft;
  if (keeps) keeping.bytesLeft -= size;
  return gate.run(size, async () => {
    signal.throwIfAborted();
    const bytes = size === 0 ? new Uint8Array(0) : await source.read({ start: 0, end: size });
    if (bytes.length !== size) return undefined;
    const chunks = await cutBytes(bytes, chunkingFor(size));
    return {
      chunks,
      kept: keeps ? bytes : undefined,
      part: keeps ? undefined : source.part,
      bytes: keeps ? async ({ start, end }) => bytes.subarray(start, end) : (wanted) => source.read(wanted),
    };
  });
}

async function readLarge(dependencies: ReadingDependencies, source: UploadSource): Promise<CutSource | undefined> {
  const chunks = await cutContent(dependencies, source, chunkingFor(source.size));
  if (chunks === undefined) return undefined;
  return { chunks, kept: undefined, bytes: (wanted) => source.read(wanted), part: source.part };
}
