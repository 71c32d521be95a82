import { assert } from './assert.ts';
import { CHUNK_BYTES_MAX, FILE_BYTES_MAX, FILE_CHUNKS_MAX, FIXED_CHUNK_BYTES } from './limits.ts';
import type { ChunkingStrategy } from './manifest.ts';
import { GiB, KiB, MiB } from './units.ts';

/**
 * How long chunks are, in bytes, and how rare their ends. Frozen: the same bytes are the same chunks for ever, on every device.
 *
 * A chunk ends at the first boundary (docs/PROTOCOL.md, "Chunking") at which it is at least `bytesMin` long: up to `bytesUsual` at a
 * boundary of `bitsBefore` bits, from there on at one of `bitsAfter` bits, which comes 2^bits bytes later on average; and at `bytesMax`
 * without one. Ends that are rare at first and frequent then make chunks of nearly one length, so that an edit costs little more than
 * the average chunk.
 */
export interface ChunkLengths {
  readonly bytesMin: number;
  readonly bytesUsual: number;
  readonly bytesMax: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
}

export const CHUNK_LENGTHS: Readonly<Record<ChunkingStrategy, ChunkLengths>> = {
  'fixed-4m': {
    bytesMin: FIXED_CHUNK_BYTES,
    bytesUsual: FIXED_CHUNK_BYTES,
    bytesMax: FIXED_CHUNK_BYTES,
    bitsBefore: 22,
    bitsAfter: 22,
  },
  'cdc-1m-v1': { bytesMin: 256 * KiB, bytesUsual: 768 * KiB, bytesMax: 4 * MiB, bitsBefore: 22, bitsAfter: 18 },
  'cdc-4m-v1': { bytesMin: MiB, bytesUsual: 3 * MiB, bytesMax: 8 * MiB, bitsBefore: 24, bitsAfter: 20 },
};

/** Files up to this length are one chunk, whatever the strategy. */
export const ONE_CHUNK_BYTES_MAX = MiB;
/** Files up to this length are cut into chunks of 1 MiB on average, larger ones of 4 MiB. */
export const SMALL_CHUNKS_FILE_BYTES_MAX = GiB;

/** The strategy by which a file of `size` bytes is cut when it is stored anew. */
export function chunkingFor(size: number): ChunkingStrategy {
  return size <= SMALL_CHUNKS_FILE_BYTES_MAX ? 'cdc-1m-v1' : 'cdc-4m-v1';
}

/**
 * Fewest bytes of the chunk at `index`, of which and of all later ones `bytesLeft` are in the file: never so few that the rest needs
 * more than FILE_CHUNKS_MAX chunks, even where each of them has all the bytes that it may have. At least `bytesLeft` where all of it
 * is one chunk.
 */
export function chunkBytesLeast(
  { bytesMin, bytesMax }: ChunkLengths,
  place: { readonly index: number; readonly bytesLeft: number },
): number {
  if (place.index === 0 && place.bytesLeft <= ONE_CHUNK_BYTES_MAX) return place.bytesLeft;
  const chunksLeft = FILE_CHUNKS_MAX - 1 - place.index;
  return Math.max(bytesMin, place.bytesLeft - chunksLeft * bytesMax);
}

for (const { bytesMin, bytesUsual, bytesMax } of Object.values(CHUNK_LENGTHS)) {
  assert(bytesMin <= bytesUsual && bytesUsual <= bytesMax, 'lengths of chunks are in order');
  assert(bytesMax <= CHUNK_BYTES_MAX, 'every chunk must be a legal chunk');
  assert(
    bytesMax * FILE_CHUNKS_MAX >= FILE_BYTES_MAX,
    'the largest file must fit into the chunks that a file may have',
  );
}
