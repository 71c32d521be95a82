import { type EpochMs, type PackMember, packManifest, unpackManifest } from '@syncline/protocol';
import type { Update } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type { NewPack, PackIndex, PackName, PackRecord } from './pack-index.ts';

export interface DynamodbPackDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly chunks: string };
}

/** Packs in the table Chunks, their members in the form of a packed manifest: 36 bytes each. */
export class DynamodbPackIndex implements PackIndex {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor({ client, tableNames }: DynamodbPackDependencies) {
    this.#client = client;
    this.#table = tableNames.chunks;
  }

  record({ now, ...pack }: NewPack & { readonly now: EpochMs }): Promise<boolean> {
    const { versionId } = pack;
    // Of an attribute that is not there, only the negation of an equality is true.
    const isAnother = versionId === undefined ? 'attribute_exists(versionId)' : 'NOT versionId = :versionId';
    const set = 'SET members = :members, #state = :live, recordedAt = :now';
    return this.#update(pack, {
      ConditionExpression: `attribute_not_exists(pk) OR NOT #state = :deleted OR ${isAnother}`,
      UpdateExpression:
        versionId === undefined
          ? `${set} REMOVE condemnedAt, versionId`
          : `${set}, versionId = :versionId REMOVE condemnedAt`,
      ExpressionAttributeValues: toAttributes({
        ':members': packManifest(pack.members),
        ':live': 'live',
        ':deleted': 'deleted',
        ':now': now,
        ':versionId': versionId,
      }),
    });
  }

  async get(name: PackName): Promise<PackRecord | undefined> {
    const { Item: item } = await this.#client.send('GetItem', {
      TableName: this.#table,
      Key: keyAttributes(packKey(name)),
      ConsistentRead: true,
    });
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, members, ...row } = fromAttributes(item) as PackRow & ItemKey;
    return { ...name, ...row, members: unpackMembers(members) };
  }

  condemn(change: PackName & { readonly restedSince: EpochMs; readonly now: EpochMs }): Promise<boolean> {
    return this.#update(change, {
      ConditionExpression: '#state = :live AND recordedAt <= :restedSince',
      UpdateExpression: 'SET #state = :condemned, condemnedAt = :now',
      ExpressionAttributeValues: toAttributes({
        ':live': 'live',
        ':condemned': 'condemned',
        ':restedSince': change.restedSince,
        ':now': change.now,
      }),
    });
  }

  markDeleted(change: PackName & { readonly condemnedBefore: EpochMs }): Promise<boolean> {
    return this.#update(change, {
      ConditionExpression: '#state = :condemned AND condemnedAt <= :condemnedBefore',
      UpdateExpression: 'SET #state = :deleted',
      ExpressionAttributeValues: toAttributes({
        ':condemned': 'condemned',
        ':deleted': 'deleted',
        ':condemnedBefore': change.condemnedBefore,
      }),
    });
  }

  #update(name: PackName, change: Omit<Update, 'TableName' | 'Key'>): Promise<boolean> {
    const update = {
      TableName: this.#table,
      Key: keyAttributes(packKey(name)),
      ExpressionAttributeNames: { '#state': 'state' },
      ...change,
    };
    return isAccepted(() => this.#client.send('UpdateItem', update));
  }
}

/** A record as it is kept. */
type PackRow = Omit<PackRecord, keyof PackName | 'members'> & { readonly members: Uint8Array };

function unpackMembers(members: Uint8Array): readonly PackMember[] {
  return unpackManifest(members);
}

function packKey({ domain, hash }: PackName): ItemKey {
  return { pk: `${domain}#${hash}`, sk: 'pack' };
}
