import { type AccountId, assert, type ChunkHash, type EpochMs, epochMs } from '@syncline/protocol';
import {
  CHUNK_KEYS_MAX,
  type ChunkIndex,
  type ChunkKnowledge,
  type ChunkQuery,
  type ChunkRecord,
  type NewChunk,
} from './chunk-index.ts';

/** What is known of chunks, in the memory of one process. */
export class MemoryChunkIndex implements ChunkIndex {
  readonly #records = new Map<string, ChunkRecord>();
  readonly #holders = new Set<string>();

  async lookup(query: ChunkQuery): Promise<ReadonlyMap<ChunkHash, ChunkKnowledge>> {
    assert(query.hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const known = new Map<ChunkHash, ChunkKnowledge>();
    for (const hash of query.hashes) {
      const key = recordKey(query.domain, hash);
      const record = this.#records.get(key);
      const held = this.#holders.has(`${key}#${query.accountId}`);
      known.set(hash, record === undefined ? { held } : { record, held });
    }
    return known;
  }

  async locate(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRecord>> {
    assert(hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const found = new Map<ChunkHash, ChunkRecord>();
    for (const hash of hashes) {
      const record = this.#records.get(recordKey(domain, hash));
      if (record !== undefined) found.set(hash, record);
    }
    return found;
  }

  async recordStored(stored: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly chunks: readonly NewChunk[];
    readonly pinnedUntil: EpochMs;
    readonly now: EpochMs;
  }): Promise<void> {
    for (const chunk of stored.chunks) {
      const key = recordKey(stored.domain, chunk.hash);
      const first = this.#records.get(key) ?? { ...chunk, state: 'live', pinnedUntil: stored.pinnedUntil };
      this.#records.set(key, pinned(first, stored.pinnedUntil));
      this.#holders.add(`${key}#${stored.accountId}`);
    }
  }

  async recordHolder(held: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly hashes: readonly ChunkHash[];
    readonly now: EpochMs;
  }): Promise<void> {
    for (const hash of held.hashes) this.#holders.add(`${recordKey(held.domain, hash)}#${held.accountId}`);
  }

  async pin(pins: {
    readonly domain: string;
    readonly hashes: readonly ChunkHash[];
    readonly until: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>> {
    assert(pins.hashes.length <= CHUNK_KEYS_MAX, 'a pin has a limit of hashes');
    const kept = new Set<ChunkHash>();
    for (const hash of pins.hashes) {
      const key = recordKey(pins.domain, hash);
      const record = this.#records.get(key);
      if (record === undefined) continue;
      this.#records.set(key, pinned(record, pins.until));
      kept.add(hash);
    }
    return kept;
  }

  async move(moved: {
    readonly domain: string;
    readonly from: string;
    readonly chunks: readonly NewChunk[];
  }): Promise<void> {
    for (const chunk of moved.chunks) {
      const key = recordKey(moved.domain, chunk.hash);
      const record = this.#records.get(key);
      if (record?.objectKey !== moved.from) continue;
      const { state, pinnedUntil } = record;
      this.#records.set(key, { ...chunk, state, pinnedUntil });
    }
  }

  /** What the sweep does to a record: marks it, or forgets where its bytes lay. */
  sweep(domain: string, hash: ChunkHash, to: 'condemned' | 'deleted'): void {
    const key = recordKey(domain, hash);
    const record = this.#records.get(key);
    assert(record !== undefined, 'only a stored chunk is swept');
    if (to === 'deleted') this.#records.delete(key);
    else this.#records.set(key, { ...record, state: 'condemned' });
  }
}

function pinned(record: ChunkRecord, until: EpochMs): ChunkRecord {
  return { ...record, state: 'live', pinnedUntil: epochMs(Math.max(record.pinnedUntil, until)) };
}

function recordKey(domain: string, hash: ChunkHash): string {
  return `${domain}#${hash}`;
}
