import type { ChunkRef } from '@syncline/protocol';
import { RECENT_BYTES_MAX } from './limits.ts';

/** Chunks in memory, as long as there is room: what was wanted longest ago goes. Players and readers of documents ask for parts of the same chunk many times. */
export class RecentChunks {
  readonly #held = new Map<string, Uint8Array>();

  get({ hash }: ChunkRef): Promise<Uint8Array | undefined> {
    const bytes = this.#held.get(hash);
    if (bytes !== undefined) this.#keep(hash, bytes);
    return Promise.resolve(bytes);
  }

  /** Precondition: the bytes were verified. */
  put({ hash }: ChunkRef, bytes: Uint8Array): Promise<void> {
    this.#keep(hash, bytes);
    let held = 0;
    for (const each of this.#held.values()) held += each.length;
    for (const [old, each] of this.#held) {
      if (held <= RECENT_BYTES_MAX) break;
      this.#held.delete(old);
      held -= each.length;
    }
    return Promise.resolve();
  }

  #keep(hash: string, bytes: Uint8Array): void {
    this.#held.delete(hash);
    this.#held.set(hash, bytes);
  }
}
