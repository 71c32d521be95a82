import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { errorCode } from '../platform/node/error-code.ts';
import { type ControlAddress, makeControlDirectory } from './control-address.ts';
import {
  type ControlAnswer,
  type ControlInput,
  type ControlRefusal,
  type ControlRequest,
  type ControlRequestType,
  decodeRequest,
  encodeAnswer,
  encodeRefusal,
} from './control-protocol.ts';
import { CONNECTIONS_MAX, REQUEST_BYTES_MAX, REQUEST_IDLE_MS_MAX } from './limits.ts';
import { readLines } from './read-lines.ts';

export type Answered<T extends ControlRequestType> =
  | { readonly kind: 'answer'; readonly value: ControlAnswer<T> }
  | { readonly kind: 'refused'; readonly refusal: ControlRefusal };

/** What answers requests. The signal aborts when the one who asked has gone. */
export type ControlHandlers = {
  readonly [T in Exclude<ControlRequestType, 'watch'>]: (
    input: ControlInput<T>,
    signal: AbortSignal,
  ) => Promise<Answered<T>>;
} & {
  /** Each value is asked for when the one before has been taken: a slow reader gets fewer, never older ones. */
  readonly watch: (signal: AbortSignal) => AsyncIterable<ControlAnswer<'watch'>>;
};

interface Serving {
  readonly handlers: ControlHandlers;
  readonly onFailure: (failure: unknown) => void;
}

export interface ControlServer {
  /** Ends all connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens on the control socket of an installation. What is no request is refused and changes nothing.
 *
 * Precondition: the caller holds the lock of the installation, so a socket that is there belongs to a process that has died.
 * @throws Error of the operating system, when it cannot listen.
 */
export async function openControlServer(
  options: { readonly address: ControlAddress; readonly home: string; readonly onFailure: (failure: unknown) => void },
  handlers: ControlHandlers,
): Promise<ControlServer> {
  const { address, home, onFailure } = options;
  await makeControlDirectory(address, home);
  if (address.directory !== undefined) await rm(address.path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, { handlers, onFailure }).catch((failure: unknown) => {
      socket.destroy();
      // A code is that of a connection which ended in the middle; that is the other side's affair.
      if (errorCode(failure) === undefined) onFailure(failure);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, address.path);
  if (address.directory !== undefined) await chmod(address.path, 0o600);
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

async function serveConnection(socket: Socket, { handlers, onFailure }: Serving): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  // Without a listener an error of the connection would end the process; reading and writing tell it too.
  socket.on('error', leave);
  socket.on('close', leave);
  socket.setTimeout(REQUEST_IDLE_MS_MAX, () => socket.destroy());
  const lines = readLines(socket, { bytesMax: REQUEST_BYTES_MAX });
  for (let next = lines.next(); ; ) {
    const read = await next;
    if (read.done === true) break;
    if (read.value.kind === 'too-long') {
      await send(socket, encodeRefusal({ code: 'bad_request', message: 'The request is too long.' }));
      break;
    }
    const decoded = decodeRequest(read.value.text);
    // Reading ahead shows it when the one who asked goes away; who watches has nothing more to say.
    const isWatch = decoded.kind === 'request' && decoded.request.type === 'watch';
    next = lines.next();
    next.then((after) => (isWatch || after.done === true ? leave() : undefined), leave);
    // An answer may take longer than a request may let us wait.
    socket.setTimeout(0);
    if (decoded.kind === 'refused') await send(socket, encodeRefusal(decoded.refusal));
    else if (decoded.request.type === 'watch') {
      for await (const status of handlers.watch(gone.signal)) await send(socket, encodeAnswer<'watch'>(status));
      break;
    } else await send(socket, await answer({ handlers, onFailure }, decoded.request, gone.signal));
    socket.setTimeout(REQUEST_IDLE_MS_MAX);
  }
  socket.end();
}

async function answer(
  { handlers, onFailure }: Serving,
  request: Exclude<ControlRequest, { readonly type: 'watch' }>,
  signal: AbortSignal,
): Promise<string> {
  const handle = handlers[request.type] as (
    input: unknown,
    signal: AbortSignal,
  ) => Promise<Answered<ControlRequestType>>;
  try {
    const answered = await handle(request.input, signal);
    return answered.kind === 'answer' ? encodeAnswer(answered.value) : encodeRefusal(answered.refusal);
  } catch (failure) {
    onFailure(failure);
    const code = errorCode(failure);
    const message = `Syncline could not do it${code === undefined ? '' : ` (${code})`}.`;
    return encodeRefusal({ code: 'internal', message, remedy: 'Look at what `syncline doctor` says.' });
  }
}

/** Resolves when the line is on its way, so that nothing piles up for one who does not read. */
function send(socket: Socket, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
