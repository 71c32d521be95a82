import { MiB } from '@syncline/protocol';
import { IDLE_CHUNK_BYTES_MAX } from './limits.ts';

/**
 * Memory for chunks on their way, which is used again for the next ones: new memory is filled with zeros first, and the collector runs
 * after every few chunks to find it again.
 *
 * Memory: what is taken, and IDLE_CHUNK_BYTES_MAX while transfers run; nothing when none does.
 */
export class ChunkMemory {
  readonly #idle: Uint8Array[] = [];
  #idleBytes = 0;
  #transfers = 0;

  /** What is kept for the next chunks. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Runs a transfer, or several in one another; what is idle is kept as long as any runs. */
  async during<T>(transfer: () => Promise<T>): Promise<T> {
    this.#transfers += 1;
    try {
      return await transfer();
    } finally {
      this.#transfers -= 1;
      if (this.#transfers === 0) {
        this.#idle.length = 0;
        this.#idleBytes = 0;
      }
    }
  }

  /** At least so many bytes, whatever stands in them. Nobody else has them until they are given back; they need not be. */
  take(bytes: number): Uint8Array {
    // What is much longer is left to those who need it.
    const lengthMax = Math.max(MiB, 2 * bytes);
    const place = this.#idle.findIndex(({ length }) => length >= bytes && length <= lengthMax);
    const [found] = place < 0 ? [] : this.#idle.splice(place, 1);
    if (found === undefined) return new Uint8Array(Math.ceil(bytes / MiB) * MiB);
    this.#idleBytes -= found.length;
    return found;
  }

  /** Precondition: nothing reads from it or writes into it any more. */
  giveBack(memory: Uint8Array): void {
    if (this.#transfers === 0 || this.#idleBytes + memory.length > IDLE_CHUNK_BYTES_MAX) return;
    this.#idleBytes += memory.length;
    this.#idle.push(memory);
    // The smallest that is large enough is taken.
    this.#idle.sort((a, b) => a.length - b.length);
  }
}

/** Of all transfers of this process. */
export const chunkMemory = new ChunkMemory();
