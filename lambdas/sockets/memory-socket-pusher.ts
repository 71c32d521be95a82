import type { ServerMessage } from '@syncline/protocol';
import type { SocketPusher } from './socket-pusher.ts';

/** The far end of a connection. */
export interface MemorySocket {
  receive(message: ServerMessage): void;
  /** The server has closed the connection. */
  closed(): void;
}

/** Pushes to sockets of the same process. */
export class MemorySocketPusher implements SocketPusher {
  readonly #sockets = new Map<string, MemorySocket>();

  open(connectionId: string, socket: MemorySocket): void {
    this.#sockets.set(connectionId, socket);
  }

  /** The far end went away without telling. */
  drop(connectionId: string): void {
    this.#sockets.delete(connectionId);
  }

  async post(connectionId: string, message: ServerMessage): Promise<'sent' | 'gone'> {
    const socket = this.#sockets.get(connectionId);
    if (socket === undefined) return 'gone';
    socket.receive(message);
    return 'sent';
  }

  async close(connectionId: string): Promise<void> {
    const socket = this.#sockets.get(connectionId);
    this.#sockets.delete(connectionId);
    socket?.closed();
  }
}
