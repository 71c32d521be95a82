import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@syncline/protocol';
import { apiHeaders, siteHeaders } from '@syncline/web/response-headers';
import { createApiProxy } from './api-proxy.ts';
import { type FrontServer, startFrontServer } from './front-server.ts';
import { StartProblem } from './start-problem.ts';

const PEERS = { contents: 'http://127.0.0.1:1', socket: 'ws://127.0.0.1:1', hasTls: false };

let directory: string;
let siteDir: string;
let api: Server;
let apiUrl: string;
let front: FrontServer;
/** What the API saw of the last request, and how it answers it. */
let seen: { url?: string | undefined; headers: NodeJS.Dict<string | string[]>; body: string };
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'syncline-front-'));
  siteDir = path.join(directory, 'site');
  await mkdir(path.join(siteDir, 'assets'), { recursive: true });
  await writeFile(path.join(siteDir, 'index.html'), '<!doctype html>app');
  await writeFile(path.join(siteDir, 'link.html'), '<!doctype html>link');
  await writeFile(path.join(siteDir, 'favicon.svg'), '<svg/>');
  await writeFile(path.join(siteDir, 'assets/index-1a2b.js'), 'export {}');
  await writeFile(path.join(directory, 'secret.txt'), 'not of the site');
  const hear = async (from: IncomingMessage, response: ServerResponse): Promise<void> => {
    seen = { url: from.url, headers: from.headers, body: await text(from) };
    answer(response);
  };
  api = createServer((from, response) => void hear(from, response)).listen(0, '127.0.0.1');
  await once(api, 'listening');
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/stage`;
  front = await startFrontServer({ port: 0, siteDir, apiUrl, peers: PEERS });
});

afterAll(async () => {
  await front.stop();
  api.closeAllConnections();
  api.close();
  await rm(directory, { recursive: true, force: true });
});

/** A request whose path is sent as it is: `fetch` would tidy it up. */
async function get(rawPath: string, method = 'GET'): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(front.url);
  const sent = request({ hostname, port, path: rawPath, method });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

describe('the files of the app', () => {
  test.each([
    ['/', '<!doctype html>app', 'text/html; charset=utf-8', 'no-cache'],
    ['/files/deep/link?x=1', '<!doctype html>app', 'text/html; charset=utf-8', 'no-cache'],
    ['/l/unknown', '<!doctype html>link', 'text/html; charset=utf-8', 'no-cache'],
    ['/favicon.svg', '<svg/>', 'image/svg+xml', 'no-cache'],
    ['/assets/index-1a2b.js', 'export {}', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s comes with its type, its caching and all headers of the site', async (place, body, type, caching) => {
    const response = await fetch(`${front.url}${place}`);
    expect([response.status, await response.text()]).toEqual([200, body]);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({ ...siteHeaders(PEERS), 'content-type': type, 'cache-control': caching });
  });

  test('a file that the browser has is not sent again', async () => {
    const first = await fetch(`${front.url}/`);
    const etag = first.headers.get('etag') ?? '';
    await first.text();
    const again = await fetch(`${front.url}/`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await fetch(`${front.url}/favicon.svg`, { headers: { 'if-none-match': etag } });
    expect([other.status, await other.text()]).toEqual([200, '<svg/>']);
  });

  test.each(['/assets/../../secret.txt', '/../secret.txt', '/assets/%2e%2e/%2e%2e/secret.txt', '//secret.txt'])(
    '%s never leads out of the site',
    async (place) => {
      expect((await get(place)).body).not.toContain('not of the site');
    },
  );

  test('what is not there is not answered by a page that a script tag would then run', async () => {
    expect((await get('/assets/index-gone.js')).status).toBe(404);
    expect((await get('/gone.png')).status).toBe(404);
  });

  test('they can be looked at and not written', async () => {
    expect(await get('/', 'HEAD')).toEqual({ status: 200, body: '' });
    expect((await get('/', 'POST')).status).toBe(405);
  });
});

test('the address of a link leads browsers to its page and programs to its bytes', async () => {
  const token = 'a'.repeat(43);
  const locationOf = async (place: string, accept: string) => {
    const response = await fetch(front.url + place, { headers: { accept }, redirect: 'manual' });
    return [response.status, response.headers.get('location'), response.headers.get('cache-control')];
  };
  expect(await locationOf(`/v1/public/${token}/download`, 'text/html')).toEqual([302, `/l/${token}`, 'no-store']);
  const download = `/v1/public/${token}/download`;
  expect(await locationOf(`/l/${token}`, '*/*')).toEqual([302, download, 'no-store']);
});

describe('the API', () => {
  test('gets the request as it is, and its answer comes back with the headers that forbid to run it', async () => {
    answer = (response) =>
      response
        .writeHead(201, { 'content-type': 'text/html', 'x-request-id': 'r', 'content-security-policy': 'x' })
        .end('<b>');
    const response = await fetch(`${front.url}/v1/nodes/a%2Fb?x=%20y`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect([response.status, await response.text()]).toEqual([201, '<b>']);
    expect(seen).toMatchObject({ url: '/stage/v1/nodes/a%2Fb?x=%20y', body: '{"a":1}' });
    expect(seen.headers).toMatchObject({ authorization: 'Bearer t', host: new URL(apiUrl).host });
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...apiHeaders(PEERS), 'x-request-id': 'r' });
  });

  test('is heard while it is still speaking', async () => {
    let speaking: ServerResponse | undefined;
    answer = (response) => {
      speaking = response;
      response.writeHead(200).write('first ');
    };
    const response = await fetch(`${front.url}/v1/long`);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first ');
    speaking?.end('second');
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second');
  });

  test('learns when nobody waits for its answer any more', async () => {
    const left = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    answer = (response) => {
      response.once('close', () => left.resolve());
      asked.resolve();
    };
    const controller = new AbortController();
    const response = fetch(`${front.url}/v1/changes/wait`, { signal: controller.signal });
    const outcome = response.catch(() => 'left');
    await asked.promise;
    controller.abort();
    expect(await outcome).toBe('left');
    await expect(left.promise).resolves.toBeUndefined();
  });

  test('that breaks off leaves no answer that looks whole', async () => {
    let speaking: ServerResponse | undefined;
    answer = (response) => {
      speaking = response;
      response.writeHead(200).write('half');
    };
    const response = await fetch(`${front.url}/v1/half`);
    speaking?.destroy();
    await expect(response.text()).rejects.toThrow();
  });

  test('that may close a connection soon is not asked over it any more', async () => {
    const connections = new Set<number | undefined>();
    const closing = createServer(({ socket }, response) => {
      connections.add(socket.remotePort);
      socket.once('close', () => closed.resolve());
      response.end('answer');
    }).listen(0, '127.0.0.1');
    // Never: so it is the proxy that ends them.
    closing.keepAliveTimeout = 0;
    const closed = Promise.withResolvers<void>();
    await once(closing, 'listening');
    const { port } = closing.address() as AddressInfo;
    const proxy = createApiProxy({ apiUrl: `http://127.0.0.1:${port}`, headers: {}, idleMsMax: 500 });
    const server = createServer((from, response) => proxy.forward(from, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await (await fetch(url)).text();
    await (await fetch(url)).text();
    expect(connections.size).toBe(1);
    await closed.promise;
    expect(await (await fetch(url)).text()).toBe('answer');
    expect(connections.size).toBe(2);
    proxy.close();
    for (const each of [server, closing]) {
      each.closeAllConnections();
      each.close();
    }
  });

  test('that does not answer is told as a refusal that clients know', async () => {
    const lonely = await startFrontServer({ port: 0, siteDir, apiUrl: 'http://127.0.0.1:1', peers: PEERS });
    const response = await fetch(`${lonely.url}/v1/configuration`);
    expect(Problem.parse(await response.json())).toMatchObject({ status: 503, code: 'unavailable', remedy: 'retry' });
    await lonely.stop();
  });
});

test('a port that is taken is named, with what to do', async () => {
  const port = Number(new URL(front.url).port);
  const second = startFrontServer({ port, siteDir, apiUrl, peers: PEERS });
  await expect(second).rejects.toThrow(StartProblem);
  const problem: unknown = await second.catch((error: unknown) => error);
  expect((problem as StartProblem).remedy).toContain(`--web-port ${port + 1}`);
});
