import { epochMs, formatInstant, SOCKET_TICKET_MS, type SocketResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { TICKET_BYTES } from './limits.ts';
import type { SocketStore } from './socket-store.ts';
import { socketTicketHash } from './socket-ticket.ts';

export interface OpenSocketDependencies {
  readonly sockets: Pick<SocketStore, 'putTicket'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Address of the WebSocket API, such as `wss://socket.example.com/v1`. */
  readonly socketUrl: string;
}

/**
 * A WebSocket address with a ticket for one connection of this device, within SOCKET_TICKET_MS. Browsers cannot send
 * headers with a WebSocket, so the ticket stands in the query; only its hash is kept. Cost: one write.
 */
export async function openSocket(
  { sockets, clock, random, socketUrl }: OpenSocketDependencies,
  { accountId, device }: DeviceCaller,
): Promise<Outcome<z.infer<typeof SocketResponse>>> {
  const ticket = Buffer.from(random.bytes(TICKET_BYTES)).toString('base64url');
  const expiresAt = epochMs(clock.now() + SOCKET_TICKET_MS);
  await sockets.putTicket({
    ticketHash: socketTicketHash(ticket),
    accountId,
    deviceId: device.deviceId,
    expiresAt,
  });
  return done({ url: `${socketUrl}?ticket=${ticket}`, expiresAt: formatInstant(expiresAt) });
}
