import { CUT_PIECE_BYTES } from '@syncline/client';
import { IDLE_PIECES_MAX } from './limits.ts';

interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file of this computer that can be read piece by piece. */
export interface FileSource {
  readonly size: number;
  /** Of its last write. */
  readonly modifiedAtMs: number;
  /** Bytes `start` to `end` (exclusive), fewer where the file ends before. @throws when the file was changed or removed since it was chosen. */
  read(wanted: ByteRange): Promise<Uint8Array>;
  /** Takes back the memory of what `read` gave: the next piece is read into it. */
  readonly release?: ((bytes: Uint8Array) => void) | undefined;
  /** The same bytes, which the browser reads by itself while it sends them. */
  readonly part?: ((wanted: ByteRange) => Blob) | undefined;
}

/** A browser's file. Nothing of it is in memory but what is asked for. */
export function fileSourceOf(file: Blob & { readonly lastModified?: number }): FileSource {
  return {
    size: file.size,
    modifiedAtMs: file.lastModified ?? 0,
    release: keepPiece,
    part: ({ start, end }) => file.slice(start, end),
    read: ({ start, end }) => readBlob(file.slice(start, end)),
  };
}

/** Memory of pieces that are not in use. */
const idlePieces: Uint8Array<ArrayBuffer>[] = [];

function keepPiece(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const isPiece = buffer instanceof ArrayBuffer && buffer.byteLength === CUT_PIECE_BYTES;
  if (isPiece && idlePieces.length < IDLE_PIECES_MAX) idlePieces.push(new Uint8Array(buffer));
}

/**
 * Pieces are read by small parts into memory that is used again: what `arrayBuffer()` makes for each stays until the collector of a browser sees a reason to run.
 * Source: measured, decision 0137.
 */
async function readBlob(blob: Blob): Promise<Uint8Array> {
  if (blob.size !== CUT_PIECE_BYTES) return new Uint8Array(await blob.arrayBuffer());
  const piece = idlePieces.pop() ?? new Uint8Array(CUT_PIECE_BYTES);
  const reader = blob.stream().getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return piece.subarray(0, length);
    piece.set(value, length);
    length += value.length;
  }
}
