import { assert, HOUR_MS, MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { Chance } from '../simulation/chance.ts';
import { type ChangeFeed, connectChangeFeed } from '../simulation/change-feed.ts';
import { checkDelete } from '../simulation/check-delete.ts';
import { type FaultKind, Faults } from '../simulation/faults.ts';
import { areEqual, checkRest, firstDifference } from '../simulation/quiescence.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { SimulatedDevice, type World } from '../simulation/simulated-device.ts';
import { SimulatedService } from '../simulation/simulated-service.ts';
import { START_MS, Stage } from '../simulation/stage.ts';
import { join } from '../support/in-memory-member.ts';
import { AskedNetwork } from './asked-network.ts';
import { DeviceReturns } from './device-returns.ts';
import { EditClock } from './edit-clock.ts';
import {
  isOutage,
  isTrouble,
  LOAD_PHASES,
  type LoadPhase,
  QUIET_SECONDS_MAX,
  recoverySecondsMaxOf,
  SILENT_SECONDS_MAX,
} from './load-phases.ts';
import type { LoadResult, PhaseResult } from './load-result.ts';
import { outageOf } from './outage.ts';
import { PauseWatch } from './pause-watch.ts';
import { RepeatedCommits } from './repeated-commits.ts';

/** Devices of one account: mostly few, and somebody has many. */
const ACCOUNT_DEVICES = [2, 2, 3, 3, 4, 5, 10];
/** Edits of one device in a minute. */
const EDITS_PER_MINUTE = 1;
/** Of all edits those that are files of their own, which are timed; others rename, remove and meet. */
const TIMED_SHARE = 0.7;
const EVENTS_MAX = 50_000_000;
/** Time in which devices start, before anything is measured. */
const START_MS_MAX = 10 * SECOND_MS;
/** Time for everything to come to rest in the end, and between two looks whether it has. */
const REST_MS_MAX = HOUR_MS;
const LOOK_MS = SECOND_MS;
const PAUSES_LOOK_MS = 5 * SECOND_MS;
const REACHED_AGAIN_MS = SECOND_MS;
const RESTART_MS_MAX = 5 * SECOND_MS;

interface PassedPhase {
  readonly phase: LoadPhase;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of a trouble. */
  readonly returns: DeviceReturns | undefined;
}

export interface LoadOptions {
  readonly seed: number;
  readonly devices: number;
  /** Of simulated time, all phases together. */
  readonly minutes: number;
}

/**
 * Many devices at once, for a while: each the real client on a simulated disk, all on the real handlers over one set of memory stores. Simulated
 * time, so a seed replays it; every transaction, disk call and delta is checked as in a simulated history, and everything at the end.
 */
export class LoadRun {
  readonly #options: LoadOptions;
  readonly #stage: Stage;
  readonly #world: World;
  readonly #edits: EditClock;
  readonly #network: AskedNetwork;
  readonly #pauses: PauseWatch;
  readonly #feed: ChangeFeed;
  readonly #rates = new Map<FaultKind, number>();
  readonly #devices: SimulatedDevice[] = [];
  readonly #passed: PassedPhase[] = [];
  readonly #commits = new RepeatedCommits();
  readonly #sockets = { ended: 0, silenced: 0 };
  #accounts = 0;
  #restMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    const chance = new Chance(`load ${options.seed}`);
    const faults = new Faults(chance.fork('faults'), new Set(), { rates: this.#rates });
    const scheduler = new Scheduler({ chance: chance.fork('scheduler'), startMs: START_MS, eventsMax: EVENTS_MAX });
    this.#stage = new Stage({ scheduler, chance, faults, isTraced: false });
    this.#edits = new EditClock(this.#stage);
    const watched = this.#commits.watch.bind(this.#commits);
    const service = new SimulatedService(this.#stage, this.#edits, { watched });
    this.#network = new AskedNetwork(this.#stage, service.inMemory);
    this.#pauses = new PauseWatch(this.#network);
    this.#world = { stage: this.#stage, ledger: this.#edits, service, network: this.#network };
    this.#feed = connectChangeFeed(this.#stage, service);
    const byId = new Map<string, SimulatedDevice>();
    service.onDelete = ({ deviceId, opId }, oracle, files) => {
      if (byId.size < this.#devices.length) for (const one of this.#devices) byId.set(one.member.deviceId, one);
      const deleter = byId.get(deviceId);
      if (deleter === undefined) return;
      checkDelete(this.#world, deleter, { oracle, files, isFromBefore: deleter.hasForgotten(opId) });
    };
  }

  async run(): Promise<LoadResult> {
    const { faults, scheduler } = this.#stage;
    await this.#while(this.#join());
    for (const device of this.#devices)
      scheduler.after(this.#stage.chance.fraction() * START_MS_MAX, () => device.start());
    await this.#until(scheduler.nowMs + START_MS_MAX);
    this.#planEdits();
    this.#watchPauses();
    faults.isStorm = true;
    for (const phase of LOAD_PHASES) await this.#pass(phase);
    this.#rates.clear();
    faults.isStorm = false;
    await this.#settle();
    if (this.#stage.violation === undefined) await this.#while(checkRest(this.#world, this.#devices));
    return this.#result();
  }

  async #join(): Promise<void> {
    const chance = this.#stage.chance.fork('accounts');
    while (this.#devices.length < this.#options.devices) {
      this.#accounts += 1;
      const count = Math.min(chance.pick(ACCOUNT_DEVICES), this.#options.devices - this.#devices.length);
      for (let number = 1; number <= count; number++) {
        const name = `${this.#accounts}-${number}`;
        const member = await join(this.#world.service.inMemory, `account ${this.#accounts}`, name);
        this.#devices.push(await SimulatedDevice.link(this.#world, { name, member }));
      }
    }
  }

  #watchPauses(): void {
    const { scheduler } = this.#stage;
    this.#pauses.look(this.#devices, scheduler.nowMs);
    scheduler.after(PAUSES_LOOK_MS, () => this.#watchPauses());
  }

  #planEdits(): void {
    const { scheduler, chance } = this.#stage;
    const own = chance.fork('edits');
    const { minutes } = this.#options;
    for (let left = Math.round(this.#devices.length * minutes * EDITS_PER_MINUTE); left > 0; left--) {
      const device = own.pick(this.#devices);
      const isTimed = own.happens(TIMED_SHARE);
      const text = `text ${left} of ${device.name}`;
      scheduler.after(own.fraction() * minutes * MINUTE_MS, () =>
        this.#edit(device, isTimed ? { left, text } : undefined),
      );
    }
  }

  #edit(device: SimulatedDevice, timed: { readonly left: number; readonly text: string } | undefined): void {
    if (timed === undefined) return device.edit();
    const others = this.#devices.filter((one) => one !== device && one.namespaceId === device.namespaceId);
    if (others.length > 0) {
      this.#edits.time(
        timed.text,
        others.map(({ member }) => member.deviceId),
      );
    }
    device.write(`file ${timed.left}`, timed.text);
  }

  /** Lets a phase pass: its troubles begin and end with it. */
  async #pass(phase: LoadPhase): Promise<void> {
    const { scheduler, chance } = this.#stage;
    const fromMs = scheduler.nowMs;
    const lengthMs = phase.share * this.#options.minutes * MINUTE_MS;
    this.#rates.clear();
    for (const [kind, rate] of Object.entries(phase.rates ?? {})) this.#rates.set(kind as FaultKind, rate);
    this.#feed.lateMs = phase.streamLateMs ?? 0;
    if (phase.sockets === 'silent') this.#silenceSockets();
    const cut = new Set(phase.sockets === 'silent' ? this.#devices : []);
    if (phase.sockets === 'half-ended') await this.#while(this.#endSockets(cut));
    for (const device of this.#devices) {
      if (!chance.happens(phase.crashShare ?? 0)) continue;
      const restartAfterMs = chance.fraction() * RESTART_MS_MAX;
      const crash = { restartAfterMs, losesPower: false, state: 'kept', rolledBack: 0 } as const;
      scheduler.after(chance.fraction() * lengthMs, () => device.crash(crash));
    }
    await this.#until(fromMs + lengthMs);
    const befallen = this.#devices.map(
      (device) => [device, { cutAtMs: cut.has(device) ? fromMs : undefined }] as const,
    );
    const returns = isTrouble(phase) ? new DeviceReturns(this.#network, new Map(befallen)) : undefined;
    this.#passed.push({ phase, fromMs, untilMs: fromMs + lengthMs, returns });
    if (returns !== undefined) this.#lookFor(returns);
  }

  /** Looks again and again, until the last device is back. */
  #lookFor(returns: DeviceReturns): void {
    const { scheduler } = this.#stage;
    if (!returns.look(scheduler.nowMs)) scheduler.after(LOOK_MS, () => this.#lookFor(returns));
  }

  /** Of every other account; the others stand, and nothing wakes their devices but themselves. */
  async #endSockets(cut: Set<SimulatedDevice>): Promise<void> {
    const { clock, sockets, pusher } = this.#world.service.stores;
    const accountIds = [...new Set(this.#devices.map(({ member }) => member.accountId))];
    for (const accountId of accountIds.filter((_, index) => index % 2 === 0)) {
      for (const device of this.#devices) if (device.member.accountId === accountId) cut.add(device);
      for (const { connectionId } of await sockets.listConnections(accountId, clock.now())) {
        this.#sockets.ended += 1;
        await pusher.close(connectionId);
      }
    }
  }

  #silenceSockets(): void {
    this.#sockets.silenced += this.#devices.filter(({ isConnected }) => isConnected).length;
    for (const device of this.#devices) device.setNetwork(false);
    this.#stage.scheduler.after(REACHED_AGAIN_MS, () => {
      for (const device of this.#devices) device.setNetwork(true);
    });
  }

  /** Waits until everybody has everything, and a last look finds nothing to do. */
  async #settle(): Promise<void> {
    const { scheduler } = this.#stage;
    const fromMs = scheduler.nowMs;
    this.#feed.lateMs = 0;
    for (;;) {
      await this.#until(scheduler.nowMs + LOOK_MS);
      if (this.#stage.violation !== undefined) return;
      if (scheduler.nowMs > fromMs + REST_MS_MAX) {
        this.#stage.violate(
          'I-12',
          `no rest: ${firstDifference(this.#world, this.#devices) ?? 'though all are equal'}`,
        );
        return;
      }
      if (!this.#isAtRest()) continue;
      this.#restMs = scheduler.nowMs - fromMs;
      const entries = this.#entries();
      await this.#while(Promise.all(this.#devices.map((device) => device.syncNow())));
      if (this.#entries() === entries && this.#isAtRest()) break;
    }
    await this.#whileAway();
  }

  /** Nobody has anything to do any more; whose socket is dead has still to find out. */
  async #whileAway(): Promise<void> {
    const { scheduler } = this.#stage;
    const untilMs = scheduler.nowMs + SILENT_SECONDS_MAX * SECOND_MS;
    const isAway = (): boolean => this.#passed.some(({ returns }) => returns?.toldAtMs === Number.POSITIVE_INFINITY);
    const isOver = (): boolean => this.#stage.violation !== undefined || scheduler.nowMs >= untilMs;
    while (isAway() && !isOver()) await this.#until(scheduler.nowMs + LOOK_MS);
  }

  #isAtRest(): boolean {
    return this.#devices.every((device) => device.isIdle) && areEqual(this.#world, this.#devices);
  }

  #entries(): number {
    return [...this.#world.service.oracles.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  }

  async #until(atMs: number): Promise<void> {
    const { scheduler } = this.#stage;
    scheduler.after(atMs - scheduler.nowMs, () => undefined);
    await scheduler.run(() => this.#stage.violation !== undefined || scheduler.nowMs >= atMs);
  }

  async #while(task: Promise<unknown>): Promise<void> {
    let isDone = false;
    const ended = task.finally(() => {
      isDone = true;
    });
    await this.#stage.scheduler.run(() => isDone || this.#stage.violation !== undefined);
    if (this.#stage.violation === undefined) await ended;
  }

  #result(): LoadResult {
    const { violation, faults, scheduler } = this.#stage;
    const requests = new Map<string, number>();
    for (const { route } of this.#world.service.stores.telemetry.invocations) {
      requests.set(route, (requests.get(route) ?? 0) + 1);
    }
    return {
      violation,
      digest: scheduler.digest,
      devices: this.#devices.length,
      accounts: this.#accounts,
      minutes: this.#options.minutes,
      events: scheduler.events,
      entries: this.#entries(),
      requests,
      faults: faults.happened,
      sockets: this.#sockets,
      phases: this.#passed.map((_, index) => this.#phaseResult(index)),
      arrivals: this.#edits.edits.filter(({ arrivedAtMs }) => arrivedAtMs !== undefined).length,
      restSeconds: this.#restMs / SECOND_MS,
      repeatedCommits: this.#commits.count,
      pauses: this.#pauses,
    };
  }

  #phaseResult(index: number): PhaseResult {
    const passed = this.#passed[index];
    assert(passed !== undefined, 'a phase that has passed has its result');
    const { phase, fromMs, untilMs, returns } = passed;
    const seconds: number[] = [];
    let lastMs = untilMs;
    let slowestMs = 0;
    for (const { madeAtMs, arrivedAtMs } of this.#edits.edits) {
      if (arrivedAtMs === undefined || madeAtMs < fromMs || madeAtMs >= untilMs) continue;
      seconds.push((arrivedAtMs - madeAtMs) / SECOND_MS);
      lastMs = Math.max(lastMs, arrivedAtMs);
      // What is made last in a quiet time meets the next trouble.
      const isLast = madeAtMs >= untilMs - QUIET_SECONDS_MAX * SECOND_MS && index + 1 < this.#passed.length;
      if (!isLast) slowestMs = Math.max(slowestMs, arrivedAtMs - madeAtMs);
    }
    return {
      name: phase.name,
      isTrouble: isTrouble(phase),
      secondsMax: this.#secondsMax(index),
      seconds: seconds.toSorted((one, other) => one - other),
      slowestSeconds: slowestMs / SECOND_MS,
      recoverySeconds: (lastMs - untilMs) / SECOND_MS,
      readSeconds: ((returns?.readAtMs ?? untilMs) - untilMs) / SECOND_MS,
      toldSeconds: ((returns?.toldAtMs ?? untilMs) - untilMs) / SECOND_MS,
      outage: isOutage(phase) ? outageOf(this.#network.asks, { fromMs, untilMs }) : undefined,
    };
  }

  #secondsMax(index: number): number {
    const before = this.#recoverySecondsMax(index - 1);
    const own = this.#recoverySecondsMax(index);
    if (own > 0) return own;
    // Whoever has not recovered yet is late in the quiet time behind a trouble, and later still when an outage comes on top.
    const next = this.#passed[index + 1];
    const isCaught = before > 0 && next !== undefined && isOutage(next.phase);
    return (
      QUIET_SECONDS_MAX +
      before +
      (isCaught ? this.#recoverySecondsMax(index + 1) + (next.untilMs - next.fromMs) / SECOND_MS : 0)
    );
  }

  #recoverySecondsMax(index: number): number {
    const passed = this.#passed[index];
    return passed === undefined ? 0 : recoverySecondsMaxOf(passed.phase, passed.untilMs - passed.fromMs);
  }
}
