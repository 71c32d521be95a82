import {
  type BlockSum,
  type ByteSpan,
  OUTLINE_BLOCK_BYTES,
  OUTLINE_STRONG_BYTES,
  PATCH_PARTS_MAX,
  type PatchPart,
  RollingSum,
} from '@syncline/protocol';
import { toBase64 } from './base64.ts';
import { PATCH_LITERAL_BYTES_MAX, PATCHED_LITERAL_SHARE_MAX } from './limits.ts';

/** A part of the base of which the blocks are known. */
export interface OutlinedSpan {
  readonly span: ByteSpan;
  /** Of each block of OUTLINE_BLOCK_BYTES, from the start of the span on. */
  readonly blocks: readonly BlockSum[];
}

/** A chunk as parts of the base, and what of it the base does not have, in bytes. */
export interface MatchedChunk {
  readonly parts: readonly PatchPart[];
  readonly literalBytes: number;
}

/** The SHA-256 of bytes, in hexadecimal, at once. */
export type HashNow = (bytes: Uint8Array) => string;

/** Finds blocks of a base in other bytes, wherever they stand. */
export class OutlineMatcher {
  readonly #start: number;
  /** The strong sums of the blocks, in hexadecimal. */
  readonly #strong: readonly string[];
  /** Weak sum → strong sum → the first block that has both. */
  readonly #blocks = new Map<number, Map<string, number>>();
  readonly #hash: HashNow;

  constructor({ span, blocks }: OutlinedSpan, hash: HashNow) {
    this.#start = span.start;
    this.#strong = blocks.map(({ strong }) => hexOf(strong));
    this.#hash = hash;
    for (const [index, { weak }] of blocks.entries()) {
      const alike = this.#blocks.get(weak) ?? new Map<string, number>();
      const strong = this.#strong[index] as string;
      if (!alike.has(strong)) alike.set(strong, index);
      this.#blocks.set(weak, alike);
    }
  }

  /**
   * The bytes of a chunk as parts; undefined when too much of it is new for that to be worth it.
   * Cost: a few steps for each byte, and a hash for each block that may be one of the base.
   */
  match(bytes: Uint8Array): MatchedChunk | undefined {
    const parts: PatchPart[] = [];
    const literalBytesMax = Math.min(PATCH_LITERAL_BYTES_MAX, bytes.length * PATCHED_LITERAL_SHARE_MAX);
    let literalBytes = 0;
    let start = 0;
    const addLiteral = (end: number): void => {
      if (end === start) return;
      parts.push({ bytes: toBase64(bytes.subarray(start, end)) });
      literalBytes += end - start;
    };
    let place = 0;
    let sum = rollingAt(bytes, place);
    while (sum !== undefined) {
      const alike = this.#blocks.get(sum.value);
      const span = alike && this.#find(alike, bytes.subarray(place, place + OUTLINE_BLOCK_BYTES), parts.at(-1));
      if (span === undefined) {
        // What is new by now is too much already.
        if (literalBytes + place - start > literalBytesMax) return undefined;
        sum = place + OUTLINE_BLOCK_BYTES < bytes.length ? rolled(sum) : undefined;
        place += 1;
        continue;
      }
      addLiteral(place);
      addSpan(parts, span);
      place += OUTLINE_BLOCK_BYTES;
      start = place;
      sum = rollingAt(bytes, place);
    }
    addLiteral(bytes.length);
    return literalBytes > literalBytesMax || parts.length > PATCH_PARTS_MAX ? undefined : { parts, literalBytes };
  }

  /** Where a block stands in the base, by those that have its weak sum; of several places the one that follows the last part. */
  #find(alike: ReadonlyMap<string, number>, block: Uint8Array, last: PatchPart | undefined): ByteSpan | undefined {
    const strong = this.#hash(block).slice(0, OUTLINE_STRONG_BYTES * 2);
    const first = alike.get(strong);
    if (first === undefined) return undefined;
    const following = last !== undefined && 'end' in last ? (last.end - this.#start) / OUTLINE_BLOCK_BYTES : first;
    const index = this.#strong[following] === strong ? following : first;
    const start = this.#start + index * OUTLINE_BLOCK_BYTES;
    return { start, end: start + OUTLINE_BLOCK_BYTES };
  }
}

function rollingAt(bytes: Uint8Array, place: number): RollingSum | undefined {
  return place + OUTLINE_BLOCK_BYTES <= bytes.length ? new RollingSum(bytes, place) : undefined;
}

function rolled(sum: RollingSum): RollingSum {
  sum.roll();
  return sum;
}

/** Neighbours of the base are one part. */
function addSpan(parts: PatchPart[], span: ByteSpan): void {
  const last = parts.at(-1);
  if (last !== undefined && 'end' in last && last.end === span.start) {
    parts[parts.length - 1] = { start: last.start, end: span.end };
  } else parts.push(span);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
