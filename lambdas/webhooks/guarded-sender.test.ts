import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { GuardedSender, type GuardedSenderOptions } from './guarded-sender.ts';

const POST = { headers: { 'webhook-id': 'm', 'content-type': 'application/json' }, body: '{"a":1}' };
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(answer: RequestListener): Promise<{ readonly port: number }> {
  const server = createServer(answer);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
}

/** Anything that connects to this machine is counted, whatever it speaks. */
async function trap(): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

const send = (url: string, options: Partial<GuardedSenderOptions> = {}) =>
  new GuardedSender({ targets: 'public', ...options }).send({ url, ...POST });

test.each([
  [['127.0.0.1']],
  [['169.254.169.254']],
  [['::1']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::7f00:1']],
  [['fd00:ec2::254']],
  // One of them public: a client that tries all would reach the other.
  [['8.8.8.8', '127.0.0.1']],
  [['127.0.0.1', '8.8.8.8']],
])('nothing is sent to a name that leads to %j', async (addresses) => {
  const { port, connections } = await trap();
  const resolve = jest.fn(async () => addresses);
  expect(await send(`https://hooks.example.com:${port}/`, { resolve })).toEqual({ kind: 'forbidden' });
  expect(connections()).toBe(0);
  expect(resolve).toHaveBeenCalledTimes(1);
});

test('an address that is no name is judged too, and asked of nobody', async () => {
  const { port, connections } = await trap();
  const resolve = jest.fn(async () => ['8.8.8.8']);
  for (const host of ['127.0.0.1', '2130706433', '[::1]', '[::ffff:7f00:1]']) {
    expect(await send(`https://${host}:${port}/`, { resolve })).toEqual({ kind: 'forbidden' });
  }
  expect([connections(), resolve.mock.calls.length]).toEqual([0, 0]);
});

test('a name is asked once for a try, and the connection goes to what was answered then', async () => {
  const { port, connections } = await trap();
  // It leads elsewhere a moment later, and nobody else knows it at all.
  const answers = [['127.0.0.1'], ['127.0.0.2']];
  const resolve = jest.fn(async () => answers.shift() ?? []);
  const options = { resolve, targets: 'loopback' } as const;
  expect(await send(`https://hooks.example.invalid:${port}/`, options)).toEqual({ kind: 'unreachable' });
  expect([connections(), resolve.mock.calls]).toEqual([1, [['hooks.example.invalid']]]);
});

test('a redirect is an answer, and is not followed', async () => {
  const { port: secret, connections } = await trap();
  const { port } = await listen((_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${secret}/` }).end(),
  );
  expect(await send(`http://127.0.0.1:${port}/`, { targets: 'loopback' })).toEqual({ kind: 'answered', status: 307 });
  expect(connections()).toBe(0);
});

test('what is posted arrives as it is, and an endless answer is not waited for', async () => {
  const bodies: string[] = [];
  const { port } = await listen((request, response) => {
    request.on('data', (part) => bodies.push(String(part)));
    request.on('end', () => response.writeHead(202).write('x'.repeat(100_000)));
  });
  expect(await send(`http://127.0.0.1:${port}/a?b=1`, { targets: 'loopback' })).toEqual({
    kind: 'answered',
    status: 202,
  });
  expect(bodies).toEqual([POST.body]);
});

test('a receiver that is silent, or whose name is asked in vain, is given up', async () => {
  const { port } = await listen(() => undefined);
  const options = { targets: 'loopback', answerMsMax: 100 } as const;
  expect(await send(`http://127.0.0.1:${port}/`, options)).toEqual({ kind: 'unreachable' });
  const never = { answerMsMax: 100, resolve: () => new Promise<never>(() => undefined) };
  expect(await send('https://hooks.example.com/', never)).toEqual({ kind: 'unreachable' });
  const unknown = { resolve: () => Promise.reject(new Error('ENOTFOUND')) };
  expect(await send('https://hooks.example.com/', unknown)).toEqual({ kind: 'unreachable' });
});
