import { assert, type EpochMs, type PackMember, packManifest, unpackManifest } from '@syncline/protocol';
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

/** Packs in the table Chunks, their members in the form of a packed manifest: 36 bytes each, and 4 more where one of them is compressed. */
export class DynamodbPackIndex implements PackIndex {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor({ client, tableNames }: DynamodbPackDependencies) {
    this.#client = client;
    this.#table = tableNames.chunks;
  }

  record({ now, ...pack }: NewPack & { readonly now: EpochMs }): Promise<boolean> {
    const { versionId } = pack;
    const frames = packFrames(pack.members);
    const isSame = `members = :members AND ${frames === undefined ? 'attribute_not_exists(frames)' : 'frames = :frames'}`;
    // Of an attribute that is not there, only the negation of an equality is true.
    const isAnother = versionId === undefined ? 'attribute_exists(versionId)' : 'NOT versionId = :versionId';
    const given = { frames, versionId };
    const set = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = :${name}`]));
    const gone = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
    return this.#update(pack, {
      ConditionExpression: `attribute_not_exists(pk) OR (NOT #state = :deleted AND ${isSame}) OR (#state = :deleted AND ${isAnother})`,
      UpdateExpression: `SET ${['members = :members', '#state = :live', 'recordedAt = :now', ...set].join(', ')} REMOVE ${['condemnedAt', 'endedVersionId', ...gone].join(', ')}`,
      ExpressionAttributeValues: toAttributes({
        ':members': packManifest(pack.members),
        ':frames': frames,
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
    const {
      pk: _pk,
      sk: _sk,
      endedVersionId: _ended,
      members,
      frames,
      ...row
    } = fromAttributes(item) as PackRow & ItemKey;
    return { ...name, ...row, members: unpackMembers(members, frames) };
  }

  condemn(change: PackName & { readonly restedSince: EpochMs; readonly sweepAt: number }): Promise<boolean> {
    return this.#update(change, {
      ConditionExpression: '#state = :live AND recordedAt <= :restedSince',
      UpdateExpression: 'SET #state = :condemned, condemnedAt = :sweepAt',
      ExpressionAttributeValues: toAttributes({
        ':live': 'live',
        ':condemned': 'condemned',
        ':restedSince': change.restedSince,
        ':sweepAt': change.sweepAt,
      }),
    });
  }

  markDeleted(change: PackName & { readonly condemnedBefore: number }): Promise<boolean> {
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
type PackRow = Omit<PackRecord, keyof PackName | 'members'> & {
  readonly members: Uint8Array;
  /** Absent where all members lie as they are. */
  readonly frames?: Uint8Array;
  /** The version that the sweep has removed (sweep/dynamodb-sweep-index.ts). */
  readonly endedVersionId?: string;
};

const FRAME_LENGTH_BYTES = 4;

/** For each member the length of its frame of zstd, big-endian, and 0 for one that lies as it is; undefined when all do. */
function packFrames(members: readonly PackMember[]): Uint8Array | undefined {
  if (members.every(({ stored }) => stored === undefined)) return undefined;
  const packed = Buffer.alloc(members.length * FRAME_LENGTH_BYTES);
  members.forEach(({ stored }, index) => packed.writeUInt32BE(stored?.size ?? 0, index * FRAME_LENGTH_BYTES));
  return packed;
}

function unpackMembers(members: Uint8Array, frames: Uint8Array | undefined): readonly PackMember[] {
  const plain = unpackManifest(members);
  if (frames === undefined) return plain;
  assert(frames.length === plain.length * FRAME_LENGTH_BYTES, 'a pack knows the form of each of its members');
  const lengths = Buffer.from(frames.buffer, frames.byteOffset, frames.length);
  return plain.map((member, index) => {
    const size = lengths.readUInt32BE(index * FRAME_LENGTH_BYTES);
    return size === 0 ? member : { ...member, stored: { size, encoding: 'zstd' } };
  });
}

function packKey({ domain, hash }: PackName): ItemKey {
  return { pk: `${domain}#${hash}`, sk: 'pack' };
}
