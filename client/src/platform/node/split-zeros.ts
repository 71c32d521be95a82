import { isZeros } from './is-zeros.ts';
import { HOLE_BYTES_MIN } from './limits.ts';

/** A part of some bytes; `end` is exclusive. */
export interface BytesPart {
  readonly start: number;
  readonly end: number;
  readonly areZeros: boolean;
}

/**
 * Cuts bytes into parts that are zeros all through and parts that are not, as few as possible. Looked at in steps of HOLE_BYTES_MIN from the
 * start: zeros that do not fill a step are not told apart.
 */
export function splitZeros(bytes: Uint8Array): readonly BytesPart[] {
  const parts: BytesPart[] = [];
  for (let start = 0; start < bytes.length; start += HOLE_BYTES_MIN) {
    const end = Math.min(bytes.length, start + HOLE_BYTES_MIN);
    const areZeros = end - start === HOLE_BYTES_MIN && isZeros(bytes.subarray(start, end));
    const last = parts.at(-1);
    if (last?.areZeros === areZeros) parts[parts.length - 1] = { ...last, end };
    else parts.push({ start, end, areZeros });
  }
  return parts;
}
