import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { epochMs } from '@syncline/protocol';
import type { Clock, Random } from './clock.ts';
import { RANDOM_POOL_BYTES } from './limits.ts';

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  sleep: async (delayMs) => {
    await delay(delayMs);
  },
};

let pool = Buffer.alloc(0);

/** Each byte is given out once. They are drawn many at once: a request makes hundreds of ids, and a draw for each takes ten times as long. */
function drawBytes(count: number): Uint8Array {
  if (count > RANDOM_POOL_BYTES) return randomBytes(count);
  if (count > pool.length) pool = randomBytes(RANDOM_POOL_BYTES);
  const drawn = new Uint8Array(pool.subarray(0, count));
  pool = pool.subarray(count);
  return drawn;
}

/** The operating system's randomness for secrets, the engine's for jitter. */
export const systemRandom: Random = {
  bytes: drawBytes,
  fraction: () => Math.random(),
};
