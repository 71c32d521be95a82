import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { ApiGatewaySocketPusher } from '../../lambdas/sockets/api-gateway-socket-pusher.ts';
import { describeSocketPusher } from './socket-pusher.ts';

/**
 * The management of a WebSocket API, as far as pushes see it: what API Gateway answers for connections that are there,
 * and for others. The emulator's own is part of the end-to-end tests; it cannot tell a caller the id of his connection.
 */
const sockets = new Map<string, unknown[]>();
/** Statuses that are answered before anything else is done. */
const failures: number[] = [];
const requests: { readonly method: string; readonly url: string; readonly authorization: string }[] = [];

const server: Server = createServer((request, response) => {
  void answer(request).then((status) => response.writeHead(status).end());
});

async function answer(request: IncomingMessage): Promise<number> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const { method = '', url = '' } = request;
  requests.push({ method, url, authorization: request.headers.authorization ?? '' });
  const failure = failures.shift();
  if (failure !== undefined) return failure;
  const id = decodeURIComponent(/^\/stage\/@connections\/([^/]+)$/.exec(url)?.[1] ?? '');
  const received = sockets.get(id);
  if (received === undefined) return 410;
  if (method === 'DELETE') sockets.delete(id);
  else received.push(JSON.parse(Buffer.concat(parts).toString()));
  return method === 'DELETE' ? 204 : 200;
}

const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/stage`);
  });
});

async function openPusher(): Promise<ApiGatewaySocketPusher> {
  const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
  return new ApiGatewaySocketPusher({ endpoint: await listening, connection: { region: 'eu-west-1', credentials } });
}

beforeEach(() => {
  failures.length = 0;
  requests.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describeSocketPusher(async () => {
  let count = 0;
  return {
    pusher: await openPusher(),
    open: async () => {
      // Their ids end like base 64.
      const connectionId = `L0SM9cOF/${count++}=`;
      const messages: unknown[] = [];
      sockets.set(connectionId, messages);
      return { connectionId, received: async () => messages, isClosed: async () => !sockets.has(connectionId) };
    },
  };
});

test('every request is signed for execute-api, and names the connection as one part of the path', async () => {
  const pusher = await openPusher();
  expect(await pusher.post('a/b=', { type: 'pong' })).toBe('gone');
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'POST', url: '/stage/@connections/a%2Fb%3D' });
  expect(requests[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/execute-api\/aws4_request/,
  );
  expect(requests[0]?.authorization).toContain('x-amz-security-token');
});

test('load and outages are passed over, and told when they last', async () => {
  const pusher = await openPusher();
  sockets.set('there', []);
  failures.push(429, 500, 503);
  expect(await pusher.post('there', { type: 'pong' })).toBe('sent');
  failures.push(500, 500, 500, 500);
  await expect(pusher.post('there', { type: 'pong' })).rejects.toThrow('did not answer');
  expect(requests).toHaveLength(8);
  expect(sockets.get('there')).toEqual([{ type: 'pong' }]);
});
