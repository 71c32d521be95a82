import { assert } from '@syncline/protocol/assert';
import { openSha256, type Sha256 } from '#sha256';
import { type BoundaryFinder, openBoundaryFinder } from './boundary-finder.ts';
import { ChunkCutter, type CutFile } from './chunk-cutter.ts';

/** Chunks of one file that are hashed elsewhere while the bytes after them are cut. */
const HASHES_AHEAD = 4;

/** One chunk: its length, and its SHA-256 in lowercase hexadecimal. */
export interface CutChunk {
  readonly hash: string;
  readonly size: number;
}

/**
 * Cuts a file into chunks and names them, in one pass and in the memory of two blocks: each byte is looked at and hashed where it was read
 * to, while it is in the cache. Used for one file after the other.
 */
export class ContentCutter {
  readonly #finder: BoundaryFinder;
  #cutter: ChunkCutter | undefined;
  #hashing: Sha256 | undefined;
  #chunkBytes = 0;
  #bytesLeft = 0;
  #chunks: { readonly hash: string | Promise<string>; readonly size: number }[] = [];

  constructor(finder: BoundaryFinder = openBoundaryFinder()) {
    this.#finder = finder;
  }

  /** Where the next bytes of the file are put, up to BLOCK_BYTES of them. */
  get block(): Uint8Array<ArrayBuffer> {
    return this.#finder.block;
  }

  /** Where those after them can be put already, before the ones in `block` are taken. */
  get nextBlock(): Uint8Array<ArrayBuffer> {
    return this.#finder.nextBlock;
  }

  /** Begins another file; what came of an earlier one is dropped. */
  begin(file: CutFile): void {
    this.#cutter = new ChunkCutter(this.#finder, file);
    this.#hashing = undefined;
    this.#chunkBytes = 0;
    this.#bytesLeft = file.size;
    this.#chunks = [];
  }

  /** Takes the next bytes of the file, which have been put into `block`. */
  take(length: number): void {
    assert(this.#cutter !== undefined && length <= this.#bytesLeft, 'a block belongs to a file that was begun');
    for (let at = 0; at < length; ) {
      const cut = this.#cutter.next(at, length);
      const end = cut ?? length;
      this.#hashing ??= openSha256();
      this.#hashing.update(this.block.subarray(at, end));
      this.#chunkBytes += end - at;
      if (cut !== undefined) this.#endChunk(this.#hashing);
      at = end;
    }
    this.#bytesLeft -= length;
    this.#finder.turn(length);
  }

  /** Waits until all that was taken but the last few chunks is hashed, where that is done elsewhere: bounds what waits for it. */
  async settle(): Promise<void> {
    await this.#chunks.at(-HASHES_AHEAD)?.hash;
  }

  /** The chunks of the file. Precondition: all of it was taken. */
  async end(): Promise<readonly CutChunk[]> {
    assert(this.#bytesLeft === 0 && this.#chunkBytes === 0, 'a file is cut to its end');
    return Promise.all(this.#chunks.map(async ({ hash, size }) => ({ hash: await hash, size })));
  }

  #endChunk(hashing: Sha256): void {
    this.#chunks.push({ hash: hashing.digest(), size: this.#chunkBytes });
    this.#chunkBytes = 0;
    this.#hashing = undefined;
  }
}
