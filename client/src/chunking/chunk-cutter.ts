import type { ChunkingStrategy } from '@syncline/protocol';
import { assert } from '@syncline/protocol/assert';
import { CHUNK_LENGTHS, type ChunkLengths, chunkBytesLeast } from '@syncline/protocol/chunking';
import type { BoundaryFinder } from './boundary-finder.ts';

/** A file that is to be cut. */
export interface CutFile {
  readonly size: number;
  readonly strategy: ChunkingStrategy;
}

/**
 * Tells where the chunks of one file end, from its bytes in order and its size alone: it is the same whatever blocks they come in.
 * Rules: CHUNK_LENGTHS and `chunkBytesLeast`.
 */
export class ChunkCutter {
  readonly #find: BoundaryFinder['find'];
  readonly #lengths: ChunkLengths;
  #index = 0;
  /** Bytes of the file from the start of the present chunk on. */
  #bytesLeft: number;
  /** Bytes of the present chunk that earlier calls have seen. */
  #length = 0;

  constructor({ find }: Pick<BoundaryFinder, 'find'>, { size, strategy }: CutFile) {
    assert(Number.isSafeInteger(size) && size >= 0, 'a file has a size');
    this.#find = find;
    this.#lengths = CHUNK_LENGTHS[strategy];
    this.#bytesLeft = size;
  }

  /**
   * The place in the finder's block, after `at` and up to `end`, where the present chunk ends; undefined when it goes on after `end`.
   * The next call goes on where this one came to.
   */
  next(at: number, end: number): number | undefined {
    const cut = this.#cut(at, end);
    if (cut === undefined) {
      this.#length += end - at;
      return undefined;
    }
    this.#bytesLeft -= this.#length + cut - at;
    this.#length = 0;
    this.#index += 1;
    return cut;
  }

  #cut(at: number, end: number): number | undefined {
    const { bytesUsual, bytesMax, bitsBefore, bitsAfter } = this.#lengths;
    const start = at - this.#length;
    const least = start + chunkBytesLeast(this.#lengths, { index: this.#index, bytesLeft: this.#bytesLeft });
    const most = start + Math.min(bytesMax, this.#bytesLeft);
    assert(end <= start + this.#bytesLeft, 'a file has as many bytes as was said');
    // A place is looked at with the block in which it is the end of a byte, so each is looked at once.
    const from = Math.max(at + 1, least);
    const usual = start + bytesUsual;
    const to = Math.min(end + 1, most);
    const before = from < usual ? this.#find(from, Math.min(usual, to), bitsBefore) : undefined;
    const found = before ?? (usual < to ? this.#find(Math.max(from, usual), to, bitsAfter) : undefined);
    return found ?? (most <= end ? most : undefined);
  }
}
