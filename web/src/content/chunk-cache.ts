import { hashChunk } from '@syncline/client';
import type { ChunkRef } from '@syncline/protocol';
import { chunkAddress } from './kept-chunk.ts';
import { CACHED_BYTES_MAX, CACHED_CHUNKS_MAX } from './limits.ts';

/** What is used of a browser's Cache Storage. */
export interface CacheStore {
  match(address: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | undefined>;
  put(address: string, bytes: Uint8Array): Promise<void>;
  delete(address: string): Promise<boolean>;
  /** Addresses, in the order in which they were put. */
  keys(): Promise<readonly string[]>;
}

/**
 * Chunks in Cache Storage, by their hash. Bounded by CACHED_BYTES_MAX and CACHED_CHUNKS_MAX: what was put first goes first. Addresses hold the
 * sizes, so it knows what it holds without reading it.
 *
 * Nothing that fails here matters: what is not cached is fetched.
 */
export class ChunkCache {
  readonly #store: CacheStore;
  #held: Promise<Map<string, number>> | undefined;

  constructor(store: CacheStore) {
    this.#store = store;
  }

  async get(chunk: ChunkRef): Promise<Uint8Array | undefined> {
    const address = chunkAddress(chunk);
    const held = await this.#addresses();
    if (!held.has(address)) return undefined;
    const found = await this.#store.match(address).catch(() => undefined);
    if (found === undefined) return undefined;
    const bytes = new Uint8Array(await found.arrayBuffer());
    // No disk is trusted: bytes are what they hash to.
    return (await hashChunk(bytes)) === chunk.hash ? bytes : undefined;
  }

  /** Precondition: the bytes were verified. */
  async put(chunk: ChunkRef, bytes: Uint8Array): Promise<void> {
    const address = chunkAddress(chunk);
    const held = await this.#addresses();
    if (held.has(address)) return;
    held.set(address, chunk.size);
    try {
      await this.#store.put(address, bytes);
    } catch {
      // There is no room, or the browser keeps nothing in this window: the chunk was only not kept.
      held.delete(address);
      return;
    }
    await this.#evict(held);
  }

  async #evict(held: Map<string, number>): Promise<void> {
    let bytes = 0;
    for (const size of held.values()) bytes += size;
    for (const [address, size] of held) {
      if (bytes <= CACHED_BYTES_MAX && held.size <= CACHED_CHUNKS_MAX) return;
      held.delete(address);
      bytes -= size;
      await this.#store.delete(address).catch(() => false);
    }
  }

  #addresses(): Promise<Map<string, number>> {
    this.#held ??= this.#store.keys().then(
      (addresses) => new Map(addresses.map((address) => [address, Number(/\/(\d+)$/.exec(address)?.[1] ?? 0)])),
      () => new Map(),
    );
    return this.#held;
  }
}
