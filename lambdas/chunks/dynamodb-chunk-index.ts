import { ConditionalCheckFailedException, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type AccountId, assert, type ChunkHash, type EpochMs, epochMs } from '@syncline/protocol';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  type Item,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { askDynamodb } from '../runtime/dynamodb-failure.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import {
  CHUNK_KEYS_MAX,
  type ChunkIndex,
  type ChunkKnowledge,
  type ChunkQuery,
  type ChunkRecord,
  type NewChunk,
} from './chunk-index.ts';

export interface DynamodbChunkDependencies extends BatchDependencies {
  readonly tableNames: { readonly chunks: string };
}

const WRITES_IN_FLIGHT_MAX = 64;
/** Tries to change a record that others change at the same time. */
const CHANGE_TRIES_MAX = 8;

/** Chunks in the table Chunks: a record and its holders share a partition. */
export class DynamodbChunkIndex implements ChunkIndex {
  readonly #deps: DynamodbChunkDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbChunkDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.chunks;
  }

  async lookup(query: ChunkQuery): Promise<ReadonlyMap<ChunkHash, ChunkKnowledge>> {
    assert(query.hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const { domain, accountId } = query;
    const keys = query.hashes.flatMap((hash) => [chunkKey(domain, hash), holderKey(domain, hash, accountId)]);
    const items = await batchGetItems(this.#deps, this.#table, keys);
    const known = new Map<ChunkHash, ChunkKnowledge>();
    for (const hash of query.hashes) {
      const row = rowOf(hash, items.get(itemKeyText(chunkKey(domain, hash))));
      const held = items.has(itemKeyText(holderKey(domain, hash, accountId)));
      known.set(hash, isStored(row) ? { record: recordOf(row), held } : { held });
    }
    return known;
  }

  async locate(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRecord>> {
    const rows = await this.#readRows(domain, hashes);
    return new Map([...rows].flatMap(([hash, row]) => (isStored(row) ? [[hash, recordOf(row)] as const] : [])));
  }

  async recordStored(stored: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly chunks: readonly NewChunk[];
    readonly pinnedUntil: EpochMs;
    readonly now: EpochMs;
  }): Promise<void> {
    const { domain, accountId, pinnedUntil, now } = stored;
    await mapBounded(WRITES_IN_FLIGHT_MAX, stored.chunks, async (chunk) => {
      const fresh: ChunkRow = { ...chunk, state: 'live', pinnedUntil, storedAt: now };
      await this.#change({ domain, hash: chunk.hash }, undefined, (row) =>
        isStored(row) ? pinnedRow(row, pinnedUntil) : fresh,
      );
      // Only when the record stands, so that nobody holds what is not known to be stored.
      await this.#putHolder({ domain, accountId, hash: chunk.hash, now });
    });
  }

  async recordHolder(held: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly hashes: readonly ChunkHash[];
    readonly now: EpochMs;
  }): Promise<void> {
    const { domain, accountId, now } = held;
    await mapBounded(WRITES_IN_FLIGHT_MAX, held.hashes, (hash) => this.#putHolder({ domain, accountId, hash, now }));
  }

  async pin(pins: {
    readonly domain: string;
    readonly hashes: readonly ChunkHash[];
    readonly until: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>> {
    const { domain, until } = pins;
    const rows = await this.#readRows(domain, pins.hashes);
    const kept = new Set<ChunkHash>();
    await mapBounded(WRITES_IN_FLIGHT_MAX, [...rows], async ([hash, row]) => {
      const pinned = await this.#change({ domain, hash }, row, (seen) =>
        isStored(seen) ? pinnedRow(seen, until) : undefined,
      );
      if (pinned) kept.add(hash);
    });
    return kept;
  }

  async #readRows(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRow>> {
    assert(hashes.length <= CHUNK_KEYS_MAX, 'a look-up has a limit of hashes');
    const keys = hashes.map((hash) => chunkKey(domain, hash));
    const items = await batchGetItems(this.#deps, this.#table, keys);
    const rows = new Map<ChunkHash, ChunkRow>();
    for (const hash of hashes) {
      const row = rowOf(hash, items.get(itemKeyText(chunkKey(domain, hash))));
      if (row !== undefined) rows.set(hash, row);
    }
    return rows;
  }

  /**
   * Makes a record what `next` says of it, beginning with what is believed to stand there; when another writer was
   * there, with what he left. `next` answers its argument itself to leave it, and undefined to refuse. False when it refused.
   */
  async #change(
    chunk: ChunkName,
    believed: ChunkRow | undefined,
    next: (row: ChunkRow | undefined) => ChunkRow | undefined,
  ): Promise<boolean> {
    let seen = believed;
    for (let attempt = 1; attempt <= CHANGE_TRIES_MAX; attempt++) {
      const wanted = next(seen);
      if (wanted === undefined) return false;
      if (wanted === seen) return true;
      const found =
        seen === undefined ? await this.#putRow(chunk, wanted) : await this.#replaceRow(chunk, seen, wanted);
      if (found === 'written') return true;
      seen = found;
      if (attempt > 1) await this.#deps.clock.sleep(retryDelayMs(this.#deps.random, attempt));
    }
    throw new UnavailableError('other writers of a chunk record did not come to an end');
  }

  async #putRow(chunk: ChunkName, row: ChunkRow): Promise<'written' | ChunkRow | undefined> {
    return this.#writeIf(chunk.hash, {
      TableName: this.#table,
      Item: { ...rowAttributes(row), ...keyAttributes(chunkKey(chunk.domain, chunk.hash)) },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  }

  async #replaceRow(chunk: ChunkName, seen: ChunkRow, row: ChunkRow): Promise<'written' | ChunkRow | undefined> {
    return this.#writeIf(chunk.hash, {
      TableName: this.#table,
      Item: { ...rowAttributes(row), ...keyAttributes(chunkKey(chunk.domain, chunk.hash)) },
      ConditionExpression: '#state = :state AND pinnedUntil = :pinnedUntil AND storedAt = :storedAt',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: toAttributes({
        ':state': seen.state,
        ':pinnedUntil': seen.pinnedUntil,
        ':storedAt': seen.storedAt,
      }),
    });
  }

  /** `written`, or the row that stands there instead. */
  async #writeIf(hash: ChunkHash, input: PutItemCommandInput): Promise<'written' | ChunkRow | undefined> {
    try {
      const command = new PutItemCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
      await askDynamodb(() => this.#deps.client.send(command));
      return 'written';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return rowOf(hash, error.Item);
      throw error;
    }
  }

  async #putHolder(holder: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly hash: ChunkHash;
    readonly now: EpochMs;
  }): Promise<void> {
    const key = holderKey(holder.domain, holder.hash, holder.accountId);
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: { ...keyAttributes(key), ...toAttributes({ since: holder.now }) },
    });
    await askDynamodb(() => this.#deps.client.send(command));
  }
}

interface ChunkName {
  readonly domain: string;
  readonly hash: ChunkHash;
}

/** A record as it is kept. The sweep leaves rows of deleted chunks for a while, so that its doings can be followed. */
type ChunkRow = Omit<ChunkRecord, 'state'> & {
  readonly state: ChunkRecord['state'] | 'deleted';
  readonly storedAt: EpochMs;
};

type StoredRow = ChunkRow & { readonly state: ChunkRecord['state'] };

function isStored(row: ChunkRow | undefined): row is StoredRow {
  return row !== undefined && row.state !== 'deleted';
}

/** The row itself when it lives and is pinned as long already: that costs no write. */
function pinnedRow(row: StoredRow, until: EpochMs): StoredRow {
  if (row.state === 'live' && row.pinnedUntil >= until) return row;
  return { ...row, state: 'live', pinnedUntil: epochMs(Math.max(row.pinnedUntil, until)) };
}

function recordOf({ storedAt: _storedAt, ...record }: StoredRow): ChunkRecord {
  return record;
}

function rowAttributes({ hash: _inKey, ...row }: ChunkRow): Item {
  return toAttributes(row);
}

function rowOf(hash: ChunkHash, item: Item | undefined): ChunkRow | undefined {
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...row } = fromAttributes(item) as Omit<ChunkRow, 'hash'> & ItemKey;
  return { ...row, hash };
}

function chunkKey(domain: string, hash: ChunkHash): ItemKey {
  return { pk: `${domain}#${hash}`, sk: 'chunk' };
}

function holderKey(domain: string, hash: ChunkHash, accountId: AccountId): ItemKey {
  return { pk: `${domain}#${hash}`, sk: `holder#${accountId}` };
}
