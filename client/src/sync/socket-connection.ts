import type { ServerMessage } from '@syncline/protocol';
import type { Clock } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import type { Socket, SocketConnector } from '../api/socket-connector.ts';
import { SOCKET_OPEN_MS_MAX, SOCKET_PING_MS, SOCKET_PONG_MS_MAX } from './limits.ts';
import { readServerMessage } from './server-message.ts';

const PING = JSON.stringify({ action: 'ping' });

export interface SocketConnectionDependencies {
  readonly clock: Clock;
  readonly connector: SocketConnector;
}

export interface SocketConnectionOptions {
  /** An address with a ticket that has not been used. */
  readonly url: string;
  readonly onMessage: (message: ServerMessage) => void;
  /** Once, however it ended, and also when it never opened. */
  readonly onEnd: () => void;
}

/**
 * One socket, from the handshake to its end. It pings before its gateway takes it for idle, and ends itself when nothing is
 * heard after a ping: a line that was cut looks like one on which nothing happens.
 */
export class SocketConnection {
  readonly #clock: Clock;
  readonly #options: SocketConnectionOptions;
  readonly #socket: Socket;
  readonly #ended = new AbortController();
  /** Ends the wait for the handshake. */
  readonly #answered = new AbortController();
  #isOpen = false;
  #messages = 0;

  constructor({ clock, connector }: SocketConnectionDependencies, options: SocketConnectionOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#socket = connector.connect(options.url, {
      onOpen: () => {
        this.#isOpen = true;
        this.#answered.abort();
      },
      onMessage: (data) => this.#hear(data),
      onClose: () => this.#end(),
    });
  }

  /** Aborts when the connection has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether it opened in time; one that did not has ended. */
  async open(): Promise<boolean> {
    await pause(this.#clock, SOCKET_OPEN_MS_MAX, this.#answered.signal);
    if (!this.#isOpen) this.close();
    if (this.#ended.signal.aborted) return false;
    void this.#keepAlive();
    return true;
  }

  /** Ends it at once. Repeating it is no error. */
  close(): void {
    this.#socket.close();
    this.#end();
  }

  #end(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#answered.abort();
    this.#options.onEnd();
  }

  #hear(data: string | Uint8Array): void {
    if (this.#ended.signal.aborted) return;
    this.#messages += 1;
    const message = readServerMessage(data);
    if (message !== undefined) this.#options.onMessage(message);
  }

  /** Whatever is heard after a ping shows that the line stands, also the gateway's refusal of a ping that was one too many. */
  async #keepAlive(): Promise<void> {
    const { signal } = this.#ended;
    while (await pause(this.#clock, SOCKET_PING_MS, signal)) {
      const messages = this.#messages;
      this.#socket.send(PING);
      await pause(this.#clock, SOCKET_PONG_MS_MAX, signal);
      if (this.#messages === messages) this.close();
    }
  }
}
