import { FILE_MEMORY_BYTES } from './limits.ts';

/**
 * Memory for many small files, one behind the other, in a few blocks: each piece of memory is a work for the system, and for the collector.
 *
 * Memory: blocks of FILE_MEMORY_BYTES or of one longer file, each filled up to the file that did not fit into it any more; a block lives as long as any
 * file in it.
 */
export class FileMemory {
  #block = new Uint8Array(0);
  #used = 0;
  #bytesToCome: number;

  /** `bytes` is how many will be asked for at most. */
  constructor(bytes: number) {
    this.#bytesToCome = bytes;
  }

  /** Room for a file; it is given again until it is kept. */
  room(bytes: number): Uint8Array {
    if (this.#used + bytes > this.#block.length) {
      this.#block = new Uint8Array(Math.max(bytes, Math.min(FILE_MEMORY_BYTES, this.#bytesToCome)));
      this.#used = 0;
    }
    return this.#block.subarray(this.#used, this.#used + bytes);
  }

  /** Leaves so many bytes of the room that was given last to who has it. */
  keep(bytes: number): void {
    this.#used += bytes;
    this.#bytesToCome -= bytes;
  }
}
