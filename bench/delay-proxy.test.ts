import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';
import { listen, readBytes } from './http-api.ts';

const RTT_MS = 40;
let server: Server | undefined;
let proxy: DelayProxy | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  proxy?.stop();
});

async function openEcho(): Promise<string> {
  server = createServer((incoming, outgoing) => {
    void readBytes(incoming).then((bytes) => outgoing.end(bytes));
  });
  proxy = await startDelayProxy([Number(new URL(await listen(server)).port)], RTT_MS);
  return `http://127.0.0.1:${proxy.ports[0] ?? 0}`;
}

test('bytes come through in both directions, in their order, whatever their number', async () => {
  const url = await openEcho();
  const bytes = Buffer.from(Array.from({ length: 9_000_001 }, (_none, index) => index % 253));
  const answer = await fetch(url, { method: 'POST', body: bytes });
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
});

test('no answer comes sooner than its way takes, and a new connection needs another round trip', async () => {
  const url = await openEcho();
  const startedAt = performance.now();
  await (await fetch(url, { method: 'POST', body: 'first' })).text();
  const connectedAt = performance.now();
  await (await fetch(url, { method: 'POST', body: 'second' })).text();
  const endedAt = performance.now();
  // A timer may fire up to a millisecond early.
  expect(connectedAt - startedAt).toBeGreaterThan(2 * RTT_MS - 2);
  expect(endedAt - connectedAt).toBeGreaterThan(RTT_MS - 2);
});
