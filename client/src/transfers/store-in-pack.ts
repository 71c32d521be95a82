import type { ChunkRef, Upload } from '@syncline/protocol';
import type { FileContent } from './read-content.ts';
import type { StoreOutcome, UploadSessionDependencies } from './upload-session.ts';

/** A chunk, and its bytes in memory. */
export interface KeptChunk extends ChunkRef {
  readonly bytes: Uint8Array;
}

/**
 * The chunk of a file that is one chunk, which is missing, fits into a pack and is sent by no other file of the call; undefined of
 * another file. Most small files are such ones, and there are many of them.
 */
export function chunkForPack(
  { packs, sending }: UploadSessionDependencies,
  { chunks, kept }: FileContent,
  { missing, prove, more }: Upload,
): KeptChunk | undefined {
  const [chunk] = chunks;
  if (chunk === undefined || kept === undefined || packs === undefined) return undefined;
  const isLone = chunks.length === 1 && missing.length === 1 && prove.length === 0 && !more;
  if (!isLone || missing[0]?.hash !== chunk.hash || missing[0].put !== undefined) return undefined;
  return sending.has(chunk.hash) ? undefined : { ...chunk, bytes: kept };
}

/**
 * Stores a chunk in a pack, without all that an UploadSession keeps in mind. Undefined when it has not come to this end: then a session takes
 * the file from the same answer of the service, and finds in `sending` what became of the chunk.
 *
 * @throws UnavailableError and the signal's reason.
 */
export async function storeInPack(
  { packs, sending, onStored }: UploadSessionDependencies,
  { bytes, ...chunk }: KeptChunk,
): Promise<StoreOutcome | undefined> {
  const task = packs?.add({ ...chunk, bytes: () => bytes });
  if (task === undefined) return undefined;
  sending.set(chunk.hash, task);
  if ((await task) !== 'stored') return undefined;
  onStored(chunk.size);
  return { kind: 'stored', unconfirmed: 1 };
}
