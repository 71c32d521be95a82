import { connect, type Socket } from 'node:net';
import { errorCode } from '../platform/node/error-code.ts';
import { controlAddress, isTrusted } from './control-address.ts';
import { ControlError } from './control-error.ts';
import {
  type ControlAnswer,
  type ControlInput,
  type ControlRequestType,
  decodeAnswer,
  encodeRequest,
} from './control-protocol.ts';
import type { DaemonStatus } from './daemon-status.ts';
import { ANSWER_BYTES_MAX, ANSWER_MS_MAX } from './limits.ts';
import { type ReadLine, readLines } from './read-lines.ts';

/** A connection to the daemon of an installation. */
export interface DaemonConnection {
  /**
   * @throws ControlError when the daemon refuses it, goes away, or does not answer within `msMax` (none: however long it takes).
   */
  request<T extends Exclude<ControlRequestType, 'watch'>>(
    type: T,
    input: ControlInput<T>,
    options?: { readonly msMax?: number | 'none'; readonly signal?: AbortSignal },
  ): Promise<ControlAnswer<T>>;
  /** The status now and after every change, until the daemon ends. The connection is of no other use then. @throws ControlError */
  watch(): AsyncGenerator<DaemonStatus>;
  close(): void;
}

/** Connects to the daemon of an installation; undefined when none runs. @throws Error of the operating system. */
export async function connectDaemon(home: string): Promise<DaemonConnection | undefined> {
  const address = controlAddress(home);
  if (!(await isTrusted(address))) return undefined;
  const socket = await open(address.path);
  return socket === undefined ? undefined : openConnection(socket);
}

/** Codes that say that nobody listens: no socket, or one whose process has died. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (error: unknown): void => {
      if (NOBODY.has(errorCode(error) ?? '')) resolve(undefined);
      else reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.removeListener('error', fail);
      // What goes wrong later is told by reading.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

function openConnection(socket: Socket): DaemonConnection {
  const lines = readLines(socket, { bytesMax: ANSWER_BYTES_MAX });
  const ask = <T extends ControlRequestType>(type: T, input: ControlInput<T>): void => {
    socket.write(`${encodeRequest(type, input)}\n`);
  };
  const stop = (): void => void socket.destroy();
  return {
    async request(type, input, options = {}) {
      const { msMax = ANSWER_MS_MAX, signal } = options;
      const timer = msMax === 'none' ? undefined : setTimeout(stop, msMax);
      signal?.addEventListener('abort', stop, { once: true });
      const startedMs = performance.now();
      try {
        ask(type, input);
        const line = await nextLine(lines);
        signal?.throwIfAborted();
        if (line !== undefined) return readAnswer(type, line);
        throw msMax !== 'none' && performance.now() - startedMs >= msMax ? noAnswer() : disconnected();
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      }
    },
    async *watch() {
      ask('watch', {});
      for (;;) {
        const line = await nextLine(lines);
        if (line === undefined) return;
        yield readAnswer('watch', line);
      }
    },
    close: stop,
  };
}

/** Undefined when the connection ended, in whatever way. @throws ControlError for a line that is too long. */
async function nextLine(lines: AsyncGenerator<ReadLine>): Promise<string | undefined> {
  let read: IteratorResult<ReadLine>;
  try {
    read = await lines.next();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
  if (read.done === true) return undefined;
  if (read.value.kind === 'line') return read.value.text;
  throw new ControlError({ code: 'too_long', message: 'The answer of the Syncline in the background is too long.' });
}

function readAnswer<T extends ControlRequestType>(type: T, line: string): ControlAnswer<T> {
  const decoded = decodeAnswer(type, line);
  if (decoded.kind === 'answer') return decoded.value;
  const { code, message, remedy } = decoded;
  throw new ControlError({ code, message, remedy });
}

function disconnected(): ControlError {
  const message = 'The Syncline that runs in the background has ended.';
  return new ControlError({ code: 'disconnected', message, remedy: 'Start it with `syncline start`.' });
}

function noAnswer(): ControlError {
  return new ControlError({
    code: 'no_answer',
    message: 'The Syncline that runs in the background does not answer.',
    remedy: 'Try again; if it stays so, end its process and start it with `syncline start`.',
  });
}
