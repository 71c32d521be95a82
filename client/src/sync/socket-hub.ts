import { InvariantError, type NamespaceId, type ServerMessage } from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import type { Clock, Random } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import type { SocketConnector } from '../api/socket-connector.ts';
import { growingDelayMs } from './growing-delay.ts';
import {
  SOCKET_FAILURES_MAX,
  SOCKET_RENEW_MS,
  SOCKET_RENEW_SPREAD_MS,
  SOCKET_RETRY,
  SOCKET_SETTLED_MS,
  WAKE_CHECK_MS,
  WAKE_JUMP_MS,
} from './limits.ts';
import { SocketConnection } from './socket-connection.ts';

export interface SocketHubDependencies {
  readonly api: Pick<ApiClient, 'openSocket'>;
  readonly connector: SocketConnector;
  readonly clock: Clock;
  readonly random: Random;
}

export type ChangedPush = Extract<ServerMessage, { readonly type: 'changed' }>;
export type ProgressPush = Extract<ServerMessage, { readonly type: 'progress' }>;

export interface SocketHubOptions {
  /** This device, or one of its memberships, has been revoked. */
  readonly onRevoked?: () => void;
}

/** - `down`: so many attempts have failed in a row that changes must be looked for in another way. */
export type SocketState = 'connecting' | 'connected' | 'down';

/** Who wants to hear of one namespace. Called one after the other, from the socket's events. */
export interface HubSubscriber {
  readonly namespaceId: NamespaceId;
  onChanged(push: ChangedPush): void;
  /** Pushes may have been lost until now. */
  onGap(): void;
  onState(): void;
}

/** Who wants to hear of uploads of other devices into some namespaces. */
export interface UploadListener {
  readonly follows: (namespaceId: NamespaceId) => boolean;
  onProgress(push: ProgressPush): void;
}

/**
 * The one socket of a process, for all its folders. It is opened with a fresh ticket, opened again after every end, replaced
 * before the service ends it, and opened at once when the machine has slept. After every opening all subscribers are told of a
 * gap, because what was pushed meanwhile is lost.
 *
 * Attempts are apart by SOCKET_RETRY, however they fail. What fails is kept in `failure` and never thrown: without a socket
 * hints come in another way.
 */
export class SocketHub {
  readonly #dependencies: SocketHubDependencies;
  readonly #options: SocketHubOptions;
  readonly #subscribers = new Set<HubSubscriber>();
  readonly #listeners = new Set<UploadListener>();
  readonly #life = new AbortController();
  readonly #running: Promise<unknown>;
  /** Ends what the attempts wait for, so that the next one begins at once. */
  #turn = new AbortController();
  #current: SocketConnection | undefined;
  /** Attempts and short-lived sockets in a row. */
  #failures = 0;
  #failure: unknown;
  #state: SocketState = 'connecting';

  constructor(dependencies: SocketHubDependencies, options: SocketHubOptions = {}) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#running = Promise.all([this.#keepConnected(), this.#watchClock()]);
  }

  state(): SocketState {
    return this.#state;
  }

  /** Why the last attempt failed; undefined while there is a socket. */
  get failure(): unknown {
    return this.#state === 'connected' ? undefined : this.#failure;
  }

  /** Answers the way to end it. */
  subscribe(subscriber: HubSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Lets somebody hear how far uploads have come; what is lost is not told again. Answers the way to end it. */
  followUploads(listener: UploadListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the socket and everything that would open another one. */
  async close(): Promise<void> {
    this.#life.abort();
    this.#turn.abort();
    this.#current?.close();
    await this.#running;
  }

  async #keepConnected(): Promise<void> {
    const { clock } = this.#dependencies;
    while (!this.#life.signal.aborted) {
      this.#turn = new AbortController();
      const turn = this.#turn.signal;
      const opened = await this.#connect(turn);
      if (opened === undefined || turn.aborted || opened.ended.aborted) {
        opened?.close();
        await this.#failAndPause(turn);
        continue;
      }
      this.#replace(opened);
      if (await pause(clock, SOCKET_SETTLED_MS, opened.ended)) this.#failures = 0;
      const isDue = await pause(clock, this.#renewMs(), opened.ended);
      if (!isDue) await this.#failAndPause(turn);
    }
  }

  #renewMs(): number {
    return Math.round(SOCKET_RENEW_MS - SOCKET_SETTLED_MS - SOCKET_RENEW_SPREAD_MS * this.#dependencies.random());
  }

  /** A socket that ended counts as well, so that a service that drops everybody is not met by everybody at once. */
  async #failAndPause(turn: AbortSignal): Promise<void> {
    // Something else than a failure ended the turn: the next attempt is due.
    if (turn.aborted) return;
    const { clock, random } = this.#dependencies;
    const delayMs = growingDelayMs(SOCKET_RETRY, this.#failures, random);
    this.#failures += 1;
    this.#tellState();
    await pause(clock, delayMs, turn);
  }

  /** Opens a socket; undefined when that failed or the turn has ended. */
  async #connect(turn: AbortSignal): Promise<SocketConnection | undefined> {
    const url = await this.#takeTicket(turn);
    if (url === undefined || turn.aborted) return undefined;
    const connection: SocketConnection = new SocketConnection(this.#dependencies, {
      url,
      onMessage: (message) => this.#hear(message),
      onEnd: () => this.#forget(connection),
    });
    const abort = (): void => connection.close();
    turn.addEventListener('abort', abort, { once: true });
    const isOpen = await connection.open();
    turn.removeEventListener('abort', abort);
    if (isOpen) return connection;
    this.#failure = new Error('the socket did not open');
    return undefined;
  }

  async #takeTicket(turn: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await this.#dependencies.api.openSocket({ body: {}, signal: turn });
      if (answer.ok) return answer.value.url;
      this.#failure = answer.problem;
      // This device was unlinked while no socket stood: the refusal of the delta is what it has to act on.
      if (answer.problem.details?.unlinked === true) this.#tellGap();
    } catch (failure) {
      if (failure instanceof InvariantError) throw failure;
      this.#failure = failure;
    }
    return undefined;
  }

  /** The new socket stands before the old one is closed, so that nothing is lost between them. */
  #replace(opened: SocketConnection): void {
    const old = this.#current;
    this.#current = opened;
    old?.close();
    this.#tellState();
    this.#tellGap();
  }

  #forget(connection: SocketConnection): void {
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#tellState();
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'changed':
        for (const subscriber of this.#subscribers) {
          if (subscriber.namespaceId === message.namespaceId) subscriber.onChanged(message);
        }
        break;
      case 'progress':
        for (const listener of this.#listeners) {
          if (listener.follows(message.namespaceId)) listener.onProgress(message);
        }
        break;
      case 'revoked':
        this.#options.onRevoked?.();
        // Where it was a membership, only the delta tells which.
        this.#tellGap();
        break;
      case 'pong':
        break;
    }
  }

  #tellGap(): void {
    for (const subscriber of this.#subscribers) subscriber.onGap();
  }

  #tellState(): void {
    const isDown = this.#failures >= SOCKET_FAILURES_MAX;
    const state = this.#current !== undefined ? 'connected' : isDown ? 'down' : 'connecting';
    if (state === this.#state) return;
    this.#state = state;
    for (const subscriber of this.#subscribers) subscriber.onState();
  }

  /** A machine that sleeps stops its timers: the clock that went on shows it. A clock that was set looks the same, and harms nothing. */
  async #watchClock(): Promise<void> {
    const { clock } = this.#dependencies;
    let lastMs = clock.now();
    while (await pause(clock, WAKE_CHECK_MS, this.#life.signal)) {
      const nowMs = clock.now();
      if (nowMs - lastMs > WAKE_CHECK_MS + WAKE_JUMP_MS) this.#wake();
      lastMs = nowMs;
    }
  }

  /** What was open before the sleep is dead, even if it does not know yet. */
  #wake(): void {
    this.#failures = 0;
    this.#turn.abort();
    this.#current?.close();
    this.#tellState();
    this.#tellGap();
  }
}
