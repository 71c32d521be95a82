import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { epochMs } from '@syncline/protocol';
import type { Clock, Random } from './clock.ts';

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  sleep: async (delayMs) => {
    await delay(delayMs);
  },
};

/** The operating system's randomness for secrets, the engine's for jitter. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
};
