import type { Random } from '../../lambdas/runtime/clock.ts';

/**
 * Chance that a seed replays, and cheap: sfc32. A fork has a sequence of its own by its label, so that what one part of a history
 * draws does not shift what another part draws.
 */
export class Chance implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string) {
    this.#seed = seed;
    [this.#a, this.#b, this.#c] = hashText(seed);
    for (let round = 0; round < 12; round++) this.uint32();
  }

  fork(label: string): Chance {
    return new Chance(`${this.#seed}/${label}`);
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  fraction(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Precondition: there is something to choose from. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    const view = new DataView(bytes.buffer);
    for (let start = 0; start + 4 <= count; start += 4) view.setUint32(start, this.uint32());
    for (let start = count - (count % 4); start < count; start++) bytes[start] = this.below(256);
    return bytes;
  }
}

/** Three words of a text, each of another mixing (cyrb128). */
function hashText(text: string): readonly [number, number, number] {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597_399_067);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = a ^ Math.imul(c ^ code, 951_274_213);
  }
  return [a | 0, b | 0, c | 0];
}
