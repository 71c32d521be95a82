import { constants, zstdDecompressSync } from 'node:zlib';
import { FRAME_WINDOW_BYTES_MAX, isFrameOf, type StoredForm, storedLength } from '@syncline/protocol';

/**
 * A chunk's bytes, from those that lie in its object. Undefined when they are not exactly `size` bytes in the form that is said. Whether
 * they are the chunk, only their hash tells. Memory: `size`, whatever the bytes are.
 */
export function openStored(
  chunk: { readonly size: number; readonly stored?: StoredForm | undefined },
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (bytes.length !== storedLength(chunk)) return undefined;
  switch (chunk.stored?.encoding) {
    case undefined:
      return bytes;
    case 'zstd':
      return openFrame(chunk.size, bytes);
  }
}

const WINDOW_LOG_MAX = Math.log2(FRAME_WINDOW_BYTES_MAX);

function openFrame(size: number, frame: Uint8Array): Uint8Array | undefined {
  if (!isFrameOf(size, frame)) return undefined;
  try {
    const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };
    const bytes = zstdDecompressSync(frame, { maxOutputLength: size, params });
    return bytes.length === size ? bytes : undefined;
  } catch (error) {
    // Whatever the decoder finds wrong, it says by a code.
    if (typeof error === 'object' && error !== null && 'code' in error) return undefined;
    throw error;
  }
}
