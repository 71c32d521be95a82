import { type AccountId, assert, type ChunkHash, type EpochMs, epochMs } from '@syncline/protocol';
import {
  CHUNK_KEYS_MAX,
  type ChunkIndex,
  type ChunkKnowledge,
  type ChunkQuery,
  type ChunkRecord,
  isOwnObject,
  type NewChunk,
} from './chunk-index.ts';
import { type FindBytesDependencies, findBytes } from './find-bytes.ts';
import type { SweptChunk } from './swept-chunk.ts';

/** What is known of chunks, in the memory of one process. */
export class MemoryChunkIndex implements ChunkIndex {
  readonly #rows = new Map<string, SweptChunk>();
  readonly #holders = new Set<string>();
  readonly #deps: FindBytesDependencies;

  constructor(dependencies: FindBytesDependencies) {
    this.#deps = dependencies;
  }

  async lookup(query: ChunkQuery): Promise<ReadonlyMap<ChunkHash, ChunkKnowledge>> {
    assert(query.hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const known = new Map<ChunkHash, ChunkKnowledge>();
    for (const hash of query.hashes) {
      const key = recordKey(query.domain, hash);
      const record = this.#record(key);
      const held = this.#holders.has(`${key}#${query.accountId}`);
      known.set(hash, record === undefined ? { held } : { record, held });
    }
    return known;
  }

  async locate(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRecord>> {
    assert(hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const found = new Map<ChunkHash, ChunkRecord>();
    for (const hash of hashes) {
      const record = this.#record(recordKey(domain, hash));
      if (record !== undefined) found.set(hash, record);
    }
    return found;
  }

  async locateRevivable(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, SweptChunk>> {
    assert(hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const found = new Map<ChunkHash, SweptChunk>();
    for (const hash of hashes) {
      const row = this.#rows.get(recordKey(domain, hash));
      if (row !== undefined && isRevivable(row)) found.set(hash, row);
    }
    return found;
  }

  async recordStored(stored: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly chunks: readonly NewChunk[];
    readonly pinnedUntil: EpochMs;
    readonly now: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>> {
    const kept = new Set<ChunkHash>();
    const { domain, pinnedUntil } = stored;
    for (const chunk of stored.chunks) {
      const key = recordKey(domain, chunk.hash);
      await this.#doubt(key);
      const row = this.#rows.get(key);
      const isGone = row === undefined || row.state === 'deleted';
      if (isGone && isOwnObject(chunk) && row !== undefined && row.removedVersionId === chunk.versionId) continue;
      const { removedVersionId } = row ?? {};
      const fresh = { ...chunk, domain, state: 'live' as const, pinnedUntil };
      this.#rows.set(
        key,
        isGone
          ? { ...fresh, ...(removedVersionId === undefined ? {} : { removedVersionId }) }
          : pinned(row, pinnedUntil),
      );
      this.#holders.add(`${key}#${stored.accountId}`);
      kept.add(chunk.hash);
    }
    return kept;
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
      await this.#doubt(key);
      const row = this.#rows.get(key);
      if (row === undefined || row.state === 'deleted') continue;
      this.#rows.set(key, pinned(row, pins.until));
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
      const row = this.#rows.get(key);
      if (row?.objectKey !== moved.from || !isRevivable(row)) continue;
      const { versionId: _versionId, stored: _stored, ...rest } = row;
      this.#rows.set(key, { ...rest, ...chunk });
    }
  }

  /** What the sweep does to a record, at once: marks it, or forgets where its bytes lay. */
  sweep(domain: string, hash: ChunkHash, to: 'condemned' | 'deleted'): void {
    const key = recordKey(domain, hash);
    const row = this.#rows.get(key);
    assert(row !== undefined && row.state !== 'deleted', 'only a stored chunk is swept');
    if (to === 'deleted') this.#rows.delete(key);
    else this.#rows.set(key, { ...row, state: 'condemned' });
  }

  /** Every row, for the sweep (memory-sweep-index.ts). */
  get rows(): Map<string, SweptChunk> {
    return this.#rows;
  }

  /** Looks whether the bytes of a condemned chunk are there: corrects its version, or forgets it. */
  async #doubt(key: string): Promise<void> {
    const seen = this.#rows.get(key);
    if (seen?.state !== 'condemned') return;
    const found = await findBytes(this.#deps, seen);
    if (this.#rows.get(key) !== seen) return this.#doubt(key);
    const { unusedSince: _unused, condemnedAt: _condemned, ...row } = seen;
    this.#rows.set(key, found === undefined ? { ...row, state: 'deleted', removal: 'done' } : { ...seen, ...found });
  }

  #record(key: string): ChunkRecord | undefined {
    const row = this.#rows.get(key);
    if (row === undefined || row.state === 'deleted') return undefined;
    const {
      domain: _domain,
      unusedSince: _unused,
      condemnedAt: _at,
      removedVersionId: _gone,
      removal: _end,
      ...record
    } = row;
    return { ...record, state: row.state };
  }
}

/** Of a chunk that is marked only, a last look for references is to come. */
function isRevivable({ state, removal }: SweptChunk): boolean {
  return state !== 'deleted' || removal === 'marked';
}

function pinned({ unusedSince: _unused, condemnedAt: _condemned, ...row }: SweptChunk, until: EpochMs): SweptChunk {
  return { ...row, state: 'live', pinnedUntil: epochMs(Math.max(row.pinnedUntil, until)) };
}

function recordKey(domain: string, hash: ChunkHash): string {
  return `${domain}#${hash}`;
}
