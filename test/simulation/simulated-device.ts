import type { NamespaceId } from '@syncline/protocol';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import type { Member } from '../support/in-memory-member.ts';
import type { Chance } from './chance.ts';
import type { ContentLedger } from './content-ledger.ts';
import { DeviceDisk, isDiskError } from './device-disk.ts';
import { DeviceSocket } from './device-socket.ts';
import { type Ambush, EngineProcess } from './engine-process.ts';
import { editDisk } from './person.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { NetworkEnd, SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedService } from './simulated-service.ts';
import { SimulatedStateStore } from './simulated-state-store.ts';
import type { Stage } from './stage.ts';

/** Time from a change on the disk to the sync that it causes. */
const DEBOUNCE_MS_MAX = 400;
const WRITE_AGAIN_MS_MAX = 6;
const POLL_MS = { least: 60_000, most: 180_000 };
const RETRY_MS = { least: 2000, most: 20_000 };

export interface World {
  readonly stage: Stage;
  readonly ledger: ContentLedger;
  readonly service: SimulatedService;
  readonly network: SimulatedNetwork;
}

/** What follows a death. */
export interface Crash {
  readonly restartAfterMs: number;
  readonly state: 'kept' | 'lost' | 'rolled-back';
  readonly rolledBack: number;
}

/** One device: a disk, a database, a clock, and the engine that runs on them for as long as its process lives. */
export class SimulatedDevice implements NetworkEnd {
  readonly name: string;
  readonly member: Member;
  readonly disk: DeviceDisk;
  readonly clock: SimulatedClock;
  readonly store = new SimulatedStateStore();
  /** Whether it has a network. */
  hasNetwork = true;
  /** Whether it looks by itself from time to time. */
  isPolling = true;
  /** Event in which the present sync began. */
  syncBeganAt = 0;
  readonly #world: World;
  readonly #chance: Chance;
  #process: EngineProcess | undefined;
  #socket: DeviceSocket | undefined;
  #isSyncing = false;
  #isWanted = false;
  #isAtRest = false;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #edits = 0;
  #processes = 0;

  constructor(world: World, own: { readonly name: string; readonly member: Member }) {
    const { stage, ledger } = world;
    this.#world = world;
    this.name = own.name;
    this.member = own.member;
    this.#chance = stage.chance.fork(own.name);
    this.clock = new SimulatedClock(stage.scheduler);
    const { deviceId } = own.member;
    this.disk = new DeviceDisk({ stage, ledger }, { deviceId, clock: this.clock, chance: this.#chance.fork('disk') });
  }

  get namespaceId(): NamespaceId {
    return this.member.namespaceId;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  isOnline(): boolean {
    return this.hasNetwork;
  }

  /** Pushes reach it. */
  get isConnected(): boolean {
    return this.hasNetwork && this.#socket?.isOpen === true;
  }

  /** Nothing is under way or left to do, and nothing is about to begin but a poll. */
  get isIdle(): boolean {
    return this.isRunning && this.#isAtRest && !this.#isSyncing && !this.#isWanted;
  }

  start(): void {
    if (this.isRunning) return;
    this.#world.stage.tell(this.name, () => 'starts');
    this.#processes += 1;
    const chance = this.#chance.fork(`process ${this.#processes}`);
    const process = new EngineProcess(this.#world, { device: this, chance, onDeath: () => this.#forget() });
    this.#process = process;
    this.#socket = new DeviceSocket(this.#world, { device: this, process, chance: chance.fork('socket') });
    void this.#socket.open();
    this.want(0);
  }

  /** Ends the process between two events. */
  kill(): void {
    this.#process?.kill();
  }

  /** Lets something happen in one of the next calls of the process, if there is one. */
  lieInWait(ambush: Ambush): void {
    this.#process?.lieInWait(ambush);
  }

  /** Lets the process die, and start again later. */
  crash(crash: Crash): void {
    const { stage } = this.#world;
    if (!this.isRunning) return;
    stage.tell(this.name, () => `dies, its state is ${crash.state}`);
    stage.faults.count('crash');
    this.kill();
    if (crash.state === 'lost') this.store.lose();
    if (crash.state === 'rolled-back') this.store.rollBack(crash.rolledBack);
    if (crash.state !== 'kept') stage.faults.count(`state-${crash.state}`);
    stage.scheduler.after(crash.restartAfterMs, () => this.start());
  }

  /** Takes back what lies in wait. */
  spare(): void {
    this.#process?.spare();
  }

  /** Somebody does something to the disk. */
  edit(near?: string): void {
    if (this.disk.mount !== 'mounted') return;
    const mark = this.#mark();
    const chance = this.#chance.fork(`edit ${this.#edits}`);
    const done = editDisk(this.disk, chance, near === undefined ? { mark } : { mark, near });
    if (done === undefined) return;
    this.#world.stage.tell(this.name, () => `person: ${done}`);
    this.want(this.#chance.fraction() * DEBOUNCE_MS_MAX);
    if (near !== undefined && chance.happens(0.3)) this.#writeAgain(near, chance);
  }

  /** A text that is written once. All have one length, so that sizes tell nothing. */
  #mark(): string {
    this.#edits += 1;
    return `${this.name}.${`${this.#edits}`.padStart(3, '0')}`;
  }

  /** Somebody writes a file. */
  write(path: string, text: string): void {
    this.disk.write(path, text);
    this.#world.stage.tell(this.name, () => `person: write ${path}`);
    this.want(this.#chance.fraction() * DEBOUNCE_MS_MAX);
  }

  /** Some programs write a file several times in one tick of its clock. */
  #writeAgain(path: string, chance: Chance): void {
    const { scheduler } = this.#world.stage;
    for (let times = 0; times < 2; times++) {
      scheduler.after(chance.fraction() * WRITE_AGAIN_MS_MAX, () => {
        if (this.disk.mount !== 'mounted' || this.disk.memory.text(path) === undefined) return;
        this.write(path, this.#mark());
      });
    }
  }

  /** Something may have to be done: looks within this time. */
  want(withinMs: number): void {
    if (!this.isRunning) return;
    this.#isWanted = true;
    this.#wakeAfter(withinMs);
  }

  #forget(): void {
    this.#process = undefined;
    this.#isSyncing = false;
    this.#isWanted = false;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
  }

  #wakeAfter(ms: number): void {
    const { scheduler } = this.#world.stage;
    const atMs = scheduler.nowMs + ms;
    const process = this.#process;
    if (process === undefined || this.#isSyncing || atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    scheduler.after(ms, () => {
      if (this.#process !== process || this.#isSyncing || this.#wakeAtMs !== atMs) return;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      if (this.#isWanted || this.isPolling || !this.#isAtRest) void this.#sync(process);
    });
  }

  async #sync(process: EngineProcess): Promise<void> {
    const { stage } = this.#world;
    this.#isSyncing = true;
    this.#isWanted = false;
    this.#isAtRest = false;
    this.syncBeganAt = stage.scheduler.events;
    let next: { readonly least: number; readonly most: number };
    try {
      // As the command line does: what an engine remembers of files that kept changing lasts for one sync.
      const engine = new SyncEngine(process.ports, { deviceName: this.name, localNameKey: (name) => name });
      const outcome = await engine.sync({ acceptDeletes: true });
      next = this.#afterSync(outcome);
    } catch (error) {
      if (this.#process !== process) return;
      next = this.#afterFailure(error);
    }
    this.#isSyncing = false;
    this.#lookAgain(next);
  }

  #lookAgain({ least, most }: { readonly least: number; readonly most: number }): void {
    this.#wakeAfter(this.#isWanted ? this.#chance.fraction() * DEBOUNCE_MS_MAX : this.#chance.between(least, most));
  }

  /** Answers after which time to look again. */
  #afterSync(outcome: SyncOutcome) {
    const { stage } = this.#world;
    stage.tell(
      this.name,
      () => `${outcome.kind} ${outcome.problems.map(({ reason, path }) => `${reason} ${path}`).join(', ')}`,
    );
    if (outcome.kind === 'refused' && outcome.problem.remedy !== 'retry') {
      stage.violate('engine', `${this.name} was refused: ${JSON.stringify(outcome.problem)}`);
    }
    this.#isAtRest = outcome.kind === 'rested' && outcome.problems.length === 0;
    return this.#isAtRest ? POLL_MS : RETRY_MS;
  }

  #afterFailure(error: unknown) {
    const { stage } = this.#world;
    stage.tell(this.name, () => `failed: ${String(error)}`);
    if (!(error instanceof UnavailableError) && !isDiskError(error)) {
      stage.violate('engine', `${this.name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    return RETRY_MS;
  }
}
