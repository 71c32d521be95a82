import type { ChunkRef } from '@syncline/protocol';
import type { ChunkIndex } from '../chunks/chunk-index.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import { readChunk } from '../chunks/read-chunk.ts';
import { CHUNKS_LOCATED_AT_ONCE, CHUNKS_READ_AHEAD } from './limits.ts';
import type { ByteSpan } from './parse-range.ts';

export interface ReadContentBytesDependencies {
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'read'>;
}

interface Piece extends ByteSpan {
  readonly chunk: ChunkRef;
}

/**
 * The bytes of a span of a content, piece by piece, each of a chunk that was read whole and is what its hash says. Precondition: the
 * chunks are all of a revision that may be read now. At most CHUNKS_READ_AHEAD chunks and one are in memory.
 * @throws when a chunk is not there or another one: what was answered so far is right.
 */
export async function* readContentBytes(
  dependencies: ReadContentBytesDependencies,
  content: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
  span: ByteSpan,
): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(content.chunks, span);
  for (let from = 0; from < pieces.length; from += CHUNKS_LOCATED_AT_ONCE) {
    const some = pieces.slice(from, from + CHUNKS_LOCATED_AT_ONCE);
    const hashes = [...new Set(some.map(({ chunk }) => chunk.hash))];
    const records = await dependencies.chunks.locate(content.domain, hashes);
    const begun: Promise<Uint8Array>[] = [];
    for (const [index, piece] of some.entries()) {
      for (let next = begun.length; next < some.length && next <= index + CHUNKS_READ_AHEAD; next++) {
        begun.push(begin(readChunk(dependencies, some[next]?.chunk.hash, records)));
      }
      const bytes = await begun[index];
      // Let go of what was given on.
      begun[index] = NOTHING;
      yield (bytes ?? new Uint8Array(0)).subarray(piece.start, piece.end);
    }
  }
}

const NOTHING = Promise.resolve(new Uint8Array(0));

/** A read ahead that fails is told when its turn comes, and to nobody when the reader has gone before. */
function begin(read: Promise<Uint8Array>): Promise<Uint8Array> {
  read.catch(() => undefined);
  return read;
}

function piecesOf(chunks: readonly ChunkRef[], span: ByteSpan): readonly Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const chunk of chunks) {
    const start = Math.max(span.start - offset, 0);
    const end = Math.min(span.end - offset, chunk.size);
    if (start < end) pieces.push({ chunk, start, end });
    offset += chunk.size;
  }
  return pieces;
}
