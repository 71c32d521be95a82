import { HOLE_BYTES_MIN } from './limits.ts';

const ZEROS = Buffer.alloc(HOLE_BYTES_MIN);

/** Whether all bytes are zero. Other bytes mostly show at once; zeros are compared as fast as memory is read. */
export function isZeros(bytes: Uint8Array): boolean {
  for (let start = 0; start < bytes.length; start += ZEROS.length) {
    const part = bytes.subarray(start, start + ZEROS.length);
    if (ZEROS.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}
