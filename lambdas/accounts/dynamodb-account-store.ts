import {
  type AccountId,
  type DeviceId,
  type DeviceWipe,
  type EpochMs,
  formatInstant,
  type NamespaceId,
} from '@syncline/protocol';
import { headItem } from '../namespaces/dynamodb-head-item.ts';
import { emptyHead } from '../namespaces/empty-head.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import {
  ConditionalCheckFailedException,
  isAccepted,
  TransactionCanceledException,
} from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { accountPartition, MEMBER_PREFIX, memberRow, namespacePartition } from '../sharing/dynamodb-sharing-rows.ts';
import type {
  Account,
  AccountStore,
  DeviceKey,
  MemberRange,
  Revocation,
  SeenDevice,
  StoredDevice,
} from './account-store.ts';
import { compareAge } from './compare-age.ts';

export interface DynamodbAccountDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly accounts: string };
  readonly clock: Clock;
  readonly random: Random;
}

/** Tries to make an account while others make the same one. */
const CREATE_TRIES_MAX = 6;
const DEVICE_PREFIX = 'device#';
const ENDED_PREFIX = 'ended#';
const ABSENT = 'attribute_not_exists(pk)';

/** Accounts and devices in the table Accounts, one partition an account. */
export class DynamodbAccountStore implements AccountStore {
  readonly #deps: DynamodbAccountDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbAccountDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.accounts;
  }

  async getAccount(accountId: AccountId): Promise<Account | undefined> {
    const item = await this.#get(accountKey(accountId));
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...account } = fromAttributes(item) as Omit<Account, 'accountId'> & ItemKey;
    return { ...account, accountId };
  }

  async createAccount(account: Account & { readonly quotaBytes: number }): Promise<Account> {
    const { quotaBytes: _quota, ...created } = account;
    for (let attempt = 1; attempt <= CREATE_TRIES_MAX; attempt++) {
      if (await this.#writeAccount(account)) return created;
      const existing = await this.getAccount(account.accountId);
      if (existing !== undefined) return existing;
      await this.#deps.clock.sleep(retryDelayMs(this.#deps.random, attempt));
    }
    throw new UnavailableError('other writers of the account did not come to an end');
  }

  async getDevice(accountId: AccountId, deviceId: DeviceId): Promise<StoredDevice | undefined> {
    const item = await this.#get(deviceItemKey({ accountId, deviceId }));
    return item === undefined ? undefined : deviceOf(item);
  }

  async listDevices(accountId: AccountId): Promise<readonly StoredDevice[]> {
    const items = await this.#listPrefix(accountPartition(accountId), DEVICE_PREFIX);
    return items.map(deviceOf).toSorted(compareAge);
  }

  async createDevice(accountId: AccountId, device: StoredDevice): Promise<StoredDevice> {
    const key = { accountId, deviceId: device.deviceId };
    const put = {
      TableName: this.#table,
      Item: { ...keyAttributes(deviceItemKey(key)), ...toAttributes({ ...device }) },
      ConditionExpression: ABSENT,
    };
    const isWritten = await isAccepted(() => this.#deps.client.send('PutItem', put));
    // Devices are never deleted, so one that stood in the way can be read.
    return isWritten ? device : ((await this.getDevice(accountId, device.deviceId)) ?? device);
  }

  async bindDevice(
    key: DeviceKey,
    { from, to }: { readonly from: string | undefined; readonly to: string },
  ): Promise<StoredDevice | undefined> {
    const isSame = from === undefined ? 'attribute_not_exists(signIn)' : 'signIn = :from';
    return this.#updateDevice(key, 'SET signIn = :to', {
      values: toAttributes({ ':to': to, ...(from === undefined ? {} : { ':from': from }) }),
      condition: `attribute_exists(pk) AND attribute_not_exists(revokedAt) AND ${isSame}`,
    });
  }

  async endSignIn(accountId: AccountId, signIn: string, at: EpochMs): Promise<void> {
    const endedAt = formatInstant(at);
    await this.#deps.client.send('PutItem', {
      TableName: this.#table,
      Item: { ...keyAttributes(endedKey(accountId, signIn)), ...toAttributes({ endedAt }) },
    });
  }

  async hasSignInEnded(accountId: AccountId, signIn: string): Promise<boolean> {
    return (await this.#get(endedKey(accountId, signIn))) !== undefined;
  }

  async renameDevice(key: DeviceKey, name: string): Promise<StoredDevice | undefined> {
    return this.#updateDevice(key, 'SET #name = :name', {
      names: { '#name': 'name' },
      values: toAttributes({ ':name': name }),
    });
  }

  async revokeDevice(key: DeviceKey, { at, wipe }: Revocation): Promise<StoredDevice | undefined> {
    const asking = wipe ? ', wipe = if_not_exists(wipe, :wipe)' : '';
    return this.#updateDevice(key, `SET revokedAt = if_not_exists(revokedAt, :at)${asking}`, {
      values: toAttributes({ ':at': formatInstant(at), ...(wipe ? { ':wipe': { state: 'asked' } } : {}) }),
    });
  }

  async reportWipe(key: DeviceKey, wipe: DeviceWipe): Promise<StoredDevice | undefined> {
    return this.#updateDevice(key, 'SET wipe = :wipe', {
      values: toAttributes({ ':wipe': wipe }),
      condition: 'attribute_exists(wipe)',
    });
  }

  async seeDevice(key: DeviceKey, { at, positions }: SeenDevice): Promise<void> {
    await this.#updateDevice(key, 'SET lastSeenAt = :at, positions = :positions', {
      values: toAttributes({ ':at': formatInstant(at), ':positions': positions }),
    });
  }

  async listMembers(namespaceId: NamespaceId, range?: MemberRange): Promise<readonly AccountId[]> {
    // Ids are of one length, and `~` comes after all their characters.
    const { first = '', last = '~' } = range ?? {};
    const items = await queryItems(this.#deps.client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :namespace AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: toAttributes({
        ':namespace': namespacePartition(namespaceId),
        ':first': `${MEMBER_PREFIX}${first}`,
        ':last': `${MEMBER_PREFIX}${last}`,
      }),
    });
    return items.map((item) => (item['sk']?.S ?? '').slice(MEMBER_PREFIX.length) as AccountId);
  }

  async #get(key: ItemKey): Promise<Item | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: true };
    return (await this.#deps.client.send('GetItem', get)).Item;
  }

  async #listPrefix(partition: string, prefix: string): Promise<readonly Item[]> {
    return queryItems(this.#deps.client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':partition': partition, ':prefix': prefix }),
    });
  }

  /** False when another writer was there, or is at it. */
  async #writeAccount(account: Account & { readonly quotaBytes: number }): Promise<boolean> {
    const { accountId, homeNamespaceId: namespaceId, quotaBytes, createdAt, email } = account;
    const items = [
      { ...keyAttributes(accountKey(accountId)), ...toAttributes({ email, homeNamespaceId: namespaceId, createdAt }) },
      headItem(emptyHead({ namespaceId, ownerAccountId: accountId, quotaBytes })),
      memberRow({ namespaceId, accountId, role: 'owner', since: createdAt }),
    ];
    try {
      await this.#deps.client.send('TransactWriteItems', {
        TransactItems: items.map((item) => ({
          Put: { TableName: this.#table, Item: item, ConditionExpression: ABSENT },
        })),
      });
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  }

  async #updateDevice(
    key: DeviceKey,
    expression: string,
    given: { readonly names?: Record<string, string>; readonly values: Item; readonly condition?: string },
  ): Promise<StoredDevice | undefined> {
    try {
      const { Attributes: item } = await this.#deps.client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(deviceItemKey(key)),
        ConditionExpression: given.condition ?? 'attribute_exists(pk)',
        UpdateExpression: expression,
        ...(given.names === undefined ? {} : { ExpressionAttributeNames: given.names }),
        ExpressionAttributeValues: given.values,
        ReturnValues: 'ALL_NEW',
      });
      return item === undefined ? undefined : deviceOf(item);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

function accountKey(accountId: AccountId): ItemKey {
  return { pk: accountPartition(accountId), sk: 'account' };
}

function deviceItemKey(key: DeviceKey): ItemKey {
  return { pk: accountPartition(key.accountId), sk: `${DEVICE_PREFIX}${key.deviceId}` };
}

function endedKey(accountId: AccountId, signIn: string): ItemKey {
  return { pk: accountPartition(accountId), sk: `${ENDED_PREFIX}${signIn}` };
}

function deviceOf(item: Item): StoredDevice {
  const { pk: _pk, sk: _sk, ...device } = fromAttributes(item) as StoredDevice & ItemKey;
  return device;
}
