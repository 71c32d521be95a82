import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { HttpConnections, isNetworkError } from './http-connections.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a%20path`);
}

const connections = () => new HttpConnections({ requestMsMax: 10_000 });

test('a request goes out as it is told, and its answer comes back whole', async () => {
  const url = await serve((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      outgoing.writeHead(418, { 'X-Given': 'yes' });
      outgoing.write(`${method} ${path} ${String(headers['x-own'])} `);
      outgoing.end(Buffer.concat(parts));
    });
  });
  const answer = await connections().send({ method: 'PUT', url, headers: { 'x-own': 'v' }, body: Buffer.from('body') });
  expect(answer.status).toBe(418);
  expect(answer.headers['x-given']).toBe('yes');
  expect(Buffer.from(answer.body).toString()).toBe('PUT /a%20path v body');
});

test.each(['told', 'not told'])('an answer of many parts comes back whole, its length %s', async (how) => {
  const parts = Array.from({ length: 50 }, (_none, index) => Buffer.alloc(1 + 997 * index, index));
  const whole = Buffer.concat(parts);
  const url = await serve((_incoming, outgoing) => {
    if (how === 'told') outgoing.setHeader('content-length', whole.length);
    const sendFrom = (index: number): void => {
      const part = parts[index];
      if (part === undefined) outgoing.end();
      else outgoing.write(part, () => sendFrom(index + 1));
    };
    sendFrom(0);
  });
  const answer = await connections().send({ method: 'GET', url, headers: {} });
  expect(answer.body.equals(whole)).toBe(true);
});

test('an answer without a body is empty, whatever length it tells', async () => {
  const url = await serve((_incoming, outgoing) => outgoing.writeHead(200, { 'content-length': '100' }).end());
  const answer = await connections().send({ method: 'HEAD', url, headers: {} });
  expect(answer.body.length).toBe(0);
});

test('a connection is used again', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((incoming, outgoing) => {
    ports.add(incoming.socket.remotePort);
    outgoing.end('x');
  });
  const http = connections();
  for (let request = 0; request < 3; request++) await http.send({ method: 'GET', url, headers: {} });
  expect(ports.size).toBe(1);
});

const failures: readonly (readonly [string, string, RequestListener])[] = [
  ['a connection that is cut before the answer', 'ECONNRESET', (incoming) => incoming.socket.destroy()],
  [
    'an answer that is cut in its middle',
    'ECONNRESET',
    (incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' });
      outgoing.write('the beginning', () => incoming.socket.destroy());
    },
  ],
];

test.each(failures)('%s is a failure of the network', async (_title, code, listener) => {
  const failing = connections().send({ method: 'GET', url: await serve(listener), headers: {} });
  await expect(failing).rejects.toMatchObject({ code });
  expect(isNetworkError(await failing.catch((error: unknown) => error))).toBe(true);
});

test.each<readonly [string, RequestListener]>([
  ['has not begun', () => undefined],
  ['has not ended', (_incoming, outgoing) => void outgoing.writeHead(200, { 'content-length': '9' }).write('part')],
])('an answer that %s in time is a failure of the network', async (_title, listener) => {
  const http = new HttpConnections({ requestMsMax: 50 });
  const failing = http.send({ method: 'GET', url: await serve(listener), headers: {} });
  expect(isNetworkError(await failing.catch((error: unknown) => error))).toBe(true);
});

test('nobody who listens is a failure of the network', async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const failing = connections().send({ method: 'GET', url: new URL(`http://127.0.0.1:${port}/`), headers: {} });
  await expect(failing).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('what Node refuses to send is a defect, not a failure of the network', async () => {
  const url = new URL('http://127.0.0.1:1/');
  const failing = connections().send({ method: 'GET', url, headers: { 'x-bad': 'a\nb' } });
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_CHAR' });
  expect(isNetworkError(error)).toBe(false);
});
