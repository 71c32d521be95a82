import { randomBytes as drawBytes } from 'node:crypto';
import { RANDOM_POOL_BYTES } from './limits.ts';

let pool = new Uint8Array(0);
let used = 0;

/**
 * Bytes that nobody can guess, each given out once. They are drawn from the system many at once: ids of nodes are made by the
 * thousands, and a call for each of them takes ten times as long.
 */
export function randomBytes(count: number): Uint8Array {
  if (count > RANDOM_POOL_BYTES) return drawBytes(count);
  if (used + count > pool.length) {
    pool = drawBytes(RANDOM_POOL_BYTES);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}
