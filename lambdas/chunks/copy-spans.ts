import type { ByteSpan, ChunkHash, ChunkRef } from '@syncline/protocol';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { ChunkIndex } from './chunk-index.ts';
import { SPAN_CHUNK_BYTES_MAX, SPAN_CHUNKS_IN_FLIGHT_MAX, SPAN_CHUNKS_MAX, SPAN_PIECES_MAX } from './limits.ts';
import type { ObjectStore } from './object-store.ts';
import { readWhole } from './read-chunk.ts';

export interface CopySpansDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read'>;
}

/** Bytes of a content, and where they are to be written. */
export interface SpanCopy extends ByteSpan {
  readonly into: Uint8Array;
  readonly at: number;
}

/** Bytes of one chunk that one copy wants. */
interface Piece extends ByteSpan {
  readonly into: Uint8Array;
  readonly at: number;
}

/**
 * Copies spans of a content. Each of its chunks is read once at most, however many spans want something of it, and is what its hash says.
 * `too-much`, and nothing was read: the spans touch more than SPAN_CHUNKS_MAX chunks, or more than SPAN_CHUNK_BYTES_MAX bytes of them.
 * `lost`: a chunk is not there, or is another one, which the scrub tells those who can mend it; nobody else need wait for that.
 * Preconditions: the chunks are all of a revision that may be read now; the spans lie in it.
 * Cost: an item and a GET for each chunk. Memory: SPAN_CHUNKS_IN_FLIGHT_MAX chunks, beside what is copied.
 */
export async function copySpans(
  dependencies: CopySpansDependencies,
  content: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
  copies: readonly SpanCopy[],
): Promise<'copied' | 'too-much' | 'lost'> {
  const wanted = piecesByChunk(content.chunks, copies);
  if (wanted === undefined) return 'too-much';
  if (wanted.size === 0) return 'copied';
  const records = await dependencies.chunks.locate(content.domain, [...wanted.keys()]);
  const lost = new Set<ChunkHash>();
  await mapBounded(SPAN_CHUNKS_IN_FLIGHT_MAX, [...wanted], async ([hash, pieces]) => {
    const record = lost.size > 0 ? undefined : records.get(hash);
    const bytes = record && (await readWhole(dependencies, record));
    if (bytes === undefined) {
      lost.add(hash);
      return;
    }
    for (const { start, end, into, at } of pieces) into.set(bytes.subarray(start, end), at);
  });
  return lost.size > 0 ? 'lost' : 'copied';
}

/** Undefined when it would be too much. */
function piecesByChunk(
  chunks: readonly ChunkRef[],
  copies: readonly SpanCopy[],
): ReadonlyMap<ChunkHash, readonly Piece[]> | undefined {
  const starts = startsOf(chunks);
  const wanted = new Map<ChunkHash, Piece[]>();
  let bytesRead = 0;
  let pieces = 0;
  for (const { start, end, into, at } of copies) {
    for (let index = chunkAt(starts, start); index < chunks.length; index++) {
      const { hash, size } = chunks[index] as ChunkRef;
      const offset = starts[index] as number;
      if (offset >= end) break;
      const from = Math.max(start - offset, 0);
      const piece = { start: from, end: Math.min(end - offset, size), into, at: at + offset + from - start };
      const known = wanted.get(hash);
      if (known === undefined) {
        wanted.set(hash, [piece]);
        bytesRead += size;
      } else known.push(piece);
      pieces += 1;
      if (wanted.size > SPAN_CHUNKS_MAX || bytesRead > SPAN_CHUNK_BYTES_MAX || pieces > SPAN_PIECES_MAX)
        return undefined;
    }
  }
  return wanted;
}

function startsOf(chunks: readonly ChunkRef[]): readonly number[] {
  const starts: number[] = [];
  let offset = 0;
  for (const { size } of chunks) {
    starts.push(offset);
    offset += size;
  }
  return starts;
}

/** The index of the chunk in which a byte lies: the last one that starts no later. */
function chunkAt(starts: readonly number[], byte: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= byte) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}
