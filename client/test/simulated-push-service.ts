import { Cursor, NamespaceId, Problem, type RouteResponse, SOCKET_CONNECTION_MS } from '@syncline/protocol';
import type { ApiAnswer, ApiClient } from '../src/api/api-client.ts';
import type { Socket, SocketConnector, SocketListener } from '../src/api/socket-connector.ts';
import { UnavailableError } from '../src/api/unavailable-error.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export const NAMESPACE_ID = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
const LATENCY_MS = 50;
/** How long a request to a network that is down takes to fail, retries of the client included. */
const DOWN_MS = 5000;

/** How pushes are carried: lost, twice, late, or as they should be. Late ones are overtaken by others. */
export type PushFate = 'sent' | 'lost' | 'doubled' | 'late';

interface ServerSocket {
  readonly listener: SocketListener;
  /** Nothing passes any more, in neither direction, and nobody is told. */
  isSilent: boolean;
  isOpen: boolean;
  readonly life: AbortController;
}

export interface ServiceState {
  /** Whether requests are answered. */
  isReachable: boolean;
  /** What a handshake meets; `hanging` is never answered. */
  handshakes: 'opened' | 'refused' | 'hanging' | 'dropped';
  /** `unheld` answers at once that there is nothing. */
  longPolls: 'held' | 'refused' | 'unheld';
  fate: PushFate;
}

/** The service as far as hints go: tickets, sockets, pushes, long-polls and the head of one journal, on simulated time. */
export class SimulatedPushService {
  readonly state: ServiceState = { isReachable: true, handshakes: 'opened', longPolls: 'held', fate: 'sent' };
  readonly requests: { readonly atMs: number; readonly route: 'openSocket' | 'waitForChanges' | 'connect' }[] = [];
  readonly pings: number[] = [];
  /** What must never happen. */
  readonly violations: string[] = [];
  head = 1;
  epoch = 1;
  readonly #clock: SimulatedClock;
  readonly #tickets = new Set<string>();
  readonly #sockets = new Set<ServerSocket>();
  readonly #waiting: (() => void)[] = [];
  #issued = 0;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  /** Sockets that the client has not closed, whether or not anything passes. */
  get open(): number {
    return [...this.#sockets].filter((socket) => socket.isOpen).length;
  }

  cursor(): Cursor {
    return Cursor.parse(`cursor-${this.epoch}-${this.head}`);
  }

  readonly api: Pick<ApiClient, 'openSocket' | 'waitForChanges'> = {
    openSocket: async ({ signal }) => {
      this.#note('openSocket');
      await this.#travel(signal);
      this.#issued += 1;
      const url = `wss://socket.example?ticket=${this.#issued}`;
      this.#tickets.add(url);
      return { ok: true, value: { url, expiresAt: '2099-01-01T00:00:00.000Z' } };
    },
    waitForChanges: async ({ query, signal }) => {
      this.#note('waitForChanges');
      await this.#travel(signal);
      if (this.state.longPolls === 'refused') return refusal;
      if (query.cursor !== this.cursor()) return answer(true);
      if (this.state.longPolls === 'unheld') return answer(false);
      const changed = new AbortController();
      const stop = (): void => changed.abort();
      this.#waiting.push(stop);
      signal?.addEventListener('abort', stop, { once: true });
      await this.#clock.sleep(Number(query.timeout) * 1000, changed.signal).catch(() => undefined);
      signal?.throwIfAborted();
      await this.#travel(signal);
      return answer(query.cursor !== this.cursor());
    },
  };

  readonly connector: SocketConnector = {
    connect: (url, listener) => {
      this.#note('connect');
      if (!this.#tickets.delete(url)) this.violations.push('a ticket was used twice');
      const socket: ServerSocket = { listener, isSilent: false, isOpen: true, life: new AbortController() };
      this.#sockets.add(socket);
      if (this.open > 2) this.violations.push('more than two sockets at once');
      void this.#handshake(socket);
      return this.#clientOf(socket);
    },
  };

  /** A commit of another device. */
  change(): void {
    this.head += 1;
    for (const wake of this.#waiting.splice(0)) wake();
    const { fate } = this.state;
    if (fate === 'lost') return;
    const message = { type: 'changed', namespaceId: NAMESPACE_ID, epoch: this.epoch, seq: this.head };
    this.push(JSON.stringify(message), fate === 'late' ? 20_000 : LATENCY_MS);
    if (fate === 'doubled') this.push(JSON.stringify(message), 3000);
  }

  /** Says something on every socket: every second time in a binary frame. */
  push(text: string, delayMs = LATENCY_MS): void {
    const data = this.head % 2 === 0 ? text : new TextEncoder().encode(text);
    for (const socket of this.#sockets) void this.#later(socket, delayMs, () => socket.listener.onMessage(data));
  }

  /** Ends every socket as a restart of the service does. */
  drop(): void {
    for (const socket of this.#sockets) this.#endByServer(socket);
  }

  /** Cuts every line without anybody being told. */
  silence(): void {
    for (const socket of this.#sockets) socket.isSilent = true;
  }

  #note(route: 'openSocket' | 'waitForChanges' | 'connect'): void {
    this.requests.push({ atMs: this.#clock.passedMs, route });
  }

  async #travel(signal: AbortSignal | undefined): Promise<void> {
    await this.#clock.sleep(this.state.isReachable ? LATENCY_MS : DOWN_MS, signal);
    if (!this.state.isReachable) throw new UnavailableError('no answer');
  }

  async #handshake(socket: ServerSocket): Promise<void> {
    const { isReachable, handshakes } = this.state;
    if (!isReachable || handshakes === 'hanging') return;
    await this.#later(socket, LATENCY_MS, () => {
      if (handshakes === 'refused') this.#endByServer(socket);
      else socket.listener.onOpen();
    });
    if (handshakes === 'dropped') await this.#later(socket, LATENCY_MS, () => this.#endByServer(socket));
    await this.#later(socket, SOCKET_CONNECTION_MS, () => this.#endByServer(socket));
  }

  #endByServer(socket: ServerSocket): void {
    if (!socket.isOpen || socket.isSilent) return;
    this.#end(socket);
    socket.listener.onClose();
  }

  #end(socket: ServerSocket): void {
    socket.isOpen = false;
    socket.life.abort();
    this.#sockets.delete(socket);
  }

  #clientOf(socket: ServerSocket): Socket {
    return {
      send: (text) => {
        if (text !== '{"action":"ping"}') this.violations.push(`a client said ${text}`);
        if (!socket.isOpen) this.violations.push('something was said on a closed socket');
        this.pings.push(this.#clock.passedMs);
        void this.#later(socket, LATENCY_MS, () => socket.listener.onMessage('{"type":"pong"}'));
      },
      close: () => this.#end(socket),
    };
  }

  /** Does something with a socket after a while, if it still stands and something passes then. */
  async #later(socket: ServerSocket, ms: number, task: () => void): Promise<void> {
    await this.#clock.sleep(ms, socket.life.signal).catch(() => undefined);
    if (socket.isOpen && !socket.isSilent) task();
  }
}

function answer(changed: boolean): ApiAnswer<RouteResponse<'waitForChanges'>> {
  return { ok: true, value: { changed } };
}

const refusal = {
  ok: false as const,
  problem: Problem.parse({
    type: 'about:blank',
    title: 'forbidden',
    status: 403,
    code: 'forbidden',
    remedy: 'fix-request',
    detail: 'forbidden',
    requestId: 'r',
  }),
};
