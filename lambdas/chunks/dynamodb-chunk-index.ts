import { type AccountId, assert, type ChunkHash, type EpochMs } from '@syncline/protocol';
import type { Item, Put, Update } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { ConditionalCheckFailedException, isAccepted } from '../runtime/dynamodb-failure.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
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

export interface DynamodbChunkDependencies extends BatchDependencies, FindBytesDependencies {
  readonly tableNames: { readonly chunks: string };
}

const WRITES_IN_FLIGHT_MAX = 64;
/** Tries to keep a chunk whose record others change at the same time. */
const KEEP_TRIES_MAX = 8;

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

  async locateRevivable(domain: string, hashes: readonly ChunkHash[]): Promise<ReadonlyMap<ChunkHash, ChunkRow>> {
    const rows = await this.#readRows(domain, hashes);
    return new Map([...rows].filter(([, row]) => isStored(row) || row.removal === 'marked'));
  }

  async recordStored(stored: {
    readonly domain: string;
    readonly accountId: AccountId;
    readonly chunks: readonly NewChunk[];
    readonly pinnedUntil: EpochMs;
    readonly now: EpochMs;
  }): Promise<ReadonlySet<ChunkHash>> {
    const { domain, accountId, pinnedUntil, now } = stored;
    const kept = new Set<ChunkHash>();
    await mapBounded(WRITES_IN_FLIGHT_MAX, stored.chunks, async (chunk) => {
      const fresh: ChunkRow = { ...chunk, state: 'live', pinnedUntil, storedAt: now };
      if (!(await this.#keep({ domain, hash: chunk.hash, until: pinnedUntil, fresh }))) return;
      // Only when the record stands, so that nobody holds what is not known to be stored.
      await this.#putHolder({ domain, accountId, hash: chunk.hash, now });
      kept.add(chunk.hash);
    });
    return kept;
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
      if (await this.#keep({ domain, hash, until }, row)) kept.add(hash);
    });
    return kept;
  }

  async move(moved: {
    readonly domain: string;
    readonly from: string;
    readonly chunks: readonly NewChunk[];
  }): Promise<void> {
    await mapBounded(WRITES_IN_FLIGHT_MAX, moved.chunks, ({ hash, objectKey, offset, stored, versionId }) => {
      const gone = [...(stored === undefined ? ['#stored'] : []), ...(versionId === undefined ? ['versionId'] : [])];
      const update = {
        TableName: this.#table,
        Key: keyAttributes(chunkKey(moved.domain, hash)),
        ConditionExpression: 'objectKey = :from AND (#state IN (:live, :condemned) OR removal = :marked)',
        UpdateExpression: [
          'SET objectKey = :to, #offset = :offset',
          ...(stored === undefined ? [] : [', #stored = :stored']),
          ...(versionId === undefined ? [] : [', versionId = :versionId']),
          ...(gone.length === 0 ? [] : [` REMOVE ${gone.join(', ')}`]),
        ].join(''),
        ExpressionAttributeNames: { '#state': 'state', '#offset': 'offset', '#stored': 'stored' },
        ExpressionAttributeValues: toAttributes({
          ':from': moved.from,
          ':to': objectKey,
          ':offset': offset,
          ':stored': stored,
          ':versionId': versionId,
          ':live': 'live',
          ':condemned': 'condemned',
          ':marked': 'marked',
        }),
      };
      return isAccepted(() => this.#deps.client.send('UpdateItem', update));
    });
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
   * Makes a record live and pinned until then at least, beginning with what is believed to stand there. One that is not
   * stored becomes `fresh`, or stays as it is: then the answer is false. So does a condemned one whose bytes are gone, and is forgotten. A write fails only when another writer has done
   * as much or more, or the sweep was there, so that writers of one chunk do not wait for each other.
   */
  async #keep(chunk: KeptChunk, believed?: ChunkRow): Promise<boolean> {
    let seen = believed;
    for (let attempt = 1; attempt <= KEEP_TRIES_MAX; attempt++) {
      if (attempt > 2) await this.#deps.clock.sleep(retryDelayMs(this.#deps.random, attempt));
      if (isStored(seen) && seen.state === 'live' && seen.pinnedUntil >= chunk.until) return true;
      const { write, isKept } = await this.#keeping(chunk, seen);
      if (write === undefined) return false;
      const found = await this.#writeIf(chunk.hash, write);
      if (found === 'written') return isKept;
      seen = found;
    }
    throw new UnavailableError('other writers of a chunk record did not come to an end');
  }

  /** What to write to keep a chunk of which this is seen; nothing when it cannot be kept. `isKept`: whether it is then. */
  async #keeping(
    chunk: KeptChunk,
    seen: ChunkRow | undefined,
  ): Promise<{ write: Put | Update | undefined; isKept: boolean }> {
    if (!isStored(seen)) return { write: this.#putting(chunk, seen), isKept: true };
    if (seen.state === 'live') return { write: this.#pinning(chunk, seen), isKept: true };
    const found = await findBytes(this.#deps, seen);
    if (found !== undefined) return { write: this.#reviving(chunk, { ...seen, ...found }, seen), isKept: true };
    if (chunk.fresh !== undefined) return { write: this.#putting(chunk, seen), isKept: true };
    return { write: this.#forgetting(chunk, seen), isKept: false };
  }

  /** What was removed from the place of a deleted chunk is remembered as long as there is a row. */
  #putting({ domain, hash, fresh }: KeptChunk, seen: ChunkRow | undefined): Put | undefined {
    if (fresh === undefined) return undefined;
    const { removedVersionId } = seen ?? {};
    const isBeingRemoved = removedVersionId !== undefined && removedVersionId === fresh.versionId;
    if (isBeingRemoved && isOwnObject(fresh)) return undefined;
    const isAsSeen =
      removedVersionId === undefined ? 'attribute_not_exists(removedVersionId)' : 'removedVersionId = :removed';
    return {
      TableName: this.#table,
      Item: {
        ...rowAttributes({ ...fresh, ...(removedVersionId === undefined ? {} : { removedVersionId }) }),
        ...keyAttributes(chunkKey(domain, hash)),
      },
      ...(seen === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: `#state = :seen AND objectKey = :key AND ${isAsSeen}`,
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: toAttributes({
              ':seen': seen.state,
              ':key': seen.objectKey,
              ':removed': removedVersionId,
            }),
          }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }

  #pinning({ domain, hash, until }: KeptChunk, seen: ChunkRow): Update {
    const isLonger = seen.pinnedUntil < until;
    return {
      TableName: this.#table,
      Key: keyAttributes(chunkKey(domain, hash)),
      ConditionExpression: `#state = :live AND ${isLonger ? 'pinnedUntil < :until' : 'pinnedUntil >= :until'}`,
      UpdateExpression: `SET #state = :live${isLonger ? ', pinnedUntil = :until' : ''} REMOVE unusedSince`,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: toAttributes({ ':live': 'live', ':until': until }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }

  /** Lets a condemned chunk live where it was found, if nobody has moved, removed or revived it meanwhile. */
  #reviving({ domain, hash, until }: KeptChunk, found: StoredRow, seen: StoredRow): Update {
    const condemned = condemnedAsSeen(seen);
    const isVersioned = found.versionId !== undefined;
    return {
      TableName: this.#table,
      Key: keyAttributes(chunkKey(domain, hash)),
      ...condemned,
      UpdateExpression: `SET #state = :live, pinnedUntil = :until${isVersioned ? ', versionId = :found' : ''} REMOVE unusedSince, condemnedAt`,
      ExpressionAttributeValues: toAttributes({
        ...condemned.ExpressionAttributeValues,
        ':live': 'live',
        ':until': Math.max(until, seen.pinnedUntil),
        ':found': found.versionId,
      }),
    };
  }

  /** Lets a condemned chunk whose bytes are gone be one that is not stored, so that whoever has them is asked for them. */
  #forgetting({ domain, hash }: KeptChunk, seen: StoredRow): Update {
    const condemned = condemnedAsSeen(seen);
    return {
      TableName: this.#table,
      Key: keyAttributes(chunkKey(domain, hash)),
      ...condemned,
      UpdateExpression: 'SET #state = :deleted, removal = :done REMOVE unusedSince, condemnedAt',
      ExpressionAttributeValues: toAttributes({
        ...condemned.ExpressionAttributeValues,
        ':deleted': 'deleted',
        ':done': 'done',
      }),
    };
  }

  /** `written`, or the row that stands there instead. */
  async #writeIf(hash: ChunkHash, write: Put | Update): Promise<'written' | ChunkRow | undefined> {
    const { client } = this.#deps;
    try {
      await ('Item' in write ? client.send('PutItem', write) : client.send('UpdateItem', write));
      return 'written';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return rowOf(hash, error.item);
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
    await this.#deps.client.send('PutItem', {
      TableName: this.#table,
      Item: { ...keyAttributes(key), ...toAttributes({ since: holder.now }) },
    });
  }
}

interface KeptChunk {
  readonly domain: string;
  readonly hash: ChunkHash;
  readonly until: EpochMs;
  /** What the record is when the chunk is not stored. */
  readonly fresh?: ChunkRow;
}

/** A record as it is kept. The sweep leaves rows of deleted chunks for a while, so that its doings can be followed. */
type ChunkRow = Omit<ChunkRecord, 'state'> & {
  readonly state: ChunkRecord['state'] | 'deleted';
  readonly storedAt: EpochMs;
  readonly removedVersionId?: string;
  readonly removal?: NonNullable<SweptChunk['removal']>;
};

type SweepNotes = Pick<SweptChunk, 'unusedSince' | 'condemnedAt' | 'removal'>;

type StoredRow = ChunkRow & { readonly state: ChunkRecord['state'] };

function isStored(row: ChunkRow | undefined): row is StoredRow {
  return row !== undefined && row.state !== 'deleted';
}

/** The condition that a condemned record is as it was seen. */
function condemnedAsSeen({ objectKey, versionId, removedVersionId, pinnedUntil }: StoredRow) {
  const conditions = [asSeen('versionId', versionId), asSeen('removedVersionId', removedVersionId)];
  return {
    ConditionExpression: ['#state = :condemned', 'objectKey = :key', 'pinnedUntil = :pinned', ...conditions].join(
      ' AND ',
    ),
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':condemned': 'condemned',
      ':key': objectKey,
      ':pinned': pinnedUntil,
      ':seen_versionId': versionId,
      ':seen_removedVersionId': removedVersionId,
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
}

function asSeen(name: string, value: unknown): string {
  return value === undefined ? `attribute_not_exists(${name})` : `${name} = :seen_${name}`;
}

/** Without the notes that the sweep keeps in the row (sweep/dynamodb-sweep-index.ts). */
function recordOf(row: StoredRow & SweepNotes): ChunkRecord {
  const {
    storedAt: _at,
    unusedSince: _since,
    condemnedAt: _when,
    removedVersionId: _gone,
    removal: _end,
    ...record
  } = row;
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
