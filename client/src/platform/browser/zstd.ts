import { decompress } from 'fzstd';

/**
 * What is in a frame of zstd, or undefined when that is not `sizeMax` bytes, or the frame is damaged. Memory: `sizeMax`.
 * Browsers open gzip and deflate by themselves, but not this. Precondition: it is a frame of that size (zstd-frame.ts).
 */
export function openFrame(frame: Uint8Array, sizeMax: number): Uint8Array | undefined {
  try {
    return decompress(frame, new Uint8Array(sizeMax));
  } catch {
    // The decoder fails in many ways on damaged bytes, and all of them mean the same to the caller.
    return undefined;
  }
}

/** Undefined: browsers send chunks as they are. */
export function compressZstd(_bytes: Uint8Array): Uint8Array | undefined {
  return undefined;
}
