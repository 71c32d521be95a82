import type { Random } from '@syncline/client';
import { encodeUlid } from '@syncline/protocol';

/** 128 random bits in the form of the protocol's ids. */
export function newId(random: Random): string {
  return encodeUlid(Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)));
}

/** Randomness that nobody can guess, in [0, 1). */
export function secureRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
}
