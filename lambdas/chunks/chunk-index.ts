import type { AccountId, ChunkHash, ChunkRef, EpochMs, StoredForm } from '@syncline/protocol';

/**
 * What is known of stored chunks: where each lies, until when it is pinned, and which accounts have shown to possess it.
 * A domain is the scope of deduplication: `shared`, or an account id where the deployment says `dedupScope: account`.
 */
export interface ChunkIndex {
  /** Every hash asked for is answered. Strongly consistent. At most CHUNK_KEYS_MAX hashes. Cost: BatchGetItem, 2 items a hash. */
  lookup(query: ChunkQuery): Promise<ReadonlyMap<ChunkHash, ChunkKnowledge>>;

  /**
   * Where chunks lie, without asking who holds them. For readers of manifests that they may read. Cost: 1 item a hash.
   */
  locate(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRecord>>;

  /**
   * The objects in which chunks lie that are stored, or are marked for removal: a last look may still let those live again where they are.
   * For who removes objects. Strongly consistent. Cost: 1 item a hash.
   */
  locateRevivable(
    domain: string,
    hashes: readonly ChunkHash[],
  ): Promise<ReadonlyMap<ChunkHash, Pick<NewChunk, 'objectKey'>>>;

  /**
   * Records chunks whose bytes the store has confirmed, and the account as their holder. A record that exists keeps its
   * place (the first stored object wins) and is pinned at least until `pinnedUntil`; a condemned one lives again, where it was if its bytes are there. Answers the hashes
   * that are stored then; one that is missing lay in an object that is just being removed, and must be stored as another one first.
   * Idempotent. Cost: 2 writes a chunk.
   */
  recordStored(stored: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly chunks: readonly NewChunk[];
    readonly pinnedUntil: EpochMs;
    readonly now: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>>;

  /** Records that an account has shown to possess chunks. Precondition: the proof was checked. Idempotent. */
  recordHolder(held: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly hashes: readonly ChunkHash[];
    readonly now: EpochMs;
  }): Promise<void>;

  /**
   * Keeps chunks from the sweep until at least `until`, and resurrects condemned ones whose bytes are still there (find-bytes.ts). Answers
   * the hashes that are pinned; one that is missing from the answer is no longer stored. Chunks already pinned that long cost no write, condemned ones a HEAD.
   */
  pin(pins: {
    readonly domain: string;
    readonly hashes: readonly ChunkHash[];
    readonly until: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>>;

  /**
   * Lets the records of chunks that lie in the object `from`, and are stored or may live again there, say that they lie at their new
   * places; those that lie elsewhere, or are gone, stay as they are. Each is changed by itself, so that a reader finds the one place or the other. Idempotent.
   * Precondition: the bytes are at the new places, and stay at the old ones for whoever has just looked. Cost: 1 write a chunk.
   */
  move(moved: { readonly domain: string; readonly from: string; readonly chunks: readonly NewChunk[] }): Promise<void>;
}

export interface ChunkQuery {
  readonly domain: string;
  readonly accountId: AccountId;
  readonly hashes: readonly ChunkHash[];
}

export interface ChunkKnowledge {
  /** Absent when no such chunk is stored (or it was deleted). */
  readonly record?: ChunkRecord;
  readonly held: boolean;
}

export interface NewChunk {
  readonly hash: ChunkHash;
  readonly size: number;
  readonly objectKey: string;
  /** First byte of the chunk in its object: 0 unless it lies in a pack. */
  readonly offset: number;
  /** How it lies there; as it is when absent. */
  readonly stored?: StoredForm | undefined;
  readonly versionId?: string;
}

export interface ChunkRecord extends NewChunk {
  readonly state: 'live' | 'condemned';
  readonly pinnedUntil: EpochMs;
}

/** Hashes in one call. */
export const CHUNK_KEYS_MAX = 20_000;

/** Whether a chunk lies in this very object alone, and the object may be removed with it. */
export function isOwnObject({ objectKey }: Pick<NewChunk, 'objectKey'>): boolean {
  return !objectKey.startsWith('packs/');
}

/** A chunk that is all of an object, in the version that the store has told. */
export function loneChunk(
  { hash, size }: ChunkRef,
  objectKey: string,
  { versionId }: { readonly versionId?: string | undefined },
): NewChunk {
  return { hash, size, objectKey, offset: 0, ...(versionId === undefined ? {} : { versionId }) };
}

export function chunkObjectKey(domain: string, hash: ChunkHash): string {
  return `chunks/${domain}/${hash}`;
}
