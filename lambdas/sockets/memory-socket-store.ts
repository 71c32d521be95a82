import type { AccountId, EpochMs } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import type { SocketConnection, SocketStore, SocketTicket } from './socket-store.ts';

/** Tickets and connections in the memory of one process. */
export class MemorySocketStore implements SocketStore {
  readonly #tickets = new Map<string, SocketTicket>();
  readonly #connections = new Map<string, SocketConnection>();

  async putTicket(ticket: SocketTicket): Promise<void> {
    this.#tickets.set(ticket.ticketHash, { ...ticket, expiresAt: roundUpToSecond(ticket.expiresAt) });
  }

  async takeTicket(ticketHash: string): Promise<SocketTicket | undefined> {
    const ticket = this.#tickets.get(ticketHash);
    this.#tickets.delete(ticketHash);
    return ticket;
  }

  async putConnection(connection: SocketConnection): Promise<void> {
    const expiresAt = roundUpToSecond(connection.expiresAt);
    this.#connections.set(connection.connectionId, { ...connection, expiresAt });
  }

  async deleteConnection(connectionId: string): Promise<void> {
    this.#connections.delete(connectionId);
  }

  async listConnections(accountId: AccountId, now: EpochMs): Promise<readonly SocketConnection[]> {
    return [...this.#connections.values()].filter(
      (connection) => connection.accountId === accountId && connection.expiresAt > now,
    );
  }
}
