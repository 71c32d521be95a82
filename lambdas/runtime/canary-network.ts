import { assert } from '@syncline/protocol';
import type { CanaryRequest, CanarySocket, CanaryWire } from '../canary/canary-wire.ts';
import { MESSAGES_MAX, REQUEST_MS_MAX } from '../canary/limits.ts';

/** The network of this process, as any client on the internet has it. */
export const canaryNetwork: CanaryWire = {
  async send({ method, url, headers, body }: CanaryRequest) {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  },
  listen: openSocket,
};

async function openSocket(url: string): Promise<CanarySocket> {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const messages: unknown[] = [];
  let look: (() => void) | undefined;
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
    const text = typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString();
    if (messages.length < MESSAGES_MAX) messages.push(JSON.parse(text));
    look?.();
  });
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the socket did not open in time')), REQUEST_MS_MAX);
    socket.addEventListener('open', () => {
      clearTimeout(late);
      resolve();
    });
    socket.addEventListener('close', () => {
      clearTimeout(late);
      reject(new Error('the socket was refused'));
    });
  });
  return {
    hears(isMeant, withinMs) {
      assert(withinMs > 0, 'a push takes time');
      return new Promise((resolve) => {
        const late = setTimeout(() => resolve(false), withinMs);
        look = () => {
          if (!messages.some(isMeant)) return;
          clearTimeout(late);
          resolve(true);
        };
        look();
      });
    },
    close: () => socket.close(),
  };
}
