import { expect, test } from '@jest/globals';
import { SOCKET_CONNECTION_MS, SOCKET_MESSAGE_BYTES_MAX, SOCKET_TICKET_MS } from '@syncline/protocol';
import { join, type Member } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { createSocketHandler, type SocketEvent } from './create-socket-handler.ts';

const APP = 'https://app.example.com';

async function ticketOf(service: InMemoryService, member: Member): Promise<string> {
  const answer = await service.invoke('openSocket', { body: {} }, member);
  if (!answer.ok) throw new Error('refused');
  return new URL(answer.value.url).searchParams.get('ticket') ?? '';
}

function world(service: InMemoryService, allowedOrigins: readonly string[] = [APP]) {
  const handler = createSocketHandler({ ...service.stores, allowedOrigins });
  const send = async (routeKey: string, rest: Partial<SocketEvent> = {}) =>
    handler({ ...rest, requestContext: { routeKey, requestId: 'r', connectionId: 'c1' } });
  const connect = async (ticket: string | undefined, headers: Record<string, string> = {}) =>
    (await send('$connect', { headers, ...(ticket === undefined ? {} : { queryStringParameters: { ticket } }) }))
      .statusCode;
  return { send, connect };
}

function connections(service: InMemoryService, member: Member) {
  return service.stores.sockets.listConnections(member.accountId, service.stores.clock.now());
}

test('a ticket opens one connection of the device that asked for it, for two hours', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await connect(ticket)).toBe(200);
  const { accountId, deviceId } = alice;
  const expiresAt = service.stores.clock.now() + SOCKET_CONNECTION_MS;
  expect(await connections(service, alice)).toEqual([{ connectionId: 'c1', accountId, deviceId, expiresAt }]);
});

test('a ticket is good once, even when two connections race for it', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  const codes = await Promise.all([connect(ticket), connect(ticket), connect(ticket)]);
  expect(codes.toSorted((left, right) => left - right)).toEqual([200, 401, 401]);
});

test('a ticket that is absent, forged, too long or too old opens nothing', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const late = await ticketOf(service, alice);
  for (const ticket of [undefined, '', 'x'.repeat(43), 'x'.repeat(5000)]) expect(await connect(ticket)).toBe(401);
  service.stores.clock.advance(SOCKET_TICKET_MS);
  expect(await connect(late)).toBe(401);
  expect(await connections(service, alice)).toEqual([]);
});

test('the store never sees the ticket itself', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const stored: string[] = [];
  const put = service.stores.sockets.putTicket.bind(service.stores.sockets);
  service.stores.sockets.putTicket = async (ticket) => {
    stored.push(JSON.stringify(ticket));
    return put(ticket);
  };
  const ticket = await ticketOf(service, alice);
  expect(stored.length).toBe(1);
  expect(stored[0]).not.toContain(ticket);
});

test('a page of another origin cannot connect, and its try does not use up the ticket', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  expect(await connect(ticket, { Origin: 'https://evil.example' })).toBe(403);
  expect(await connect(ticket, { origin: `${APP}.evil.example` })).toBe(403);
  expect(await connect(ticket, { Origin: APP })).toBe(200);
});

test('without web apps every origin is refused, and clients that send none connect', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service, []);
  expect(await connect(await ticketOf(service, alice), { Origin: APP })).toBe(403);
  expect(await connect(await ticketOf(service, alice))).toBe(200);
});

test('a ticket of a device that was unlinked meanwhile opens nothing and leaves no connection', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  await service.invoke('unlinkDevice', { parameters: { deviceId: alice.deviceId }, query: {} }, alice);
  expect(await connect(ticket)).toBe(401);
  expect(await connections(service, alice)).toEqual([]);
});

test('an unlinking in the middle of a connect leaves no connection', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  const { sockets } = service.stores;
  const put = sockets.putConnection.bind(sockets);
  sockets.putConnection = async (connection) => {
    await service.invoke('unlinkDevice', { parameters: { deviceId: alice.deviceId }, query: {} }, alice);
    await put(connection);
  };
  expect(await connect(ticket)).toBe(401);
  expect(await connections(service, alice)).toEqual([]);
});

test('a disconnect forgets the connection, also twice', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect, send } = world(service);
  await connect(await ticketOf(service, alice));
  expect((await send('$disconnect')).statusCode).toBe(200);
  expect(await connections(service, alice)).toEqual([]);
  expect((await send('$disconnect')).statusCode).toBe(200);
});

test('a ping is answered with a pong, and everything else a client says is refused', async () => {
  const { send } = world(new InMemoryService());
  expect(await send('ping', { body: '{"action":"ping"}' })).toEqual({ statusCode: 200, body: '{"type":"pong"}' });
  const padded = `{"action":"ping"}${' '.repeat(SOCKET_MESSAGE_BYTES_MAX)}`;
  for (const body of ['', 'ping', '{"action":"ping","to":"all"}', '{"action":"commit"}', padded, '[[[[[[[[[[']) {
    expect(await send('$default', { body })).toEqual({ statusCode: 400 });
  }
});

test('what a client says never reaches the log', async () => {
  const service = new InMemoryService();
  const { send } = world(service);
  await send('secret-action', { body: '{"action":"secret-action"}' });
  const line = service.stores.telemetry.invocations.at(-1);
  expect(line).toMatchObject({ route: 'socket $default', status: 400 });
  expect(JSON.stringify(line)).not.toContain('secret');
});

test('a store that does not answer refuses the connection, and the line says why', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service);
  const ticket = await ticketOf(service, alice);
  service.stores.sockets.putConnection = async () => {
    throw new UnavailableError('no answer');
  };
  expect(await connect(ticket)).toBe(503);
  expect(service.stores.telemetry.invocations.at(-1)).toMatchObject({ status: 503, code: 'unavailable' });
});

test('the pages of all names below one may be let in, and of none that only looks like it', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { connect } = world(service, ['https://*.cloudfront.net']);
  for (const origin of [
    'https://cloudfront.net',
    'http://a.cloudfront.net',
    'https://a.cloudfront.net.evil.example',
    'https://',
  ])
    expect(await connect(await ticketOf(service, alice), { origin })).toBe(403);
  expect(await connect(await ticketOf(service, alice), { origin: 'https://d111.cloudfront.net' })).toBe(200);
});
