import { assert, type EpochMs, epochMs } from '@syncline/protocol';
import { retryDelayMs } from '../api/backoff.ts';
import type { Clock, Random } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import type { FolderSync } from '../engine/folder-sync.ts';
import { type LinkedFolder, lockToSync, stateFile } from '../platform/node/linked-folders.ts';
import { putStateAside } from '../platform/node/open-state-store.ts';
import type { FolderSyncs, OpenedFolderSync } from '../sync/folder-syncs.ts';
import { ChangeSignal } from './change-signal.ts';
import { type DaemonLog, describeFailure, type LoggedFailure } from './daemon-log.ts';
import { type FolderStatus, type RestingState, restingStatus, runningStatus } from './daemon-status.ts';
import { LOCK_RETRY_MS, RESTART, RESTART_FORGIVEN_MS, STOP_GRACE_MS } from './limits.ts';

export interface SupervisorDependencies {
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DaemonLog;
  /** Something in a status has changed. */
  readonly onStatus: () => void;
}

/** `ended`: it was told to. */
type Attempt = { readonly kind: 'ended' | 'locked' } | { readonly kind: 'failed'; readonly failure: LoggedFailure };

/**
 * Keeps the sync of one linked folder running: takes the folder's lock, starts its sync, and starts it again with growing pauses when a defect has
 * ended it. What happens to one folder never reaches another.
 */
export class FolderSupervisor {
  readonly #dependencies: SupervisorDependencies;
  readonly #syncs: FolderSyncs | undefined;
  readonly #stopping = new AbortController();
  readonly #wake: ChangeSignal;
  readonly #changes: ChangeSignal;
  #folder: LinkedFolder;
  #resting: RestingState;
  #opened: OpenedFolderSync | undefined;
  #running: Promise<void> | undefined;
  #rebuild = false;
  #loggedState = '';

  /** Without syncs it only tells why there are none. @default that nobody is signed in */
  constructor(
    dependencies: SupervisorDependencies,
    options: { readonly folder: LinkedFolder; readonly syncs: FolderSyncs | undefined; readonly refusal?: string },
  ) {
    this.#dependencies = dependencies;
    this.#folder = options.folder;
    this.#syncs = options.syncs;
    this.#wake = new ChangeSignal(dependencies.clock);
    this.#changes = new ChangeSignal(dependencies.clock);
    const since = dependencies.clock.now();
    this.#resting =
      this.#syncs === undefined
        ? { state: 'refused', since, detail: options.refusal ?? SIGNED_OUT }
        : { state: 'starting', since };
  }

  get folder(): LinkedFolder {
    return this.#folder;
  }

  start(): void {
    assert(this.#running === undefined, 'a folder is started once');
    this.#running = this.#syncs === undefined ? Promise.resolve() : this.#run(this.#syncs);
  }

  /** Resolves when nothing runs any more and the lock is given back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#stopSync();
    await this.#running;
  }

  status(limits: { readonly problemsMax: number }): FolderStatus {
    if (this.#opened === undefined) return restingStatus(this.#folder, this.#resting);
    const status = runningStatus(this.#folder, this.#opened.sync.status(), limits);
    const watchLack = this.#opened.watchLack();
    const incoming = this.#opened.incoming();
    return {
      ...status,
      ...(watchLack === undefined ? {} : { watchLack }),
      ...(incoming.length === 0 ? {} : { incoming: [...incoming] }),
    };
  }

  /** Precondition: it has been written down that the folder is paused. */
  pause(): void {
    this.#folder = { ...this.#folder, paused: true };
    this.sync?.pause();
  }

  /** Precondition: it has been written down that the folder is not paused. */
  resume(options: { readonly acceptDeletes: boolean }): void {
    this.#folder = { ...this.#folder, paused: false };
    this.sync?.resume(options);
    if (this.sync === undefined) this.#tryNow();
  }

  /** Resolves when a round that began after this has ended, or when none can run. */
  async syncNow({ acceptDeletes }: { readonly acceptDeletes: boolean }): Promise<void> {
    if (this.sync === undefined) await this.#untilTried();
    if (acceptDeletes && !this.#folder.paused) this.sync?.resume({ acceptDeletes });
    await this.sync?.syncNow();
  }

  /** The sync that runs; undefined while none does. */
  get sync(): FolderSync | undefined {
    return this.#opened?.sync;
  }

  /** Puts the folder's state aside, so that the next start merges both sides as on the first link. */
  async rebuild(): Promise<void> {
    this.#rebuild = true;
    await this.#stopSync();
    this.#tryNow();
  }

  /** Lets its step end, or gives it up after a while. How it ended is told by the attempt that has started it. */
  async #stopSync(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    const stopped = new AbortController();
    const late = pause(this.#dependencies.clock, STOP_GRACE_MS, stopped.signal).then((isLate) =>
      isLate ? opened.abort() : undefined,
    );
    await opened.sync.stop().catch(() => undefined);
    stopped.abort();
    await late;
  }

  async #run(syncs: FolderSyncs): Promise<void> {
    const { clock, random, log } = this.#dependencies;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const { version } = this.#wake;
      const startedAt = clock.now();
      const attempt = await this.#attempt(syncs);
      if (attempt.kind === 'ended') continue;
      let delayMs = LOCK_RETRY_MS;
      if (attempt.kind === 'failed') {
        log.write({ event: 'folder-failed', folderId: this.#folder.folderId, failure: attempt.failure });
        failures = clock.now() - startedAt > RESTART_FORGIVEN_MS ? 1 : failures + 1;
        delayMs = RESTART.delayMsMin + retryDelayMs({ budget: RESTART, attempt: failures, random });
      }
      this.#rest(restAfter(attempt, epochMs(clock.now() + delayMs)));
      await this.#wake.wait({ version, signal: this.#stopping.signal, msMax: delayMs });
    }
    this.#rest({ state: 'stopped' });
  }

  async #attempt(syncs: FolderSyncs): Promise<Attempt> {
    const { home } = this.#dependencies;
    try {
      const lock = await lockToSync(home, this.#folder.folderId);
      if (lock === undefined) return { kind: 'locked' };
      try {
        if (this.#rebuild) this.#putStateAside();
        const opened = syncs.open(this.#folder);
        try {
          await this.#runSync(opened);
        } finally {
          this.#opened = undefined;
          await opened.close();
        }
      } finally {
        lock.release();
      }
    } catch (failure) {
      return { kind: 'failed', failure: describeFailure(failure) };
    }
    const isWanted = this.#stopping.signal.aborted || this.#rebuild;
    return isWanted ? { kind: 'ended' } : { kind: 'failed', failure: describeFailure(new Error('ended by itself')) };
  }

  async #runSync(opened: OpenedFolderSync): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { sync } = opened;
    sync.onStatus(() => this.#told());
    opened.onIncoming(() => this.#told());
    if (this.#folder.paused) sync.pause();
    this.#opened = opened;
    this.#told();
    await sync.run();
  }

  #putStateAside(): void {
    const { home, log } = this.#dependencies;
    const { folderId } = this.#folder;
    putStateAside(stateFile(home, folderId), 'replaced');
    this.#rebuild = false;
    log.write({ event: 'folder-rebuilt', folderId });
  }

  /** Ends the pause before the next start, if there is one. */
  #tryNow(): void {
    if (this.#syncs === undefined || this.#stopping.signal.aborted) return;
    this.#rest({ state: 'starting' });
    this.#wake.notify();
  }

  /** Tries to start it now, and resolves when that has worked or failed. */
  async #untilTried(): Promise<void> {
    this.#tryNow();
    for (;;) {
      const { version } = this.#changes;
      if (this.sync !== undefined || this.#resting.state !== 'starting') return;
      await this.#changes.wait({ version });
    }
  }

  #rest(standing: Omit<RestingState, 'since'>): void {
    const { state, since } = this.#resting;
    this.#resting = { ...standing, since: state === standing.state ? since : this.#dependencies.clock.now() };
    this.#told();
  }

  #told(): void {
    const { folderId, state, seq, syncedNodes, problemCount } = this.status({ problemsMax: 0 });
    if (state !== this.#loggedState) {
      this.#loggedState = state;
      this.#dependencies.log.write({
        event: 'folder-state',
        folderId,
        state,
        seq,
        syncedNodes,
        problems: problemCount,
      });
    }
    this.#changes.notify();
    this.#dependencies.onStatus();
  }
}

const SIGNED_OUT =
  'Nobody is signed in on this device. Sign in with `syncline login`; the sync then goes on by itself.';
const LOCKED = 'Another process syncs this folder. It goes on when that has ended.';

function restAfter(attempt: Attempt, nextAttemptAt: EpochMs): Omit<RestingState, 'since'> {
  if (attempt.kind !== 'failed') return { state: 'locked', nextAttemptAt, detail: LOCKED };
  const { name, code } = attempt.failure;
  const cause = code === undefined ? name : `${name}, ${code}`;
  const detail = `The sync of this folder has failed (${cause}) and is started again. What was synced stays. See \`syncline doctor\`.`;
  return { state: 'failed', nextAttemptAt, detail };
}
