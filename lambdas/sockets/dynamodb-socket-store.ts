import type { AccountId, DeviceId, EpochMs } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, expiryOf, fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import type { SocketConnection, SocketStore, SocketTicket } from './socket-store.ts';

export interface DynamodbSocketDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly sessions: string };
}

const CONNECTION_PREFIX = 'conn#';

/** Tickets and connections in the table Sessions; the index `byAccount` holds the connections alone. */
export class DynamodbSocketStore implements SocketStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor(dependencies: DynamodbSocketDependencies) {
    this.#client = dependencies.client;
    this.#table = dependencies.tableNames.sessions;
  }

  async putTicket(ticket: SocketTicket): Promise<void> {
    const { ticketHash, accountId: ownerAccountId, deviceId, expiresAt } = ticket;
    const attributes = toAttributes({ ownerAccountId, deviceId, expiresAt: expiryAttribute(expiresAt) });
    await this.#put({ ...keyAttributes(ticketKey(ticketHash)), ...attributes });
  }

  async takeTicket(ticketHash: string): Promise<SocketTicket | undefined> {
    const { Attributes: item } = await this.#client.send('DeleteItem', {
      TableName: this.#table,
      Key: keyAttributes(ticketKey(ticketHash)),
      // Only the caller whose delete took the item away is given it.
      ReturnValues: 'ALL_OLD',
    });
    if (item === undefined) return undefined;
    const { ownerAccountId: accountId, deviceId, expiresAt } = fromAttributes(item) as TicketRow;
    return { ticketHash, accountId, deviceId, expiresAt: expiryOf(expiresAt) };
  }

  async putConnection(connection: SocketConnection): Promise<void> {
    const { connectionId, accountId, deviceId, expiresAt } = connection;
    const attributes = toAttributes({ accountId, deviceId, expiresAt: expiryAttribute(expiresAt) });
    await this.#put({ ...keyAttributes(connectionKey(connectionId)), ...attributes });
  }

  async deleteConnection(connectionId: string): Promise<void> {
    const key = keyAttributes(connectionKey(connectionId));
    await this.#client.send('DeleteItem', { TableName: this.#table, Key: key });
  }

  async listConnections(accountId: AccountId, now: EpochMs): Promise<readonly SocketConnection[]> {
    const items = await queryItems(this.#client, {
      TableName: this.#table,
      IndexName: 'byAccount',
      KeyConditionExpression: 'accountId = :account AND begins_with(pk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':account': accountId, ':prefix': CONNECTION_PREFIX }),
    });
    return items.map(connectionOf).filter(({ expiresAt }) => expiresAt > now);
  }

  async #put(item: Item): Promise<void> {
    await this.#client.send('PutItem', { TableName: this.#table, Item: item });
  }
}

function ticketKey(ticketHash: string): ItemKey {
  return { pk: `ticket#${ticketHash}`, sk: 'ticket' };
}

function connectionKey(connectionId: string): ItemKey {
  return { pk: `${CONNECTION_PREFIX}${connectionId}`, sk: 'conn' };
}

function connectionOf(item: Item): SocketConnection {
  const { pk, accountId, deviceId, expiresAt } = fromAttributes(item) as ConnectionRow;
  const connectionId = pk.slice(CONNECTION_PREFIX.length);
  return { connectionId, accountId, deviceId, expiresAt: expiryOf(expiresAt) };
}

interface TicketRow {
  readonly ownerAccountId: AccountId;
  readonly deviceId: DeviceId;
  readonly expiresAt: number;
}

interface ConnectionRow {
  readonly pk: string;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly expiresAt: number;
}
