import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { acceptSocket, refuseSocket, type ServerSocket } from './socket-server.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server whose sockets answer each text twice over, and what it has seen. */
async function startServer() {
  const sockets: ServerSocket[] = [];
  const closed = Promise.withResolvers<void>();
  const server = createServer();
  server.on('upgrade', (incoming, stream) => {
    if (incoming.url !== '/open') return refuseSocket(stream, 401);
    const socket: ServerSocket = acceptSocket(incoming, stream, {
      onText: (text) => socket.send(text + text),
      onClosed: closed.resolve,
    });
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, closed: closed.promise };
}

/** A client, once it is open. */
async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the socket did not open')));
  });
  closers.push(() => socket.close());
  return socket;
}

function nextMessage(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
}

test.each([0, 1, 62, 63, 125, 126, 4000])('texts of %d bytes come and go whole', async (length) => {
  const socket = await connect(`${(await startServer()).url}/open`);
  const text = '0123456789'.repeat(400).slice(0, length);
  const answer = nextMessage(socket);
  socket.send(text);
  expect(await answer).toBe(text + text);
});

test('texts that are sent together come as they were sent', async () => {
  const socket = await connect(`${(await startServer()).url}/open`);
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      if (heard.push(data) === 3) resolve();
    });
  });
  for (const text of ['a', 'é', 'c']) socket.send(text);
  await all;
  expect(heard).toEqual(['aa', 'éé', 'cc']);
});

test('the server may speak first, and close', async () => {
  const { url, sockets } = await startServer();
  const socket = await connect(`${url}/open`);
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve());
  });
  const heard = nextMessage(socket);
  sockets[0]?.send('changed');
  expect(await heard).toBe('changed');
  sockets[0]?.close();
  await closed;
  expect(socket.readyState).toBe(WebSocket.CLOSED);
});

test('a client that goes is noticed', async () => {
  const { url, closed } = await startServer();
  (await connect(`${url}/open`)).close();
  await expect(closed).resolves.toBeUndefined();
});

test('a refused client does not get in', async () => {
  const { url, sockets } = await startServer();
  await expect(connect(`${url}/else`)).rejects.toThrow('did not open');
  expect(sockets).toEqual([]);
});
