import { compressZstd } from '#zstd';
import { COMPRESSED_BYTES_MIN, COMPRESSED_SHARE_MAX, SAMPLE_BYTES, SAMPLES, TRIED_CHUNKS } from './limits.ts';

/**
 * The frame of a chunk that becomes so much smaller that it is worth to be opened by every reader, and undefined of others. A long one is
 * compressed only if a few samples of it become smaller. Cost: some 5 s of processor time a GB, and a hundredth of that where samples do.
 *
 * Source: docs/decisions/0106-compression-in-packs.md
 */
export function compressChunk(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < COMPRESSED_BYTES_MIN) return undefined;
  if (bytes.length > 2 * SAMPLES * SAMPLE_BYTES && smaller(samplesOf(bytes)) === undefined) return undefined;
  return smaller(bytes);
}

/**
 * Whether some of the chunks of a pack may be worth it: not where none of TRIED_CHUNKS of them, evenly spread, is. So thousands of
 * pictures cost nothing.
 */
export function isWorthCompressing(chunks: readonly Uint8Array[]): boolean {
  if (chunks.length <= TRIED_CHUNKS) return true;
  const step = chunks.length / TRIED_CHUNKS;
  const tried = Array.from({ length: TRIED_CHUNKS }, (_none, index) => chunks[Math.floor(index * step)] as Uint8Array);
  return tried.some((bytes) => compressChunk(bytes) !== undefined);
}

function smaller(bytes: Uint8Array): Uint8Array | undefined {
  const frame = compressZstd(bytes);
  return frame !== undefined && frame.length <= bytes.length * COMPRESSED_SHARE_MAX ? frame : undefined;
}

function samplesOf(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(SAMPLES * SAMPLE_BYTES);
  const step = Math.floor((bytes.length - SAMPLE_BYTES) / (SAMPLES - 1));
  for (let index = 0; index < SAMPLES; index++) {
    all.set(bytes.subarray(index * step, index * step + SAMPLE_BYTES), index * SAMPLE_BYTES);
  }
  return all;
}
