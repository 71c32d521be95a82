import type { Socket as NetSocket } from 'node:net';
import { Agent, buildConnector, WebSocket } from 'undici';
import type { Socket, SocketConnector, SocketListener } from '../../api/socket-connector.ts';

/** WebSockets over undici, as all requests. */
export const nodeSockets: SocketConnector = { connect: (url, listener) => new NodeSocket(url, listener) };

/**
 * One WebSocket. Closing says goodbye and does not wait for an answer: on a line that was cut none would come, and the connection
 * would keep the process alive.
 */
export class NodeSocket implements Socket {
  readonly #listener: SocketListener;
  readonly #agent: Agent;
  readonly #webSocket: WebSocket | undefined;
  #connection: NetSocket | undefined;
  #isOver = false;

  constructor(url: string, listener: SocketListener) {
    this.#listener = listener;
    const connect = buildConnector({ allowH2: false });
    this.#agent = new Agent({
      connect: (options, callback) => {
        connect(options, (...[failure, connection]) => {
          if (failure !== null) {
            callback(failure, null);
            return;
          }
          this.#connection = connection;
          callback(null, connection);
        });
      },
    });
    this.#webSocket = this.#open(url);
  }

  send(text: string): void {
    if (this.#webSocket?.readyState === WebSocket.OPEN) this.#webSocket.send(text);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#webSocket?.close();
    this.#release();
  }

  #open(url: string): WebSocket | undefined {
    try {
      const webSocket = new WebSocket(url, { dispatcher: this.#agent });
      webSocket.binaryType = 'arraybuffer';
      webSocket.addEventListener('open', () => {
        if (!this.#isOver) this.#listener.onOpen();
      });
      webSocket.addEventListener('message', ({ data }) => this.#hear(data));
      webSocket.addEventListener('error', () => this.#end());
      webSocket.addEventListener('close', () => this.#end());
      return webSocket;
    } catch {
      // An address that is none. The listener hears of it as of every other failure, but not before this has returned.
      setImmediate(() => this.#end());
      return undefined;
    }
  }

  #hear(data: unknown): void {
    if (this.#isOver) return;
    if (typeof data === 'string') this.#listener.onMessage(data);
    else if (data instanceof ArrayBuffer) this.#listener.onMessage(new Uint8Array(data));
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#listener.onClose();
  }

  /** What was written before, such as the goodbye, still goes out. */
  #release(): void {
    this.#connection?.destroySoon();
    void this.#agent.destroy();
  }
}
