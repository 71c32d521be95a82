import type { AccountId, ContentHash, UploadId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import {
  expiryAttribute,
  expiryOf,
  fromAttributes,
  hashAttribute,
  hashOf,
  toAttributes,
} from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  batchPutItems,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type { UploadSession, UploadStore } from './upload-store.ts';

export interface DynamodbUploadDependencies extends BatchDependencies {
  readonly tableNames: { readonly sessions: string };
}

/** Upload sessions in the table Sessions. */
export class DynamodbUploadStore implements UploadStore {
  readonly #deps: DynamodbUploadDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbUploadDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.sessions;
  }

  async create(sessions: readonly UploadSession[]): Promise<void> {
    await batchPutItems(this.#deps, this.#table, sessions.map(sessionItem));
  }

  async get(uploadIds: readonly UploadId[]): Promise<ReadonlyMap<UploadId, UploadSession>> {
    const items = await batchGetItems(this.#deps, this.#table, uploadIds.map(sessionKey));
    const found = new Map<UploadId, UploadSession>();
    for (const uploadId of uploadIds) {
      const item = items.get(itemKeyText(sessionKey(uploadId)));
      if (item !== undefined) found.set(uploadId, sessionOf(uploadId, item));
    }
    return found;
  }

  async confirm(change: {
    readonly uploadId: UploadId;
    readonly version: number;
    readonly confirmed: Uint8Array;
  }): Promise<boolean> {
    const update = {
      TableName: this.#table,
      Key: keyAttributes(sessionKey(change.uploadId)),
      ConditionExpression: '#version = :version',
      UpdateExpression: 'SET confirmed = :confirmed, #version = :next',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: toAttributes({
        ':version': change.version,
        ':confirmed': change.confirmed,
        ':next': change.version + 1,
      }),
    };
    return isAccepted(() => this.#deps.client.send('UpdateItem', update));
  }
}

function sessionKey(uploadId: UploadId): ItemKey {
  return { pk: `upload#${uploadId}`, sk: 'upload' };
}

/** The account is `ownerAccountId` here: the index `byAccount` is for connections, and a session in it would be written twice. */
function sessionItem(session: UploadSession): Item {
  const { uploadId, accountId, contentHash, expiresAt, ...rest } = session;
  const attributes = {
    ...rest,
    ownerAccountId: accountId,
    contentHash: hashAttribute(contentHash),
    expiresAt: expiryAttribute(expiresAt),
  };
  return { ...keyAttributes(sessionKey(uploadId)), ...toAttributes(attributes) };
}

function sessionOf(uploadId: UploadId, item: Item): UploadSession {
  const row = fromAttributes(item) as SessionRow;
  const { pk: _pk, sk: _sk, ownerAccountId: accountId, contentHash, expiresAt, ...rest } = row;
  return {
    ...rest,
    uploadId,
    accountId,
    contentHash: hashOf(contentHash) as ContentHash,
    expiresAt: expiryOf(expiresAt),
  };
}

type SessionRow = Omit<UploadSession, 'uploadId' | 'accountId' | 'contentHash' | 'expiresAt'> &
  ItemKey & { readonly ownerAccountId: AccountId; readonly contentHash: Uint8Array; readonly expiresAt: number };
