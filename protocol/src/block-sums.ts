import { assert } from './assert.ts';
import { OUTLINE_BLOCK_BYTES } from './limits.ts';
import type { ByteSpan } from './outlines.ts';

export const OUTLINE_STRONG_BYTES = 8;
const WEAK_BYTES = 4;
const ENTRY_BYTES = WEAK_BYTES + OUTLINE_STRONG_BYTES;

/**
 * What tells a block of OUTLINE_BLOCK_BYTES from others, without its bytes: a weak sum, which can be rolled over a file byte by byte, and the
 * first bytes of its SHA-256, which are looked at where the weak one is met. Nothing is safe by them: what is made by an outline is hashed.
 */
export interface BlockSum {
  readonly weak: number;
  /** OUTLINE_STRONG_BYTES bytes. */
  readonly strong: Uint8Array;
}

/** Blocks of a span: only whole ones have sums, counted from its start. */
export function outlineBlocks({ start, end }: ByteSpan): number {
  return Math.floor((end - start) / OUTLINE_BLOCK_BYTES);
}

export function packOutline(blocks: readonly BlockSum[]): Uint8Array {
  const packed = new Uint8Array(blocks.length * ENTRY_BYTES);
  const view = new DataView(packed.buffer);
  for (const [index, { weak, strong }] of blocks.entries()) {
    assert(strong.length === OUTLINE_STRONG_BYTES, 'a strong sum has a fixed length');
    view.setUint32(index * ENTRY_BYTES, weak);
    packed.set(strong, index * ENTRY_BYTES + WEAK_BYTES);
  }
  return packed;
}

/** Undefined for what is no packed outline. */
export function unpackOutline(packed: Uint8Array): readonly BlockSum[] | undefined {
  if (packed.length % ENTRY_BYTES !== 0) return undefined;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: packed.length / ENTRY_BYTES }, (_, index) => ({
    weak: view.getUint32(index * ENTRY_BYTES),
    strong: packed.subarray(index * ENTRY_BYTES + WEAK_BYTES, (index + 1) * ENTRY_BYTES),
  }));
}

/**
 * The weak sum of the OUTLINE_BLOCK_BYTES bytes from `start` on, and of those that follow, one byte further each time.
 * Source: Andrew Tridgell, "Efficient Algorithms for Sorting and Synchronization" (1999), section 3.2.2.
 */
export class RollingSum {
  readonly #bytes: Uint8Array;
  #start: number;
  #sum = 0;
  #weighted = 0;

  /** Precondition: a whole block stands there. */
  constructor(bytes: Uint8Array, start: number) {
    assert(start + OUTLINE_BLOCK_BYTES <= bytes.length, 'a sum is of a whole block');
    this.#bytes = bytes;
    this.#start = start;
    for (let index = 0; index < OUTLINE_BLOCK_BYTES; index++) {
      const byte = bytes[start + index] as number;
      this.#sum = (this.#sum + byte) & SUM_MASK;
      this.#weighted = (this.#weighted + (OUTLINE_BLOCK_BYTES - index) * byte) & SUM_MASK;
    }
  }

  get value(): number {
    return ((this.#weighted << SUM_BITS) | this.#sum) >>> 0;
  }

  /** Moves on by one byte. Precondition: there is one. */
  roll(): void {
    const leaving = this.#bytes[this.#start] as number;
    const coming = this.#bytes[this.#start + OUTLINE_BLOCK_BYTES] as number;
    this.#start += 1;
    this.#sum = (this.#sum - leaving + coming) & SUM_MASK;
    this.#weighted = (this.#weighted - OUTLINE_BLOCK_BYTES * leaving + this.#sum) & SUM_MASK;
  }
}

const SUM_BITS = 16;
const SUM_MASK = 0xffff;
