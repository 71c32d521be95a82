import { randomBytes as drawBytes } from 'node:crypto';
import { RANDOM_POOL_BYTES } from './limits.ts';

let pool = new Uint8Array(0);
let used = 0;

/**
 * Bytes that nobody can guess, each given out once, in memory of their own. They are drawn from the system many at once: ids of nodes are made by the
 * thousands, and a call for each of them takes ten times as long.
 */
export function randomBytes(count: number): Uint8Array {
  if (count > RANDOM_POOL_BYTES) return drawBytes(count);
  if (used + count > pool.length) {
    // Not the Buffer that it is: a slice of one would share its memory.
    pool = new Uint8Array(drawBytes(RANDOM_POOL_BYTES));
    used = 0;
  }
  used += count;
  return pool.slice(used - count, used);
}
