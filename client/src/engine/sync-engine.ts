import { type ConflictStrategy, conflictedName, type NodeId, type Problem, rootNodeId } from '@syncline/protocol';
import { hasUnagreed, stepsOfPlaced } from './agree-on-placed.ts';
import { agreeOnUnanswered } from './agree-on-unanswered.ts';
import { bringBack, sparing } from './bring-back.ts';
import type { EngineOptions } from './engine-options.ts';
import { EngineTrees } from './engine-trees.ts';
import { executePlan, finishTransfers, ofType } from './execute-plan.ts';
import { type Execution, nothingDone, type SyncCounts } from './execution.ts';
import { LargeTransfers } from './large-transfers.ts';
import {
  DELETE_CONFIRM_MS,
  GIVE_WAY_MS,
  GIVE_WAY_PLANS,
  IDLE_ROUNDS_MAX,
  LARGE_FILE_BYTES,
  PLACED_LOOKS_MAX,
  ROUNDS_MAX,
} from './limits.ts';
import { LocalDisk, type LocalView } from './local-disk.ts';
import { changingSteps, findMassChange, type MassChange, sumChanges } from './mass-change.ts';
import { newNodeIds } from './new-node-id.ts';
import { type DiskLook, observeDisk } from './observe-disk.ts';
import { planObserved } from './plan-observed.ts';
import { plannedBytes } from './planned-bytes.ts';
import type { Plan } from './planner.ts';
import type { DiskHints, EnginePorts, SavedTime } from './ports.ts';
import { forgetUndurable } from './power-loss.ts';
import { pullChanges } from './pull-changes.ts';
import type { RoundOutcome, RoundRequest, SyncRequest } from './round-outcome.ts';
import { isTransfer, type Step } from './steps.ts';
import { sweepStaging } from './sweep-staging.ts';
import { type SyncProblem, withoutRepeats } from './sync-problem.ts';
import { TransferPace } from './transfer-pace.ts';
import { diskPath, type NodeIdSource } from './trees.ts';
import { writeDown } from './write-down.ts';

/**
 * - `rested`        both sides agree on all that has no problem;
 * - `unrested`      they went on changing, or something could not be brought forward; `problems` says what;
 * - `mass-change`   a round would delete or rewrite too much, and nothing of it was done;
 * - `root-missing`, `root-foreign`   the folder is not the one that was linked: nothing was concluded from it;
 * - `refused`       by the service.
 */
export type SyncOutcome = { readonly counts: Readonly<SyncCounts>; readonly problems: readonly SyncProblem[] } & (
  | { readonly kind: 'rested' | 'unrested' | 'root-missing' | 'root-foreign' }
  | { readonly kind: 'mass-change'; readonly change: MassChange }
  | { readonly kind: 'refused'; readonly problem: Problem }
);

/**
 * The engine of one synced folder: observes both sides, plans, executes, and starts over until there is nothing left to do.
 * All that it remembers are observations, so it may be stopped at any moment and begin again with a look at the world.
 */
export class SyncEngine {
  readonly trees: EngineTrees;
  readonly #ports: EnginePorts;
  readonly #options: EngineOptions;
  readonly #rootId: NodeId;
  readonly #newNodeId: NodeIdSource;
  readonly #local: LocalDisk;
  #isObserved = false;
  #knowsPlaced = false;
  readonly #settled = new Map<string, ConflictStrategy>();
  readonly #tries: Execution['tries'] = new Map();
  readonly #traced: Execution['traced'] = new Map();
  readonly #toList: Execution['toList'] = new Map();
  readonly #transfers: LargeTransfers;
  readonly #pace = new TransferPace();
  #planMs = 0;
  #timesForgotten = 0;
  /** Of what the last round has left, and has told before. */
  #leftBytes = 0;
  readonly #counts: SyncCounts = nothingDone();

  constructor(ports: EnginePorts, options: EngineOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#rootId = rootNodeId(ports.remote.namespaceId);
    this.#newNodeId = newNodeIds(ports.random);
    this.#transfers = new LargeTransfers(ports, options.onTransferEnd ?? (() => undefined));
    this.trees = new EngineTrees(ports.store, ports.remote.namespaceId, savedTime(ports, options));
    const { remote, synced, differences } = this.trees;
    this.#local = new LocalDisk({
      rootId: this.#rootId,
      remote,
      synced,
      names: options.names,
      newNodeId: this.#newNodeId,
      onTouch: (nodeId) => differences.touch(nodeId),
    });
  }

  /** The disk as it was seen last. */
  get local(): LocalView {
    return this.#local;
  }

  /** Whether there are folders that could not be listed; every round tries again. */
  get hasUnlistedFolders(): boolean {
    return this.#local.unlisted.size > 0;
  }

  get counts(): Readonly<SyncCounts> {
    return this.#counts;
  }

  /** Whether large transfers go on beside the rounds, or wait for the next one. */
  get isTransferring(): boolean {
    return this.#transfers.isBusy;
  }

  /** Lets all large transfers come to their end soon; what was stored and staged of them serves the next ones. */
  leaveTransfers(): void {
    this.#transfers.leaveAll();
  }

  /** Leaves all large transfers, and resolves when nothing of them goes on. */
  async transfersEnded(): Promise<void> {
    this.#transfers.leaveAll();
    await this.#transfers.ended();
  }

  /** Lets large transfers that have failed be begun again by the next round. */
  tryTransfersAgain(): void {
    this.#transfers.endPauses();
  }

  /** A person has said how the conflict of the file at a path is to be settled. It holds until both sides are at rest. */
  settleConflict(path: string, strategy: ConflictStrategy): void {
    this.#settled.set(path, strategy);
  }

  /** Lets the next round look at the whole disk, whatever the watcher says. */
  lookEverywhere(): void {
    this.#isObserved = false;
  }

  /**
   * Rounds until both sides are at rest.
   * @throws UnavailableError what was agreed on until then stays agreed on.
   */
  async sync(request: SyncRequest): Promise<SyncOutcome> {
    let idleRounds = 0;
    let problems: readonly SyncProblem[] = [];
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const outcome = await this.round({ ...request, pull: true });
      if (outcome.kind !== 'done') return { problems: [], ...outcome, counts: this.#counts };
      problems = outcome.problems;
      idleRounds = outcome.progress === 0 ? idleRounds + 1 : 0;
      if (idleRounds > IDLE_ROUNDS_MAX) break;
    }
    return { kind: 'unrested', counts: this.#counts, problems };
  }

  /**
   * Observes both sides, plans, and executes the plan.
   * @throws UnavailableError what was agreed on until then stays agreed on.
   */
  async round(request: RoundRequest): Promise<RoundOutcome> {
    const begunAt = this.#ports.clock.now();
    // Without a cursor it is not known what the service holds.
    const isKnown = this.trees.position.cursor !== undefined;
    const planned = await this.plan({ offline: !request.pull && isKnown, mends: true });
    this.#planMs = this.#ports.clock.now() - begunAt;
    if (planned.kind === 'root-missing' || planned.kind === 'root-foreign') this.#transfers.leaveAll();
    if (planned.kind !== 'planned') return planned;
    const { plan } = planned;
    await sweepStaging({ files: this.#ports.files, trees: this.trees, downloads: this.#transfers.downloads });
    if (plan.steps.length === 0) {
      this.#transfers.leaveAll();
      const undurable = this.trees.isHeld ? await writeDown({ ports: this.#ports, trees: this.trees }) : [];
      // A choice is about the conflict that a person saw, not about the next one of the same file.
      this.#settled.clear();
      return { kind: 'rested', problems: [...plan.problems, ...undurable] };
    }
    const changing = changingSteps(plan);
    const change = request.acceptDeletes
      ? undefined
      : findMassChange(sumChanges(changing), this.trees.synced, request.recent);
    if (change !== undefined) return { kind: 'mass-change', change, problems: plan.problems };
    request.onPlan?.(plan);
    const known = this.#transfers.isBusy ? this.#leftBytes : 0;
    this.#options.onRound?.(Math.max(0, plannedBytes(plan, this.trees) - known));
    const execution = await this.execute(plan, plan.steps);
    const { progress, failed, retryAt, left, spared } = execution;
    const isLeft = ({ type, nodeId }: Step): boolean => isTransfer(type) && left.has(nodeId);
    const isTried = (step: Step): boolean => !isLeft(step) && !(isTransfer(step.type) && spared.has(step.nodeId));
    this.#leftBytes = plannedBytes({ ...plan, steps: plan.steps.filter(isLeft) }, this.trees);
    return {
      kind: 'done',
      problems: withoutRepeats([...plan.problems, ...execution.problems]),
      progress,
      needsPull: failed.size > 0 || execution.isOvertaken,
      retryAt,
      onlyTransfers: plan.steps.every(isLeft) && this.#transfers.isBusy,
      changed: sumChanges(changing.filter(({ step }) => isTried(step))),
    };
  }

  /**
   * Observes both sides and plans; changes nothing but what the engine knows of the service. `offline` does not ask it. `mends`: puts back first
   * what an earlier process has left aside, and forgets what a loss of power has taken, which only whoever syncs the folder may do.
   */
  async plan(
    options: { readonly offline: boolean; readonly mends?: boolean } = { offline: false },
  ): Promise<
    | { readonly kind: 'planned'; readonly plan: Plan }
    | { readonly kind: 'root-missing' | 'root-foreign' }
    | { readonly kind: 'refused'; readonly problem: Problem }
  > {
    const root = await this.#ports.files.verifyRoot();
    if (root !== 'verified') return { kind: `root-${root}` };
    const stuck = options.mends === true ? await bringBack(this.#ports.files, this.trees.synced) : [];
    if (!options.offline) {
      const { remote, clock } = this.#ports;
      if (options.mends === true && !this.#knowsPlaced) await this.#agreeOnPlaced();
      const pulled = await pullChanges({ remote, clock, trees: this.trees });
      if (pulled.kind === 'refused') return pulled;
      agreeOnUnanswered(this.trees, clock.now());
    }
    if (this.trees.timesForgotten > this.#timesForgotten) this.#beginAnew();
    const plan = sparing(await this.#planDisk(options), stuck);
    // A disk that went away while it was scanned shows nothing; that proves nothing.
    const after = await this.#ports.files.verifyRoot();
    return after === 'verified' ? { kind: 'planned', plan } : { kind: `root-${after}` };
  }

  /**
   * What an earlier process has placed and did not come to write down is agreed on while it is still known what it was: whatever became of it
   * at the service since is news, and not something that only this disk has.
   */
  async #agreeOnPlaced(): Promise<void> {
    this.#knowsPlaced = true;
    if (!hasUnagreed(this.trees)) return;
    for (let look = 0; look < PLACED_LOOKS_MAX; look++) {
      await this.#observe(this.#takeHints());
      const plan = this.#planObserved({ traces: true });
      const steps = stepsOfPlaced(plan, this.trees, this.#options.largeFileBytes ?? LARGE_FILE_BYTES);
      if (steps.length === 0) return;
      await this.execute(plan, steps);
    }
  }

  /** Decides anew which nodes those on the disk are: their ids are of agreements that are none any more. */
  #beginAnew(): void {
    this.#timesForgotten = this.trees.timesForgotten;
    this.#transfers.leaveAll();
    this.#local.drop(this.#rootId);
    this.#toList.clear();
    this.lookEverywhere();
  }

  /** A file that is moved while the disk is looked at can be missed once, but hardly twice: what is gone is looked for again. */
  async #planDisk({ mends = false, offline }: { readonly mends?: boolean; readonly offline: boolean }): Promise<Plan> {
    await this.#observe(this.#takeHints());
    // Who only tells of the folder, and asks nobody, tells of a conflict.
    const traces = mends || !offline;
    const observed = this.#planObserved({ traces });
    const { files } = this.#ports;
    const machine = { trees: this.trees, local: this.#local, rootId: this.#rootId, files };
    const first = mends && (await forgetUndurable(machine)) ? this.#planObserved({ traces }) : observed;
    const gone = new Set(ofType(first.steps, 'delete-remote').map((step) => step.nodeId));
    if (gone.size === 0) return first;
    await this.#lookAgain(gone);
    const second = this.#planObserved({ traces });
    const steps = second.steps.filter((step) => step.type !== 'delete-remote' || gone.has(step.nodeId));
    return { ...second, steps };
  }

  async #lookAgain(gone: ReadonlySet<NodeId>): Promise<void> {
    const { watcher, clock } = this.#ports;
    if (watcher === undefined) return this.#observe(EVERYTHING);
    await clock.sleep(DELETE_CONFIRM_MS);
    const hints = this.#takeHints();
    const folders = new Set(hints.folders);
    for (const nodeId of gone) {
      const parentId = this.trees.synced.get(nodeId)?.parentId;
      const path = parentId === undefined ? undefined : diskPath(this.#local.tree, this.#rootId, parentId);
      if (path !== undefined) folders.add(path);
    }
    await this.#observe({ everything: hints.everything, folders });
  }

  /** The first look is at everything; after that a watcher tells where to look, and without one everything may have changed. */
  #takeHints(): DiskHints {
    const hints = this.#ports.watcher?.take() ?? EVERYTHING;
    return this.#isObserved ? hints : EVERYTHING;
  }

  async #observe(hints: DiskHints): Promise<void> {
    // Hints that were taken and not followed to the end would be lost.
    this.#isObserved = false;
    await observeDisk(this.#ports, this.#local, this.#takeOwn(hints));
    this.#isObserved = true;
  }

  /** Adds what the engine itself has to look at again. By its id, as it may have moved on since. */
  #takeOwn({ everything, folders }: DiskHints): DiskLook {
    const alone = new Set(folders);
    const trees = new Set<string>();
    for (const [nodeId, how] of this.#toList) {
      const path = diskPath(this.#local.tree, this.#rootId, nodeId);
      if (path !== undefined) (how === 'alone' ? alone : trees).add(path);
    }
    this.#toList.clear();
    // No hint tells that a folder can be listed again.
    for (const folderId of this.#local.unlisted) {
      const path = diskPath(this.#local.tree, this.#rootId, folderId);
      if (path !== undefined) alone.add(path);
    }
    return { everything, folders: alone, trees };
  }

  #planObserved({ traces }: { readonly traces: boolean }): Plan {
    const { names, onConflict } = this.#options;
    return planObserved(
      { trees: this.trees, local: this.#local, rootId: this.#rootId },
      {
        newNodeId: this.#newNodeId,
        conflictedName: (name, attempt) => this.#conflictedName(name, attempt),
        names,
        refusesConflicts: onConflict === 'fail',
        settledConflict: (nodeId) => this.#settledConflict(nodeId),
        isTraced: ({ nodeId, contentHash }) => !traces || this.#traced.get(nodeId) === contentHash,
      },
    );
  }

  /** Executes steps of a plan in their order. Every prefix of a plan's steps leaves both sides valid. */
  async execute(plan: Plan, steps: readonly Step[]): Promise<Execution> {
    const execution = this.#open(plan);
    if (this.#options.onTransferEnd !== undefined) {
      await executePlan(execution, steps);
      return execution;
    }
    try {
      await executePlan(execution, steps);
      await finishTransfers(execution, steps);
    } finally {
      this.#transfers.leaveAll();
      await this.#transfers.ended();
    }
    return execution;
  }

  #open(plan: Plan): Execution {
    const options = this.#options;
    const { clock } = this.#ports;
    const giveWayAt = clock.now() + Math.max(GIVE_WAY_MS, GIVE_WAY_PLANS * this.#planMs);
    return {
      ports: this.#ports,
      trees: this.trees,
      rootId: this.#rootId,
      local: plan.local,
      counts: this.#counts,
      problems: [],
      failed: new Set(),
      tries: this.#tries,
      traced: this.#traced,
      toList: this.#toList,
      onConflict: options.onConflict ?? 'keep_both',
      names: options.names,
      takenNames: new Map(),
      isStopping: options.isStopping ?? (() => false),
      givesWay: () => options.hasNews?.() === true && clock.now() >= giveWayAt,
      sparesFreshFiles: options.sparesFreshFiles ?? false,
      transfers: this.#transfers,
      largeFileBytes: options.largeFileBytes ?? LARGE_FILE_BYTES,
      pace: this.#pace,
      isUnavailable: options.isUnavailable ?? (() => false),
      toSend: new Map(),
      left: new Set(),
      spared: new Set(),
      storeFailure: undefined,
      progress: 0,
      isOvertaken: false,
      retryAt: undefined,
    };
  }

  #settledConflict(nodeId: NodeId): ConflictStrategy | undefined {
    if (this.#settled.size === 0) return undefined;
    const path = diskPath(this.#local.tree, this.#rootId, nodeId);
    return path === undefined ? undefined : this.#settled.get(path);
  }

  #conflictedName(name: string, attempt: number): string {
    const at = this.#ports.clock.today();
    return conflictedName({ name, deviceName: this.#options.deviceName, at, attempt });
  }
}

const EVERYTHING: DiskHints = { everything: true, folders: new Set() };

function savedTime({ clock }: EnginePorts, { bootedAt }: EngineOptions): (() => SavedTime) | undefined {
  return bootedAt === undefined ? undefined : () => ({ at: clock.now(), bootedAt });
}
