import { assert, type EpochMs, epochMs, type NodeId, rootNodeId } from '@syncline/protocol';
import {
  type Conflict,
  type ConflictChoice,
  type ConflictOutcome,
  listConflicts,
  STRATEGY_OF,
  settleCopy,
} from './conflicts.ts';
import { type ExplainedTrees, explainPath } from './explain-path.ts';
import type { FolderSync } from './folder-sync.ts';
import {
  DEBOUNCE_MS,
  DEBOUNCE_MS_MAX,
  IDLE_ROUNDS_MAX,
  LOOK_EVERYWHERE_MS,
  LOOK_EVERYWHERE_PARTIAL_MS,
  PULL_MS_MAX,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  ROOT_RETRY_MS,
} from './limits.ts';
import type { LoopOptions, LoopPorts } from './loop-options.ts';
import type { Explanation, LoopState, LoopStatus } from './loop-status.ts';
import type { MassChange } from './mass-change.ts';
import { NOTHING_PENDING, pendingSteps } from './pending-steps.ts';
import type { Plan } from './planner.ts';
import { RecentChanges } from './recent-changes.ts';
import { retryPauseMs } from './retry-pause.ts';
import { RoundBytes } from './round-bytes.ts';
import type { RoundOutcome } from './round-outcome.ts';
import { StandingProblems } from './standing-problems.ts';
import { SyncEngine } from './sync-engine.ts';
import { SyncRequests } from './sync-requests.ts';
import { Wakeup } from './wakeup.ts';

type Reason = 'disk' | 'remote' | 'person' | 'transfer';

/**
 * The control loop of one synced folder: waits for hints of the disk, of the service and of a person, and runs rounds until both
 * sides are at rest. It decides when something is done, and the engine what. While nothing happens it does nothing.
 */
export class SyncLoop implements FolderSync {
  readonly #ports: LoopPorts;
  readonly #options: LoopOptions;
  readonly #engine: SyncEngine;
  readonly #rootId: NodeId;
  readonly #wakeup: Wakeup<Reason>;
  readonly #problems: StandingProblems;
  #callback: () => void = () => undefined;
  #isStopping = false;
  #isPaused: boolean;
  #acceptsDeletes = false;
  #needsPull = true;
  #pulledAt: EpochMs;
  #lookedAt: EpochMs;
  #failures = 0;
  #idleRounds = 0;
  #unlistedRounds = 0;
  readonly #recent = new RecentChanges();
  #state: LoopState = 'starting';
  #since: EpochMs;
  #nextAttemptAt: EpochMs | undefined;
  #detail: string | undefined;
  #massChange: MassChange | undefined;
  #pending = NOTHING_PENDING;
  readonly #bytes = new RoundBytes();
  #plan: Plan | undefined;
  #ended: Promise<void> | undefined;
  /** What a person has asked for, to be done between two rounds. */
  readonly #errands: (() => Promise<void>)[] = [];
  readonly #requests = new SyncRequests();

  constructor(ports: LoopPorts, options: LoopOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#rootId = rootNodeId(ports.remote.namespaceId);
    this.#isPaused = options.isPaused ?? false;
    this.#wakeup = new Wakeup(ports.clock);
    this.#problems = new StandingProblems(ports.clock);
    this.#since = ports.clock.now();
    this.#pulledAt = this.#since;
    this.#lookedAt = this.#since;
    this.#engine = new SyncEngine(ports, {
      ...options,
      isStopping: () => this.#isStopping || this.#isPaused,
      sparesFreshFiles: true,
      onTransferEnd: () => this.#wakeup.wake('transfer'),
      hasNews: () => this.#wakeup.has('disk') || this.#wakeup.has('remote') || this.#wakeup.has('person'),
      onRound: (bytes) => this.#bytes.begin(bytes, { beside: this.#engine.isTransferring }),
    });
  }

  /** The engine that the loop drives, to be looked at. */
  get engine(): Pick<SyncEngine, 'trees' | 'local' | 'counts'> {
    return this.#engine;
  }

  run(): Promise<void> {
    assert(this.#ended === undefined, 'a loop is run once');
    this.#ended = this.#run();
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#engine.leaveTransfers();
    this.#wakeup.wake('person');
    await this.#ended;
  }

  status(): LoopStatus {
    return {
      state: this.#state,
      since: this.#since,
      nextAttemptAt: this.#nextAttemptAt,
      detail: this.#detail,
      massChange: this.#massChange,
      hints: this.#ports.hints.way(),
      seq: this.#engine.trees.position.seq,
      syncedNodes: this.#engine.trees.synced.size,
      pending: this.#pending,
      bytes: this.#bytes.show(this.#ports.clock.now()),
      problems: this.#problems.list(),
    };
  }

  onStatus(callback: () => void): void {
    this.#callback = callback;
  }

  pause(): void {
    this.#isPaused = true;
    this.#engine.leaveTransfers();
    this.#wakeup.wake('person');
  }

  resume({ acceptDeletes }: { readonly acceptDeletes: boolean }): void {
    this.#isPaused = false;
    this.#acceptsDeletes = acceptDeletes;
    this.#wakeup.wake('person');
  }

  syncNow(): Promise<void> {
    this.#wakeup.wake('person');
    return this.#requests.ask();
  }

  /** Takes over which folders of the service this device is not to have; the intent must be recorded before. */
  setExcluded(excluded: ReadonlySet<NodeId>): void {
    this.#engine.trees.setExcluded(excluded);
    this.#wakeup.wake('person');
  }

  /** Told how many more bytes have been sent or fetched. */
  countBytes(bytes: number): void {
    this.#bytes.add(this.#ports.clock.now(), bytes);
    this.#callback();
  }

  explain(path: string): Promise<Explanation> {
    return Promise.resolve(explainPath(this.#explained(), { path, status: this.status() }));
  }

  conflicts(): readonly Conflict[] {
    return listConflicts(this.#explained(), this.status());
  }

  /** Done between two rounds, so that no step works on the same files. */
  async settleConflict(conflictId: string, choice: ConflictChoice): Promise<ConflictOutcome> {
    const conflict = this.conflicts().find((one) => one.conflictId === conflictId);
    if (conflict === undefined) return 'unknown';
    if (conflict.kind === 'unsettled') {
      this.#engine.settleConflict(conflict.path, STRATEGY_OF[choice]);
      this.#wakeup.wake('person');
      return 'settled';
    }
    return new Promise((resolve, reject) => {
      this.#errands.push(() =>
        settleCopy({ files: this.#ports.files, trees: this.#explained() }, conflict, choice).then(resolve, reject),
      );
      this.#wakeup.wake('person');
    });
  }

  #explained(): ExplainedTrees {
    const { remote, synced, excluded, mounts } = this.#engine.trees;
    return { remote, synced, excluded, mounts, local: this.#engine.local, rootId: this.#rootId, plan: this.#plan };
  }

  async #run(): Promise<void> {
    const { watcher, hints } = this.#ports;
    watcher.onHint(() => this.#wakeup.wake('disk'));
    hints.onHint(() => this.#wakeup.wake('remote'));
    try {
      await this.#goOn();
    } finally {
      await this.#engine.transfersEnded();
      this.#requests.end();
    }
    this.#show('stopped', {});
  }

  async #goOn(): Promise<void> {
    let nextAt: EpochMs | undefined = this.#ports.clock.now();
    while (await this.#waits(nextAt)) {
      for (let errand = this.#errands.shift(); errand !== undefined; errand = this.#errands.shift()) await errand();
      this.#requests.begin();
      nextAt = this.#isPaused ? this.#show('paused', {}) : await this.#turn();
      const hasMore = nextAt !== undefined && nextAt <= this.#ports.clock.now();
      const isGoingOn = this.#engine.isTransferring && (this.#state === 'syncing' || this.#state === 'waiting');
      if (!hasMore && !isGoingOn) this.#requests.answer();
    }
  }

  /** Waits until there is something to do; answers whether the loop goes on. */
  async #waits(until: EpochMs | undefined): Promise<boolean> {
    await this.#rest(until);
    return !this.#isStopping;
  }

  /** A burst of changes on the disk is let come to its end. */
  async #rest(until: EpochMs | undefined): Promise<void> {
    const { clock } = this.#ports;
    let reasons = await this.#wakeup.wait(until);
    this.#notice(reasons);
    while (this.#isPausing(reasons, until)) {
      reasons = await this.#wakeup.wait(until);
      this.#notice(reasons);
    }
    const begun = clock.now();
    while (reasons.has('disk') && clock.now() - begun < DEBOUNCE_MS_MAX) {
      const quietAt = epochMs(clock.now() + DEBOUNCE_MS);
      reasons = await this.#wakeup.wait(quietAt);
      this.#notice(reasons);
      if (reasons.has('person')) return;
    }
  }

  /**
   * Whether a pause goes on, whatever was hinted: while the service cannot be reached, edits do not bring it back. A person ends the
   * pause, and so does a socket that stands again.
   */
  #isPausing(reasons: ReadonlySet<Reason>, until: EpochMs | undefined): boolean {
    if (this.#state !== 'offline' || reasons.has('person') || this.#isStopping) return false;
    if (reasons.has('remote') && this.#ports.hints.way() === 'socket') return false;
    return until !== undefined && this.#ports.clock.now() < until;
  }

  #notice(reasons: ReadonlySet<Reason>): void {
    if (reasons.has('remote')) this.#needsPull = true;
    if (!reasons.has('person')) return;
    this.#failures = 0;
    this.#idleRounds = 0;
    this.#needsPull = true;
    this.#engine.trees.noteRoles(undefined);
    this.#engine.tryTransfersAgain();
  }

  /** One round. Answers when the next one is due at the latest; undefined: when something happens. */
  async #turn(): Promise<EpochMs | undefined> {
    const { clock, hints } = this.#ports;
    const now = clock.now();
    if (Math.abs(now - this.#lookedAt) >= this.#lookEveryMs()) {
      this.#engine.lookEverywhere();
      this.#lookedAt = now;
    }
    const pull = this.#needsPull || hints.way() !== 'socket' || Math.abs(now - this.#pulledAt) >= PULL_MS_MAX;
    if (this.#state !== 'syncing' && !this.#engine.isTransferring) this.#bytes.begin(0);
    this.#needsPull = false;
    const acceptDeletes = this.#acceptsDeletes;
    let outcome: RoundOutcome;
    try {
      outcome = await this.#engine.round({
        acceptDeletes,
        pull,
        recent: this.#recent.sum(now),
        onPlan: (plan) => this.#begin(plan),
      });
    } catch (failure) {
      if (!this.#options.isUnavailable(failure)) throw failure;
      this.#needsPull = true;
      return this.#retry('offline', failure instanceof Error ? failure.message : String(failure));
    }
    if (pull) this.#pulledAt = now;
    const { cursor, seq, mounted } = this.#engine.trees.position;
    if (cursor !== undefined) hints.seen({ cursor, seq, mounted });
    return this.#settle(outcome);
  }

  #lookEveryMs(): number {
    return this.#ports.watcher.isPartial() ? LOOK_EVERYWHERE_PARTIAL_MS : LOOK_EVERYWHERE_MS;
  }

  /** Folders that could not be listed are tried again after pauses that double. */
  #listAgainMs(): number {
    this.#unlistedRounds = this.#engine.hasUnlistedFolders ? this.#unlistedRounds + 1 : 0;
    if (this.#unlistedRounds === 0) return Number.POSITIVE_INFINITY;
    return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(this.#unlistedRounds, 30));
  }

  #settle(outcome: RoundOutcome): EpochMs | undefined {
    const { clock } = this.#ports;
    switch (outcome.kind) {
      case 'rested':
        this.#rested(outcome.problems);
        return this.#show('idle', {
          until: epochMs(clock.now() + Math.min(PULL_MS_MAX, this.#lookEveryMs(), this.#listAgainMs())),
        });
      case 'done':
        return this.#done(outcome);
      case 'mass-change':
        this.#problems.replace(outcome.problems);
        this.#massChange = outcome.change;
        this.#show('mass-change', {});
        return undefined;
      case 'root-missing':
      case 'root-foreign':
        // Whatever a watcher told of a folder that went away says nothing about the one that comes.
        this.#engine.lookEverywhere();
        return this.#show(outcome.kind, { nextAttemptAt: epochMs(clock.now() + ROOT_RETRY_MS) });
      case 'refused':
        this.#needsPull = true;
        // Who refuses everybody for now is as good as away: no edit changes that, and there is nothing that a person could mend.
        return this.#retry(outcome.problem.remedy === 'retry' ? 'offline' : 'refused', outcome.problem.detail);
    }
  }

  #rested(problems: Parameters<StandingProblems['replace']>[0]): void {
    this.#problems.replace(problems);
    this.#failures = 0;
    this.#idleRounds = 0;
    this.#acceptsDeletes = false;
    this.#massChange = undefined;
    this.#pending = NOTHING_PENDING;
    this.#plan = undefined;
  }

  #done(outcome: Extract<RoundOutcome, { readonly kind: 'done' }>): EpochMs {
    const { clock } = this.#ports;
    const now = clock.now();
    this.#problems.replace(outcome.problems);
    this.#massChange = undefined;
    this.#recent.add(now, outcome.changed);
    if (outcome.needsPull) this.#needsPull = true;
    if (outcome.progress > 0) {
      this.#failures = 0;
      this.#idleRounds = 0;
      return now;
    }
    // Whatever else there is to do has its own hint.
    if (outcome.onlyTransfers && !this.#needsPull) {
      return this.#show('syncing', { until: epochMs(now + Math.min(PULL_MS_MAX, this.#lookEveryMs())) });
    }
    this.#idleRounds += 1;
    if (this.#idleRounds <= IDLE_ROUNDS_MAX && outcome.retryAt === undefined) {
      this.#needsPull = true;
      return now;
    }
    const retryAt = this.#retry('waiting', undefined);
    if (outcome.retryAt === undefined || outcome.retryAt > retryAt) return retryAt;
    return this.#show('waiting', { nextAttemptAt: outcome.retryAt });
  }

  #retry(state: LoopState, detail: string | undefined): EpochMs {
    const { clock, random } = this.#ports;
    const nextAttemptAt = epochMs(clock.now() + retryPauseMs(random, this.#failures));
    this.#failures += 1;
    return this.#show(state, { nextAttemptAt, detail });
  }

  #begin(plan: Plan): void {
    this.#plan = plan;
    this.#pending = pendingSteps(plan);
    this.#show('syncing', {});
  }

  /** Says what is so from now on; answers until when. */
  #show<T extends EpochMs | undefined>(
    state: LoopState,
    more: { readonly nextAttemptAt?: T; readonly until?: T; readonly detail?: string | undefined },
  ): T {
    if (state !== this.#state) this.#since = this.#ports.clock.now();
    this.#state = state;
    this.#nextAttemptAt = more.nextAttemptAt;
    this.#detail = more.detail;
    this.#callback();
    return (more.nextAttemptAt ?? more.until) as T;
  }
}
