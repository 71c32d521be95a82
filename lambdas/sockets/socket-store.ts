import type { AccountId, DeviceId, EpochMs } from '@syncline/protocol';

/** Tickets and live connections of the WebSocket API. Lifetimes are kept in whole seconds, rounded up. */
export interface SocketStore {
  putTicket(ticket: SocketTicket): Promise<void>;
  /** Takes a ticket: at most one caller ever gets it. Undefined when there is none or it was taken; expiry is the caller's check. */
  takeTicket(ticketHash: string): Promise<SocketTicket | undefined>;
  putConnection(connection: SocketConnection): Promise<void>;
  /** Idempotent. */
  deleteConnection(connectionId: string): Promise<void>;
  /** Connections of an account that have not expired at `now`. Eventually consistent. Cost: one Query on an index. */
  listConnections(accountId: AccountId, now: EpochMs): Promise<readonly SocketConnection[]>;
}

export interface SocketTicket {
  /** Lowercase hexadecimal SHA-256 of the ticket; the ticket itself is never stored. */
  readonly ticketHash: string;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly expiresAt: EpochMs;
}

export interface SocketConnection {
  readonly connectionId: string;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly expiresAt: EpochMs;
}
