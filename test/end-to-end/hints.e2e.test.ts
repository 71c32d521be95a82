import { beforeAll, expect, test } from '@jest/globals';
import { rootNodeId, SECOND_MS } from '@syncline/protocol';
import type { SocketConnector } from '../../client/src/api/socket-connector.ts';
import { systemClock } from '../../client/src/api/system-clock.ts';
import { nodeSockets } from '../../client/src/platform/node/node-socket.ts';
import { NamespaceHints } from '../../client/src/sync/namespace-hints.ts';
import { readServerMessage } from '../../client/src/sync/server-message.ts';
import { SocketHub } from '../../client/src/sync/socket-hub.ts';
import { type ApiDevice, newEmail, newOpId, openApiDevice, valueOf } from '../support/api-device.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** A hint that has not come by then does not come: only the safety poll would be left, which is minutes away. */
const SILENCE_MS_MAX = 30 * SECOND_MS;

let desk: ApiDevice;
let laptop: ApiDevice;

beforeAll(async () => {
  const { apiUrl } = sharedStack();
  const email = newEmail();
  desk = await openApiDevice({ apiUrl, email });
  laptop = await openApiDevice({ apiUrl, email });
});

async function makeFolder(name: string): Promise<number> {
  const namespaceId = desk.account.homeNamespaceId;
  const place = { namespaceId, parentId: rootNodeId(namespaceId), name };
  const operation = { type: 'mkdir' as const, opId: newOpId(), ...place };
  const [result] = valueOf(await desk.api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error('the folder is made');
  return result.seq;
}

/** The laptop's hints, as a process that runs has them. `read` does what an engine does with one. */
function openHints(connector: SocketConnector) {
  const { api } = laptop;
  const base = { api, clock: systemClock, random: Math.random };
  const hub = new SocketHub({ ...base, connector });
  const hints = new NamespaceHints({ ...base, hub }, laptop.account.homeNamespaceId);
  const told: string[] = [];
  let wake: (() => void) | undefined;
  hints.onHint(() => {
    told.push(hints.way());
    wake?.();
  });
  const read = async (seq: number): Promise<void> => {
    hints.seen({ cursor: valueOf(await api.getCursor()).cursor, seq, mounted: new Map() });
  };
  const hinted = async (count: number): Promise<readonly string[]> => {
    while (told.length < count) {
      await new Promise<void>((resolve, reject) => {
        const silence = setTimeout(() => reject(new Error('no hint came')), SILENCE_MS_MAX);
        wake = () => {
          clearTimeout(silence);
          resolve();
        };
      });
    }
    return told.slice(0, count);
  };
  const close = async (): Promise<void> => {
    await hints.close();
    await hub.close();
  };
  return { hints, read, hinted, close };
}

test('a commit of one device is a hint on the other by the socket', async () => {
  const { hinted, read, close } = openHints(nodeSockets);
  expect(await hinted(1)).toEqual(['socket']);
  await read(0);
  await makeFolder('pushed as a hint');
  expect(await hinted(2)).toEqual(['socket', 'socket']);
  await close();
});

test('the service answers a ping, so that a silent line can be told from a quiet one', async () => {
  const { url } = valueOf(await laptop.api.openSocket({ body: {} }));
  const { promise: heard, resolve: hear } = Promise.withResolvers<string | Uint8Array>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const socket = nodeSockets.connect(url, { onOpen: open, onMessage: hear, onClose: () => undefined });
  await opened;
  socket.send('{"action":"ping"}');
  expect(readServerMessage(await heard)).toEqual({ type: 'pong' });
  socket.close();
});

test('where no socket can be opened, long-polls bring the hint', async () => {
  const refusing: SocketConnector = {
    connect: (_url, listener) => {
      const refusal = setImmediate(() => listener.onClose());
      return { send: () => undefined, close: () => clearImmediate(refusal) };
    },
  };
  const { hints, hinted, read, close } = openHints(refusing);
  await read(0);
  const deadlineMs = performance.now() + SILENCE_MS_MAX;
  while (hints.way() !== 'long-poll' && performance.now() < deadlineMs) await systemClock.sleep(100);
  await makeFolder('waited for');
  expect(await hinted(1)).toEqual(['long-poll']);
  await close();
});
