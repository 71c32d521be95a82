import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Cursor } from '@syncline/protocol';
import { NAMESPACE_ID } from '../../test/simulated-push-service.ts';
import { SocketServer } from '../../test/socket-server.ts';
import { systemClock } from '../api/system-clock.ts';
import { nodeSockets } from '../platform/node/node-socket.ts';
import { NamespaceHints } from './namespace-hints.ts';
import { SocketHub } from './socket-hub.ts';

let server: SocketServer;

beforeEach(async () => {
  server = new SocketServer();
  await server.start();
});
afterEach(() => server.stop());

test('real sockets bring hints, are opened again after a cut with another ticket, and are gone after closing', async () => {
  let tickets = 0;
  const api = {
    openSocket: async () => {
      tickets += 1;
      const url = `${server.url}?ticket=${tickets}`;
      return { ok: true as const, value: { url, expiresAt: '2099-01-01T00:00:00.000Z' } };
    },
    waitForChanges: () => Promise.reject(new Error('nobody waits while there is a socket')),
  };
  const base = { api, clock: systemClock, random: () => 0 };
  const hub = new SocketHub({ ...base, connector: nodeSockets });
  const hints = new NamespaceHints({ ...base, hub }, NAMESPACE_ID);
  const told: string[] = [];
  let wake: (() => void) | undefined;
  hints.onHint(() => {
    told.push('hint');
    wake?.();
  });
  const hinted = async (count: number): Promise<void> => {
    while (told.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await hinted(1);
  hints.seen({ cursor: Cursor.parse('c'), seq: 1, mounted: new Map() });
  const pushed = { type: 'changed', namespaceId: NAMESPACE_ID, epoch: 1, seq: 2 };
  server.push(JSON.stringify(pushed), 'binary');
  await hinted(2);
  hints.seen({ cursor: Cursor.parse('d'), seq: 2, mounted: new Map() });
  server.push(JSON.stringify(pushed));
  server.push(JSON.stringify({ ...pushed, seq: 3 }));
  await hinted(3);
  server.cut();
  await hinted(4);
  expect([told.length, hints.way(), server.asked]).toEqual([4, 'socket', ['/v1?ticket=1', '/v1?ticket=2']]);
  await hints.close();
  await hub.close();
  while (server.lines > 0) await new Promise((resolve) => setImmediate(resolve));
});
