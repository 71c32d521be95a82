import type { ChunkHash, NamespaceId } from '@syncline/protocol';
import { assert } from '@syncline/protocol';
import type { SweptChunk } from '../chunks/swept-chunk.ts';
import type { JournalPosition } from '../journal/journal-positions.ts';
import { nodeNameOf } from '../namespaces/dynamodb-node-item.ts';
import { REVISION_PREFIX } from '../namespaces/dynamodb-revision-item.ts';
import type { PackName } from '../packs/pack-index.ts';
import type { Item, Update } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type {
  NamespaceJournal,
  Rebuild,
  Segment,
  StrayObject,
  SweepChange,
  SweepIndex,
  SweepProgress,
} from './sweep-index.ts';

export interface DynamodbSweepDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly accounts: string; readonly chunks: string; readonly files: string };
}

/** The records of chunks and packs in the table Chunks, gone through by scans; heads in the table Accounts. */
export class DynamodbSweepIndex implements SweepIndex {
  readonly #client: DynamodbCalls;
  readonly #chunks: string;
  readonly #accounts: string;
  readonly #files: string;

  constructor({ client, tableNames }: DynamodbSweepDependencies) {
    this.#client = client;
    this.#chunks = tableNames.chunks;
    this.#accounts = tableNames.accounts;
    this.#files = tableNames.files;
  }

  async list(segment: Segment) {
    const { items, next } = await this.#scan(this.#chunks, segment, {
      FilterExpression:
        'sk = :chunk OR (sk = :pack AND (NOT #state = :deleted OR attribute_not_exists(endedVersionId)))',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: toAttributes({ ':chunk': 'chunk', ':pack': 'pack', ':deleted': 'deleted' }),
    });
    const rows = items.map((item) => fromAttributes(item) as ChunkRow);
    return {
      chunks: rows.filter(({ sk }) => sk === 'chunk').map(chunkOf),
      packs: rows.filter(({ sk }) => sk === 'pack').map(({ pk }): PackName => nameOf(pk)),
      ...next,
    };
  }

  async get(domain: string, hash: ChunkHash): Promise<SweptChunk | undefined> {
    const item = await this.#get(chunkKey({ domain, hash }));
    return item === undefined ? undefined : chunkOf(fromAttributes(item) as ChunkRow);
  }

  change(seen: SweptChunk, change: SweepChange): Promise<boolean> {
    const { state, ...notes } = change;
    const left = NOTES.filter((name) => !(name in notes));
    const set = Object.keys(notes).map((name) => `${name} = :new_${name}`);
    return this.#updateAsSeen(seen, {
      UpdateExpression: `SET ${['#state = :new_state', ...set].join(', ')}${left.length === 0 ? '' : ` REMOVE ${left.join(', ')}`}`,
      values: { ':new_state': state, ...Object.fromEntries(Object.entries(notes).map(([k, v]) => [`:new_${k}`, v])) },
    });
  }

  banObject({ domain, hash, objectKey, versionId }: StrayObject, seen: SweptChunk | undefined): Promise<boolean> {
    if (seen !== undefined) {
      return this.#updateAsSeen(seen, {
        UpdateExpression: 'SET removedVersionId = :new_removed',
        values: { ':new_removed': versionId },
      });
    }
    const row = { size: 0, objectKey, offset: 0, versionId, state: 'deleted', removal: 'done', pinnedUntil: 0 };
    return isAccepted(() =>
      this.#client.send('PutItem', {
        TableName: this.#chunks,
        Item: {
          ...toAttributes({ ...row, storedAt: 0, removedVersionId: versionId }),
          ...keyAttributes(chunkKey({ domain, hash })),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  banPack({ versionId, now, ...name }: Parameters<SweepIndex['banPack']>[0]): Promise<boolean> {
    const row = { members: new Uint8Array(0), state: 'deleted', recordedAt: now, versionId, endedVersionId: versionId };
    return isAccepted(() =>
      this.#client.send('PutItem', {
        TableName: this.#chunks,
        Item: { ...toAttributes(row), ...keyAttributes(packKey(name)) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  async endPack({ versionId, ...name }: Parameters<SweepIndex['endPack']>[0]): Promise<void> {
    await isAccepted(() =>
      this.#client.send('UpdateItem', {
        TableName: this.#chunks,
        Key: keyAttributes(packKey(name)),
        ConditionExpression: '#state = :deleted AND versionId = :versionId',
        UpdateExpression: 'SET endedVersionId = :versionId',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: toAttributes({ ':deleted': 'deleted', ':versionId': versionId }),
      }),
    );
  }

  async listHeads(segment: Segment) {
    const { items, next } = await this.#scan(this.#accounts, segment, {
      FilterExpression: 'sk = :head',
      ExpressionAttributeValues: toAttributes({ ':head': 'head' }),
    });
    const heads = items.map((item): NamespaceJournal => {
      const { pk, epoch, seq } = fromAttributes(item) as ItemKey & { readonly epoch: number; readonly seq: number };
      return { namespaceId: pk.slice(NAMESPACE_PREFIX.length) as NamespaceId, epoch, seq };
    });
    return { heads, ...next };
  }

  async getHead(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    const item = await this.#get({ pk: `${NAMESPACE_PREFIX}${namespaceId}`, sk: 'head' }, this.#accounts);
    if (item === undefined) return undefined;
    const { epoch, seq } = fromAttributes(item) as JournalPosition & ItemKey;
    return { epoch, seq };
  }

  async listFiles(segment: Segment) {
    const { items, next } = await this.#scan(this.#files, segment, {
      ConsistentRead: true,
      FilterExpression: 'begins_with(sk, :revision)',
      ProjectionExpression: 'pk',
      ExpressionAttributeValues: toAttributes({ ':revision': REVISION_PREFIX }),
    });
    const files = new Map(items.map(({ pk }) => [pk?.S ?? '', nodeNameOf(pk?.S ?? '')]));
    return { files: [...files.values()], ...next };
  }

  async readRebuild(): Promise<Rebuild | undefined> {
    const item = await this.#get(REBUILD_KEY);
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...rebuild } = fromAttributes(item) as Rebuild & ItemKey;
    return rebuild;
  }

  async writeRebuild(rebuild: Rebuild | undefined): Promise<void> {
    const key = keyAttributes(REBUILD_KEY);
    if (rebuild === undefined) await this.#client.send('DeleteItem', { TableName: this.#chunks, Key: key });
    else
      await this.#client.send('PutItem', {
        TableName: this.#chunks,
        Item: { ...toAttributes({ ...rebuild }), ...key },
      });
  }

  async readProgress(): Promise<SweepProgress | undefined> {
    const item = await this.#get(PROGRESS_KEY);
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...progress } = fromAttributes(item) as SweepProgress & ItemKey;
    return progress;
  }

  async writeProgress(progress: SweepProgress): Promise<void> {
    const item = { ...toAttributes({ ...progress }), ...keyAttributes(PROGRESS_KEY) };
    await this.#client.send('PutItem', { TableName: this.#chunks, Item: item });
  }

  async #get(key: ItemKey, table = this.#chunks): Promise<Item | undefined> {
    const get = { TableName: table, Key: keyAttributes(key), ConsistentRead: true };
    return (await this.#client.send('GetItem', get)).Item;
  }

  #updateAsSeen(
    seen: SweptChunk,
    {
      UpdateExpression,
      values,
    }: { readonly UpdateExpression: string; readonly values: Readonly<Record<string, unknown>> },
  ): Promise<boolean> {
    const compared = [...NOTES, 'objectKey', 'versionId', 'pinnedUntil', 'removedVersionId'] as const;
    const conditions = compared.map((name) =>
      seen[name] === undefined ? `attribute_not_exists(${name})` : `${name} = :seen_${name}`,
    );
    const seenValues = Object.fromEntries(compared.map((name) => [`:seen_${name}`, seen[name]]));
    const update: Update = {
      TableName: this.#chunks,
      Key: keyAttributes(chunkKey(seen)),
      ConditionExpression: ['#state = :seen_state', ...conditions].join(' AND '),
      UpdateExpression,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: toAttributes({ ':seen_state': seen.state, ...seenValues, ...values }),
    };
    return isAccepted(() => this.#client.send('UpdateItem', update));
  }

  /** One page. What is left of the last key is the place in the table: the pair of keys. */
  async #scan(table: string, { after, limit }: Segment, filter: object) {
    const answer = await this.#client.send('Scan', {
      TableName: table,
      Limit: limit,
      ...filter,
      ...(after === undefined ? {} : { ExclusiveStartKey: JSON.parse(after) as Item }),
    });
    const { Items: items = [], LastEvaluatedKey: last } = answer;
    const next: { readonly next?: string } = last === undefined ? {} : { next: JSON.stringify(last) };
    return { items, next };
  }
}

/** What the sweep writes into the record of a chunk, and takes out again. */
const NOTES = ['unusedSince', 'condemnedAt', 'removal'] as const satisfies readonly (keyof SweptChunk)[];

const PROGRESS_KEY: ItemKey = { pk: 'sweep', sk: 'progress' };
const REBUILD_KEY: ItemKey = { pk: 'sweep', sk: 'rebuild' };
const NAMESPACE_PREFIX = 'ns#';

type ChunkRow = Omit<SweptChunk, 'domain' | 'hash'> & ItemKey & { readonly storedAt: number };

function chunkOf(item: ChunkRow): SweptChunk {
  const { pk, sk: _sk, storedAt: _storedAt, ...row } = item;
  return { ...row, ...nameOf(pk) };
}

function nameOf(partition: string): PackName {
  const at = partition.lastIndexOf('#');
  assert(at > 0, 'a partition of a chunk names its domain');
  return { domain: partition.slice(0, at), hash: partition.slice(at + 1) as ChunkHash };
}

function chunkKey({ domain, hash }: PackName): ItemKey {
  return { pk: `${domain}#${hash}`, sk: 'chunk' };
}

function packKey({ domain, hash }: PackName): ItemKey {
  return { pk: `${domain}#${hash}`, sk: 'pack' };
}
