import { ServerMessage } from '@syncline/protocol';

/** A push that has not come by then does not come: the emulator looks at its streams once a second. */
const SILENCE_MS_MAX = 30_000;

/** A connected socket that keeps what it hears. */
export interface HeardSocket {
  readonly socket: WebSocket;
  /** @throws when nothing comes for SILENCE_MS_MAX. */
  readonly next: () => Promise<ServerMessage>;
}

export async function connectSocket(url: string): Promise<HeardSocket> {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const heard: ServerMessage[] = [];
  let wake: (() => void) | undefined;
  socket.addEventListener('message', ({ data }) => {
    const text = typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString();
    heard.push(ServerMessage.parse(JSON.parse(text)));
    wake?.();
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the socket did not open')));
  });
  return {
    socket,
    async next() {
      while (heard.length === 0) {
        await new Promise<void>((resolve, reject) => {
          const silence = setTimeout(() => reject(new Error('nothing was pushed')), SILENCE_MS_MAX);
          wake = () => {
            clearTimeout(silence);
            resolve();
          };
        });
      }
      return heard.shift() as ServerMessage;
    },
  };
}
