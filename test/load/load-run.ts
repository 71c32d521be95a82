import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { Chance } from '../simulation/chance.ts';
import { type ChangeFeed, connectChangeFeed } from '../simulation/change-feed.ts';
import { checkDelete } from '../simulation/check-delete.ts';
import { type FaultKind, Faults } from '../simulation/faults.ts';
import { areEqual, checkRest, firstDifference } from '../simulation/quiescence.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { SimulatedDevice, type World } from '../simulation/simulated-device.ts';
import { SimulatedNetwork } from '../simulation/simulated-network.ts';
import { SimulatedService } from '../simulation/simulated-service.ts';
import { START_MS, Stage } from '../simulation/stage.ts';
import { join } from '../support/in-memory-member.ts';
import { EditClock } from './edit-clock.ts';
import { LOAD_PHASES, type LoadPhase, QUIET_SECONDS_MAX } from './load-phases.ts';
import type { LoadResult, PhaseResult } from './load-result.ts';

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
const REACHED_AGAIN_MS = SECOND_MS;
const RESTART_MS_MAX = 5 * SECOND_MS;

interface PassedPhase {
  readonly phase: LoadPhase;
  readonly fromMs: number;
  readonly untilMs: number;
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
  readonly #feed: ChangeFeed;
  readonly #rates = new Map<FaultKind, number>();
  readonly #devices: SimulatedDevice[] = [];
  readonly #passed: PassedPhase[] = [];
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
    const service = new SimulatedService(this.#stage, this.#edits);
    const network = new SimulatedNetwork(this.#stage, service.inMemory);
    this.#world = { stage: this.#stage, ledger: this.#edits, service, network };
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
    if (phase.sockets === 'ended') await this.#while(this.#endSockets());
    for (const device of this.#devices) {
      if (!chance.happens(phase.crashShare ?? 0)) continue;
      const restartAfterMs = chance.fraction() * RESTART_MS_MAX;
      const crash = { restartAfterMs, losesPower: false, state: 'kept', rolledBack: 0 } as const;
      scheduler.after(chance.fraction() * lengthMs, () => device.crash(crash));
    }
    await this.#until(fromMs + lengthMs);
    this.#passed.push({ phase, fromMs, untilMs: fromMs + lengthMs });
  }

  async #endSockets(): Promise<void> {
    const { clock, sockets, pusher } = this.#world.service.stores;
    for (const accountId of new Set(this.#devices.map(({ member }) => member.accountId))) {
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
      if (this.#entries() === entries && this.#isAtRest()) return;
    }
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
      phases: this.#passed.map((end, index) => this.#phaseResult(end, this.#passed[index - 1])),
      arrivals: this.#edits.edits.filter(({ arrivedAtMs }) => arrivedAtMs !== undefined).length,
      restSeconds: this.#restMs / SECOND_MS,
    };
  }

  #phaseResult({ phase, fromMs, untilMs }: PassedPhase, before: PassedPhase | undefined): PhaseResult {
    const seconds: number[] = [];
    let lastMs = untilMs;
    for (const { madeAtMs, arrivedAtMs } of this.#edits.edits) {
      if (arrivedAtMs === undefined || madeAtMs < fromMs || madeAtMs >= untilMs) continue;
      seconds.push((arrivedAtMs - madeAtMs) / SECOND_MS);
      lastMs = Math.max(lastMs, arrivedAtMs);
    }
    const sorted = seconds.toSorted((one, other) => one - other);
    const recoverySeconds = (lastMs - untilMs) / SECOND_MS;
    const own = { name: phase.name, isTrouble: isTrouble(phase), seconds: sorted, recoverySeconds };
    // Whoever has not recovered yet is late in the quiet time behind a trouble.
    const quietMax = QUIET_SECONDS_MAX + (before?.phase.recoverySecondsMax ?? 0);
    return { ...own, secondsMax: own.isTrouble ? (phase.recoverySecondsMax ?? 0) : quietMax };
  }
}

function isTrouble({ rates, sockets, streamLateMs }: LoadPhase): boolean {
  return rates !== undefined || sockets !== undefined || streamLateMs !== undefined;
}
