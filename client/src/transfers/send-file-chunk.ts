import type { ChunkHash, SignedPut } from '@syncline/protocol';
import { chunkMemory } from './chunk-memory.ts';
import { hashChunk } from './hashing.ts';
import type { ByteRange, FileContent } from './read-content.ts';
import { type SendOutcome, sendChunk, sendFromMemory } from './send-chunk.ts';
import type { TransferDependencies } from './upload-files.ts';

/** The file is not what it was when it was named, or cannot be read any more. */
export type LostFile = { readonly kind: 'changed' } | { readonly kind: 'unreadable'; readonly cause: unknown };

interface FileChunk {
  readonly hash: ChunkHash;
  readonly put: SignedPut;
  readonly place: ByteRange;
}

type Sending = Pick<TransferDependencies, 'transport' | 'clock' | 'random' | 'bandwidth' | 'link'> & {
  readonly signal: AbortSignal | undefined;
};

/**
 * Sends a chunk of a file that was named. What the store refuses because it got other bytes than the named ones is told as `changed` where the
 * file has changed, and as `url-refused` where they were only damaged on the way: another URL, another try.
 *
 * Memory: the chunk's; none where the platform reads the file by itself.
 *
 * @throws UnavailableError  nothing came of it within CHUNK_RETRY.
 */
export function sendFileChunk(
  dependencies: Sending,
  content: FileContent,
  chunk: FileChunk,
): Promise<SendOutcome | LostFile> {
  const part = content.part?.(chunk.place);
  return part === undefined
    ? sendBytes(dependencies, content, chunk)
    : sendPart(dependencies, content, { ...chunk, part });
}

/** All bytes of a part of the file. */
export async function readWhole(
  content: FileContent,
  wanted: ByteRange & { readonly into?: Uint8Array | undefined },
): Promise<Uint8Array | LostFile> {
  try {
    const bytes = await content.bytes(wanted);
    return bytes.length === wanted.end - wanted.start ? bytes : { kind: 'changed' };
  } catch (cause) {
    return { kind: 'unreadable', cause };
  }
}

export function isLost(read: Uint8Array | LostFile): read is LostFile {
  return 'kind' in read;
}

async function sendBytes(
  dependencies: Sending,
  content: FileContent,
  { hash, put, place }: FileChunk,
): Promise<SendOutcome | LostFile> {
  const memory = content.kept === undefined ? chunkMemory.take(place.end - place.start) : undefined;
  const bytes = await readWhole(content, { ...place, into: memory });
  if (isLost(bytes)) return bytes;
  const outcome = await sendFromMemory(dependencies, { put, body: bytes, memory }, dependencies.signal);
  return outcome === 'bytes-refused' ? whyRefused(bytes, hash) : outcome;
}

async function sendPart(
  dependencies: Sending,
  content: FileContent,
  { hash, put, place, part }: FileChunk & { readonly part: Blob },
): Promise<SendOutcome | LostFile> {
  // A platform that cannot read the file any more only says that no answer came.
  const mayRepeat = async (): Promise<boolean> =>
    !isLost(await readWhole(content, { start: place.start, end: Math.min(place.end, place.start + 1) }));
  const outcome = await sendChunk(dependencies, { put, content: { bodyPart: part }, mayRepeat }, dependencies.signal);
  if (outcome !== 'bytes-refused' && outcome !== 'withdrawn') return outcome;
  const bytes = await readWhole(content, place);
  return isLost(bytes) ? bytes : whyRefused(bytes, hash);
}

async function whyRefused(bytes: Uint8Array, hash: ChunkHash): Promise<SendOutcome | LostFile> {
  return (await hashChunk(bytes)) === hash ? 'url-refused' : { kind: 'changed' };
}
