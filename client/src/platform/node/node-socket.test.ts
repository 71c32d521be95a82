import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SocketServer } from '../../../test/socket-server.ts';
import { nodeSockets } from './node-socket.ts';

let server: SocketServer;

beforeEach(async () => {
  server = new SocketServer();
  await server.start();
});
afterEach(() => server.stop());

/** A listener that keeps what it is told, and a way to wait for it. */
function open(url = server.url) {
  const told: string[] = [];
  const waiting = new Map<number, () => void>();
  const tell = (what: string): void => {
    told.push(what);
    waiting.get(told.length)?.();
  };
  const socket = nodeSockets.connect(url, {
    onOpen: () => tell('open'),
    onMessage: (data) => tell(typeof data === 'string' ? `text ${data}` : `bytes ${Buffer.from(data).toString()}`),
    onClose: () => tell('close'),
  });
  expect(told).toEqual([]);
  const toldSoFar = async (count: number): Promise<readonly string[]> => {
    if (told.length < count) await new Promise<void>((resolve) => waiting.set(count, resolve));
    return told;
  };
  return { socket, told, toldSoFar };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('messages come as text and as bytes, and what is said is heard', async () => {
  const { socket, toldSoFar } = open(`${server.url}?ticket=a`);
  await toldSoFar(1);
  server.push('one');
  server.push('two', 'binary');
  expect(await toldSoFar(3)).toEqual(['open', 'text one', 'bytes two']);
  socket.send('{"action":"ping"}');
  await until(() => server.heard.length > 0);
  expect([server.heard, server.asked]).toEqual([['{"action":"ping"}'], ['/v1?ticket=a']]);
  socket.close();
  socket.close();
  await until(() => server.lines === 0);
  expect(server.heard.at(-1)).toBe('goodbye');
});

test('an end is told once, whether the service says goodbye, cuts the line, refuses or is not there', async () => {
  for (const end of ['end', 'cut'] as const) {
    const { socket, toldSoFar, told } = open();
    await toldSoFar(1);
    server[end]();
    expect(await toldSoFar(2)).toEqual(['open', 'close']);
    socket.send('too late');
    socket.close();
    await until(() => server.lines === 0);
    expect(told).toEqual(['open', 'close']);
  }
  server.handshakes = 'refused';
  const nowhere = createServer();
  nowhere.listen(0, '127.0.0.1');
  await once(nowhere, 'listening');
  const address = nowhere.address() as { readonly port: number };
  await new Promise((resolve) => nowhere.close(resolve));
  for (const url of [server.url, `ws://127.0.0.1:${address.port}`, 'no address']) {
    expect(await open(url).toldSoFar(1)).toEqual(['close']);
  }
});

test('closing does not wait for the other side, during the handshake and after it, and nothing more is told', async () => {
  const standing = open();
  await standing.toldSoFar(1);
  standing.socket.close();
  server.push('late');
  await until(() => server.lines === 0);
  server.handshakes = 'hanging';
  const hanging = open();
  await until(() => server.lines === 1);
  hanging.socket.close();
  await until(() => server.lines === 0);
  const early = open();
  early.socket.close();
  expect([standing.told, hanging.told, early.told]).toEqual([['open'], [], []]);
});
