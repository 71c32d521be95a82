import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { FRAME_WINDOW_BYTES_MAX } from '@syncline/protocol';
import { errorCode } from './error-code.ts';

const WINDOW_LOG_MAX = Math.log2(FRAME_WINDOW_BYTES_MAX);

/**
 * What is in a frame of zstd, or undefined when that is more than `sizeMax` bytes, or the frame is damaged. Memory: `sizeMax`.
 * Precondition: it is a frame of that size (zstd-frame.ts).
 */
export function openFrame(frame: Uint8Array, sizeMax: number): Uint8Array | undefined {
  try {
    const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };
    return zstdDecompressSync(frame, { maxOutputLength: sizeMax, params });
  } catch (error) {
    // Whatever the decoder finds wrong, it says by a code.
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** One frame of zstd at its quickest level: the next ones take longer than they save. Of the form that packs ask for (zstd-frame.ts). */
export function compressZstd(bytes: Uint8Array): Uint8Array | undefined {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
