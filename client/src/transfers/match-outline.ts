import {
  type BlockSum,
  type ByteSpan,
  OUTLINE_BLOCK_BYTES,
  OUTLINE_STRONG_BYTES,
  PATCH_PARTS_MAX,
  type PatchPart,
  RollingSum,
} from '@syncline/protocol';
import { sha256Now } from '#sha256';
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

/** Where a block may stand, with its weak sum. */
interface Place {
  readonly bytes: Uint8Array;
  readonly place: number;
  readonly weak: number;
}

/** Finds blocks of a base in other bytes, wherever they stand. */
export class OutlineMatcher {
  readonly #outlined: OutlinedSpan;
  /** Weak sum → indexes of blocks. */
  readonly #indexes = new Map<number, number[]>();

  constructor(outlined: OutlinedSpan) {
    this.#outlined = outlined;
    for (const [index, { weak }] of outlined.blocks.entries()) {
      const alike = this.#indexes.get(weak);
      if (alike === undefined) this.#indexes.set(weak, [index]);
      else alike.push(index);
    }
  }

  /**
   * The bytes of a chunk as parts; undefined when too much of it is new for that to be worth it, or on a platform that hashes nothing at once.
   * Cost: a few steps for each byte, and a hash for each block that may be one of the base.
   */
  match(bytes: Uint8Array): MatchedChunk | undefined {
    if (sha256Now === undefined) return undefined;
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
      const block = this.#blockAt({ bytes, place, weak: sum.value }, parts.at(-1));
      if (block === undefined) {
        // What is new by now is too much already.
        if (literalBytes + place - start > literalBytesMax) return undefined;
        sum = place + OUTLINE_BLOCK_BYTES < bytes.length ? rolled(sum) : undefined;
        place += 1;
        continue;
      }
      addLiteral(place);
      addSpan(parts, this.#spanOf(block));
      place += OUTLINE_BLOCK_BYTES;
      start = place;
      sum = rollingAt(bytes, place);
    }
    addLiteral(bytes.length);
    return literalBytes > literalBytesMax || parts.length > PATCH_PARTS_MAX ? undefined : { parts, literalBytes };
  }

  /** The block of the base that stands there; of several the one that follows the last part. */
  #blockAt({ bytes, place, weak }: Place, last: PatchPart | undefined): number | undefined {
    const alike = this.#indexes.get(weak);
    if (alike === undefined) return undefined;
    const strong = strongOf(bytes.subarray(place, place + OUTLINE_BLOCK_BYTES));
    const same = alike.filter((index) => strong === hexOf(this.#outlined.blocks[index]?.strong ?? new Uint8Array(0)));
    const following = same.find(
      (index) => last !== undefined && 'end' in last && this.#spanOf(index).start === last.end,
    );
    return following ?? same[0];
  }

  #spanOf(index: number): ByteSpan {
    const start = this.#outlined.span.start + index * OUTLINE_BLOCK_BYTES;
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

function strongOf(block: Uint8Array): string {
  return (sha256Now?.(block) ?? '').slice(0, OUTLINE_STRONG_BYTES * 2);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
