import { epochMs, SOCKET_CONNECTION_MS } from '@syncline/protocol';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { TICKET_CHARS_MAX } from './limits.ts';
import type { SocketConnection, SocketStore } from './socket-store.ts';
import { socketTicketHash } from './socket-ticket.ts';

export interface ConnectSocketDependencies {
  readonly accounts: Pick<AccountStore, 'getDevice'>;
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'putConnection' | 'takeTicket'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Origins of web apps; `*` for any. */
  readonly allowedOrigins: readonly string[];
}

export interface ConnectRequest {
  readonly connectionId: string;
  readonly ticket: string | undefined;
  /** Sent by browsers alone, which let any page open a WebSocket to anywhere. */
  readonly origin: string | undefined;
}

export type ConnectOutcome =
  | { readonly kind: 'connected'; readonly connection: SocketConnection }
  | { readonly kind: 'foreign-origin' }
  | { readonly kind: 'bad-ticket' };

/**
 * Takes a ticket and registers the connection. A ticket works once, whatever comes of it; one that is unknown, used,
 * expired or of a device that was unlinked meanwhile answers the same.
 *
 * The connection is written before the device is looked at: an unlinking that happens in between then either finds the
 * connection to close it, or is seen here.
 */
export async function connectSocket(
  { accounts, sockets, clock, allowedOrigins }: ConnectSocketDependencies,
  { connectionId, ticket, origin }: ConnectRequest,
): Promise<ConnectOutcome> {
  if (!isAllowed(origin, allowedOrigins)) return { kind: 'foreign-origin' };
  if (ticket === undefined || ticket.length > TICKET_CHARS_MAX) return { kind: 'bad-ticket' };
  const taken = await sockets.takeTicket(socketTicketHash(ticket));
  if (taken === undefined || taken.expiresAt <= clock.now()) return { kind: 'bad-ticket' };
  const { accountId, deviceId } = taken;
  const connection = { connectionId, accountId, deviceId, expiresAt: epochMs(clock.now() + SOCKET_CONNECTION_MS) };
  await sockets.putConnection(connection);
  const device = await accounts.getDevice(accountId, deviceId);
  if (device !== undefined && device.revokedAt === undefined) return { kind: 'connected', connection };
  await sockets.deleteConnection(connectionId);
  return { kind: 'bad-ticket' };
}

function isAllowed(origin: string | undefined, allowedOrigins: readonly string[]): boolean {
  return origin === undefined || allowedOrigins.some((allowed) => matches(allowed, origin));
}

/** An origin, any of them (`*`), or those of all names below one (`https://*.example.org`), as the bucket's CORS rules have it. */
function matches(allowed: string, origin: string): boolean {
  const [start = '', end] = allowed.split('*', 2);
  if (end === undefined) return allowed === origin;
  const isLongEnough = origin.length >= start.length + end.length;
  return isLongEnough && origin.startsWith(start) && origin.endsWith(end);
}
