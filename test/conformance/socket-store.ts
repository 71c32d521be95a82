import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, DeviceId, epochMs } from '@syncline/protocol';
import type { SocketConnection, SocketStore, SocketTicket } from '../../lambdas/sockets/socket-store.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));

function newTicket(): SocketTicket {
  return {
    ticketHash: randomBytes(32).toString('hex'),
    accountId: AccountId.parse(freshId()),
    deviceId: DeviceId.parse(freshId()),
    expiresAt: epochMs(NOW + 60_000),
  };
}

function newConnection(given: Partial<SocketConnection> = {}): SocketConnection {
  return {
    // API Gateway's ids end like base 64.
    connectionId: randomBytes(8).toString('base64'),
    accountId: AccountId.parse(freshId()),
    deviceId: DeviceId.parse(freshId()),
    expiresAt: epochMs(NOW + 1000),
    ...given,
  };
}

/** What every SocketStore must do. */
export function describeSocketStore(make: () => Promise<SocketStore>): void {
  let sockets: SocketStore;
  beforeAll(async () => {
    sockets = await make();
  });

  test('a ticket is taken once, whole', async () => {
    const ticket = newTicket();
    await sockets.putTicket(ticket);
    expect(await sockets.takeTicket(ticket.ticketHash)).toEqual(ticket);
    expect(await sockets.takeTicket(ticket.ticketHash)).toBeUndefined();
  });

  test('of 16 takers of one ticket one gets it', async () => {
    const ticket = newTicket();
    await sockets.putTicket(ticket);
    const taken = await Promise.all(Array.from({ length: 16 }, () => sockets.takeTicket(ticket.ticketHash)));
    expect(taken.filter((answer) => answer !== undefined)).toEqual([ticket]);
  });

  test('a ticket that was never given is undefined', async () => {
    expect(await sockets.takeTicket(newTicket().ticketHash)).toBeUndefined();
  });

  test('connections of an account are listed, and those of others and tickets are not', async () => {
    const accountId = AccountId.parse(freshId());
    const own = [newConnection({ accountId }), newConnection({ accountId })];
    for (const connection of [...own, newConnection()]) await sockets.putConnection(connection);
    await sockets.putTicket({ ...newTicket(), accountId });
    const listed = await sockets.listConnections(accountId, NOW);
    expect(new Set(listed)).toEqual(new Set(own));
    expect(await sockets.listConnections(AccountId.parse(freshId()), NOW)).toEqual([]);
  });

  test('expired connections are not listed, whether they were removed or not', async () => {
    const connection = newConnection();
    await sockets.putConnection(connection);
    const { accountId, expiresAt } = connection;
    expect(await sockets.listConnections(accountId, epochMs(expiresAt - 1))).toEqual([connection]);
    expect(await sockets.listConnections(accountId, expiresAt)).toEqual([]);
  });

  test('a connection can be put anew, and deleted twice', async () => {
    const connection = newConnection();
    const { accountId, connectionId } = connection;
    await sockets.putConnection(connection);
    const longer = { ...connection, expiresAt: epochMs(NOW + 5000) };
    await sockets.putConnection(longer);
    expect(await sockets.listConnections(accountId, NOW)).toEqual([longer]);
    await sockets.deleteConnection(connectionId);
    await sockets.deleteConnection(connectionId);
    expect(await sockets.listConnections(accountId, NOW)).toEqual([]);
  });
}
