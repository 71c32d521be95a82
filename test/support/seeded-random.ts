import { createHash } from 'node:crypto';
import type { Random } from '../../lambdas/runtime/clock.ts';

/** Randomness that a seed replays: SHA-256 over the seed and a counter. */
export class SeededRandom implements Random {
  readonly #seed: string;
  #counter = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(count: number): Uint8Array {
    const blocks: Uint8Array[] = [];
    for (let length = 0; length < count; length += 32) blocks.push(this.#block());
    return Buffer.concat(blocks).subarray(0, count);
  }

  fraction(): number {
    return this.#block().readUInt32BE(0) / 2 ** 32;
  }

  #block(): Buffer {
    this.#counter += 1;
    return createHash('sha256').update(`${this.#seed}/${this.#counter}`).digest();
  }
}
