import { type Cursor, InvariantError, type NamespaceId, WAIT_SECONDS_MAX } from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import type { Clock, Random } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import type { RemoteHints, SeenPosition } from '../engine/remote-hints.ts';
import { growingDelayMs } from './growing-delay.ts';
import { LONG_POLL_HELD_MS_MIN, LONG_POLL_PAUSE_MS, POLL, SAFETY_POLL } from './limits.ts';
import type { ChangedPush, HubSubscriber, SocketHub } from './socket-hub.ts';

export interface NamespaceHintsDependencies {
  readonly hub: Pick<SocketHub, 'state' | 'subscribe'>;
  readonly api: Pick<ApiClient, 'waitForChanges'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** How far one journal was read, and what was heard of it last. */
interface HeardNamespace {
  seq: number;
  /** Of the last push. In an epoch that is new here, `seq` says nothing about what was seen in another one. */
  epoch: number | undefined;
  readonly unsubscribe: () => void;
}

/**
 * The hints of a home namespace and of all that is mounted in it: by the hub's socket; while that is down by long-polls, and where they fail too by polling.
 * A change is hinted within HINT_DELAY_MS_MAX as long as the service can be reached in one of these ways.
 * Source: docs/decisions/0092-one-socket-three-ways.md
 */
export class NamespaceHints implements RemoteHints {
  readonly #dependencies: NamespaceHintsDependencies;
  readonly #life = new AbortController();
  readonly #homeId: NamespaceId;
  readonly #heard = new Map<NamespaceId, HeardNamespace>();
  readonly #running: Promise<void>;
  #callback: (() => void) | undefined;
  #hasMissed = false;
  /** Ends what is waited for when hints come in another way from now on. */
  #turn = new AbortController();
  /** Aborts when the delta has been read further. */
  #moved = new AbortController();
  /** Whether the last long-poll failed, or was not held. */
  #isRefused = false;
  #cursor: Cursor | undefined;
  /** Hints in a row that brought nothing. */
  #idlePolls = 0;
  /** Looks in a row, with a healthy socket, after which nothing had changed. */
  #quietLooks = 0;

  constructor(dependencies: NamespaceHintsDependencies, namespaceId: NamespaceId) {
    this.#dependencies = dependencies;
    this.#homeId = namespaceId;
    this.#subscribe(namespaceId, { onGap: () => this.#hint(), onState: () => this.#turn.abort() });
    this.#running = this.#run();
  }

  onHint(callback: () => void): void {
    this.#callback = callback;
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    callback();
  }

  way(): 'socket' | 'long-poll' | 'polling' {
    const state = this.#dependencies.hub.state();
    if (state === 'connected') return 'socket';
    return state === 'down' && this.#cursor !== undefined && !this.#isRefused ? 'long-poll' : 'polling';
  }

  seen({ cursor, seq, mounted }: SeenPosition): void {
    for (const [namespaceId, { unsubscribe }] of this.#heard) {
      if (namespaceId === this.#homeId || mounted.has(namespaceId)) continue;
      unsubscribe();
      this.#heard.delete(namespaceId);
    }
    this.#noteSeen(this.#homeId, seq);
    for (const [namespaceId, position] of mounted) this.#noteSeen(namespaceId, position.seq);
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#moved.abort();
  }

  async close(): Promise<void> {
    for (const { unsubscribe } of this.#heard.values()) unsubscribe();
    this.#callback = undefined;
    this.#life.abort();
    this.#turn.abort();
    await this.#running;
  }

  #hint(): void {
    if (this.#callback === undefined) this.#hasMissed = true;
    else this.#callback();
  }

  #subscribe(namespaceId: NamespaceId, on: Pick<HubSubscriber, 'onGap' | 'onState'>): HeardNamespace {
    const onChanged = (push: ChangedPush): void => this.#hear(heard, push);
    const unsubscribe = this.#dependencies.hub.subscribe({ namespaceId, onChanged, ...on });
    const heard: HeardNamespace = { seq: 0, epoch: undefined, unsubscribe };
    this.#heard.set(namespaceId, heard);
    return heard;
  }

  #noteSeen(namespaceId: NamespaceId, seq: number): void {
    const heard = this.#heard.get(namespaceId) ?? this.#subscribe(namespaceId, ONLY_PUSHES);
    if (seq !== heard.seq) this.#stir();
    heard.seq = seq;
  }

  /** Something changed: what grew in the silence begins small again, also the pause that is under way. */
  #stir(): void {
    this.#idlePolls = 0;
    if (this.#quietLooks === 0) return;
    this.#quietLooks = 0;
    if (this.#dependencies.hub.state() !== 'down') this.#turn.abort();
  }

  #hear(heard: HeardNamespace, { epoch, seq }: ChangedPush): void {
    const isSeen = epoch === heard.epoch && seq <= heard.seq;
    heard.epoch = epoch;
    if (!isSeen) this.#hint();
  }

  async #run(): Promise<void> {
    while (!this.#life.signal.aborted) {
      this.#turn = new AbortController();
      const { signal } = this.#turn;
      if (this.#dependencies.hub.state() === 'down') await this.#fallBack(signal);
      else await this.#standBy(signal);
    }
  }

  /** The socket tells; this is for the push that was lost. */
  async #standBy(turn: AbortSignal): Promise<void> {
    this.#isRefused = false;
    const { clock, random } = this.#dependencies;
    if (!(await pause(clock, growingDelayMs(SAFETY_POLL, this.#quietLooks, random), turn))) return;
    this.#quietLooks += 1;
    this.#hint();
  }

  async #fallBack(turn: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    this.#moved = new AbortController();
    const moved = this.#moved;
    const outcome = await this.#longPoll(turn);
    if (turn.aborted) return;
    this.#isRefused = outcome === 'failed';
    switch (outcome) {
      case 'quiet':
        return;
      case 'changed':
        turn.addEventListener('abort', () => moved.abort(), { once: true });
        this.#hint();
        // Until the delta has been read, another long-poll would only say the same.
        await pause(clock, this.#nextPollMs(), moved.signal);
        await pause(clock, LONG_POLL_PAUSE_MS, turn);
        return;
      case 'failed':
        if (await pause(clock, this.#nextPollMs(), turn)) this.#hint();
    }
  }

  #nextPollMs(): number {
    const delayMs = growingDelayMs(POLL, this.#idlePolls, this.#dependencies.random);
    this.#idlePolls += 1;
    return delayMs;
  }

  /** `failed` too when the service does not hold the request: that would only be polling without pauses. */
  async #longPoll(turn: AbortSignal): Promise<'quiet' | 'changed' | 'failed'> {
    const { api, clock } = this.#dependencies;
    const cursor = this.#cursor;
    if (cursor === undefined) return 'failed';
    const startMs = clock.now();
    try {
      const answer = await api.waitForChanges({ query: { cursor, timeout: String(WAIT_SECONDS_MAX) }, signal: turn });
      // What a device that was unlinked has to do, the delta's refusal makes it look for.
      if (!answer.ok) return answer.problem.details?.unlinked === true ? 'changed' : 'failed';
      if (answer.value.changed) return 'changed';
      return clock.now() - startMs >= LONG_POLL_HELD_MS_MIN ? 'quiet' : 'failed';
    } catch (failure) {
      if (failure instanceof InvariantError) throw failure;
      return 'failed';
    }
  }
}

/** Gaps and states of the socket are heard for the home namespace, and are the same for all. */
const ONLY_PUSHES = { onGap: () => undefined, onState: () => undefined };
