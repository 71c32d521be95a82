import { type EpochMs, epochMs, HOUR_MS, type NamespaceId } from '@syncline/protocol';
import { type RootMarker, writeRootMarker } from '../../client/src/platform/node/root-marker.ts';
import type { Member } from '../support/in-memory-member.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import type { Chance } from './chance.ts';
import type { ContentLedger } from './content-ledger.ts';
import { DeviceDisk, ROOT } from './device-disk.ts';
import { type Ambush, EngineProcess } from './engine-process.ts';
import { editDisk } from './person.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { NetworkEnd, SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedService } from './simulated-service.ts';
import { SimulatedStateStore } from './simulated-state-store.ts';
import type { Stage } from './stage.ts';

/** Time within which a program writes a file once more: less than two ticks of the clock of files. */
const WRITE_AGAIN_MS_MAX = 6;

export interface World {
  readonly stage: Stage;
  readonly ledger: ContentLedger;
  readonly service: SimulatedService;
  readonly network: SimulatedNetwork;
}

/** No machine is started twice within this time. */
const BOOT_MS = 5000;

/** How a device dies, and what follows. */
export interface Crash {
  readonly restartAfterMs: number;
  /** Whether the whole device goes down, and what was not made durable with it. */
  readonly losesPower: boolean;
  readonly state: 'kept' | 'lost' | 'rolled-back';
  readonly rolledBack: number;
}

/** One device: a disk, a database, a clock, and the client that runs on them for as long as its process lives. */
export class SimulatedDevice implements NetworkEnd {
  readonly name: string;
  readonly member: Member;
  readonly disk: DeviceDisk;
  readonly clock: SimulatedClock;
  readonly store = new SimulatedStateStore();
  /** When it was switched on. */
  bootedAt: EpochMs;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #marker: RootMarker;
  #process: EngineProcess | undefined;
  #hasNetwork = true;
  #edits = 0;
  #processes = 0;
  readonly #asked = new Map<string, number>();

  private constructor(world: World, own: { readonly name: string; readonly member: Member }) {
    const { stage, ledger } = world;
    this.#world = world;
    this.name = own.name;
    this.member = own.member;
    this.#chance = stage.chance.fork(own.name);
    this.clock = new SimulatedClock(stage.scheduler);
    this.bootedAt = epochMs(this.clock.now() - HOUR_MS);
    const { deviceId, namespaceId } = own.member;
    this.#marker = { folderId: own.name, deviceId, namespaceId };
    this.disk = new DeviceDisk({ stage, ledger }, { deviceId, clock: this.clock });
  }

  /** A device whose folder is linked. */
  static async link(world: World, own: { readonly name: string; readonly member: Member }): Promise<SimulatedDevice> {
    const device = new SimulatedDevice(world, own);
    await writeRootMarker(ROOT, device.#marker, new SimulatedProcess(device.disk.simulated).calls);
    device.disk.settle();
    return device;
  }

  get namespaceId(): NamespaceId {
    return this.member.namespaceId;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  isOnline(): boolean {
    return this.#hasNetwork;
  }

  /** Whether pushes come in. */
  get isConnected(): boolean {
    return this.#process?.isConnected === true;
  }

  /** The client says that both sides agree. */
  get isIdle(): boolean {
    const status = this.#process?.loop.status();
    return status?.state === 'idle' && status.problems.length === 0;
  }

  /** The client says that both sides agree, but for what may not be sent into shared folders, and what that stands in the way of. */
  get isIdleAroundMounts(): boolean {
    const status = this.#process?.loop.status();
    return this.isIdle || (status?.state === 'idle' && status.problems.some(({ reason }) => OF_MOUNTS.has(reason)));
  }

  /** Where the client holds still, because there is a shared folder. */
  get heldPaths(): readonly string[] {
    const problems = this.#process?.loop.status().problems ?? [];
    return problems.filter(({ reason }) => reason === 'shared-folder').map(({ path }) => path);
  }

  /** Until when the client waits before it asks the service again, infinite when it does not say; undefined when it does not wait. */
  get pausedUntil(): number | undefined {
    const status = this.#process?.loop.status();
    if (status?.state !== 'offline' && status?.state !== 'refused') return undefined;
    return status.nextAttemptAt ?? Number.POSITIVE_INFINITY;
  }

  /** What the client says of itself, for messages. */
  get state(): string {
    const status = this.#process?.loop.status();
    if (status === undefined) return 'off';
    return [status.state, ...status.problems.map(({ reason, path }) => `${reason} ${path}`)].join(', ');
  }

  /** Remembers which process has asked for an operation first. */
  asks(opId: string): void {
    if (!this.#asked.has(opId)) this.#asked.set(opId, this.#processes);
  }

  /** Whether an operation was asked for by a process that has ended. */
  hasForgotten(opId: string): boolean {
    return this.#process === undefined || this.#asked.get(opId) !== this.#processes;
  }

  get roundBeganAt(): number {
    return this.#process?.roundBeganAt ?? Number.POSITIVE_INFINITY;
  }

  start(): void {
    if (this.isRunning) return;
    this.#world.stage.tell(this.name, () => 'starts');
    this.#processes += 1;
    const chance = this.#chance.fork(`process ${this.#processes}`);
    const name = `${this.name}/${this.#processes}`;
    this.#process = new EngineProcess(this.#world, { device: this, chance, marker: this.#marker, name });
    this.#process.run();
  }

  /** The clock goes forward or back, and so much earlier everything has become durable: that it had not is told by nothing but times. */
  leap(byMs: number): void {
    this.disk.leap();
    this.clock.jump(byMs);
  }

  /** Asks for a round at once, as a person does. */
  async syncNow(): Promise<void> {
    await this.#process?.loop.syncNow();
  }

  kill(): void {
    this.#process?.kill();
    this.#process = undefined;
  }

  /** Dies, and starts again later. */
  crash(crash: Crash): void {
    const { stage } = this.#world;
    if (!this.isRunning) return;
    stage.faults.count('crash');
    this.kill();
    if (crash.losesPower) {
      stage.faults.count('power-lost');
      this.disk.losePower(`${this.name}/${this.#processes}/${this.#chance.uint32()}`);
      this.bootedAt = epochMs(Math.max(this.clock.now(), this.bootedAt + BOOT_MS));
    }
    if (crash.state === 'lost') this.store.lose();
    if (crash.state === 'rolled-back') this.store.rollBack(crash.rolledBack);
    if (crash.state !== 'kept') stage.faults.count(`state-${crash.state}`);
    stage.scheduler.after(crash.restartAfterMs, () => this.start());
  }

  /** Lets something happen in one of the next calls of the process, if there is one. */
  lieInWait(ambush: Ambush): void {
    this.#process?.lieInWait(ambush);
  }

  /** Goes on with the disk and the database that it has at a later moment of another course of things, and draws nothing that was drawn there. */
  takeOver(later: SimulatedDevice): void {
    const { isRunning } = this;
    this.kill();
    this.disk.become(later.disk.tree());
    this.store.takeOver(later.store);
    this.#processes = Math.max(this.#processes, later.#processes);
    // What people write from now on stands on no disk yet.
    this.#edits = Math.max(this.#edits, later.#edits);
    if (isRunning) this.start();
  }

  /** Takes back what lies in wait. */
  spare(): void {
    this.#process?.spare();
  }

  setNetwork(isThere: boolean): void {
    this.#hasNetwork = isThere;
    if (!isThere) this.#process?.cutSockets();
  }

  /** Somebody does something to the disk; `near`: something happens there just now. */
  edit(near?: string): void {
    if (!this.disk.isUsable) return;
    const mark = this.#mark();
    const chance = this.#chance.fork(`edit ${this.#edits}`);
    const held = this.heldPaths;
    const isFree = near !== undefined && !held.some((path) => areNested(path, near));
    const done = editDisk(diskApartFrom(this.disk, held), chance, isFree ? { mark, near } : { mark });
    if (done === undefined) return;
    this.#world.stage.tell(this.name, () => `person: ${done}`);
    if (near !== undefined && chance.happens(0.3)) this.#writeAgain(near, chance);
  }

  /** Somebody writes a file. */
  write(path: string, text: string): void {
    this.disk.write(path, text);
    this.#world.stage.tell(this.name, () => `person: write ${path} ${JSON.stringify(text)}`);
  }

  /** A text that is written once. All have one length, so that sizes tell nothing. */
  #mark(): string {
    this.#edits += 1;
    return `${this.name}.${`${this.#edits}`.padStart(3, '0')}`;
  }

  /** Some programs write a file several times in one tick of its clock. */
  #writeAgain(path: string, chance: Chance): void {
    for (let times = 0; times < 2; times++) {
      this.#world.stage.scheduler.after(chance.fraction() * WRITE_AGAIN_MS_MAX, () => {
        if (this.disk.isUsable && this.disk.texts().get(path) !== undefined) this.write(path, this.#mark());
      });
    }
  }
}

/** Why something stays on a disk that has to do with shared folders. */
const OF_MOUNTS: ReadonlySet<string> = new Set(['shared-folder', 'read-only', 'left-folder', 'mount-deleted']);

/** A disk on which nobody sees these paths, what lies below them, or the folders around them: whoever edits it leaves them alone. */
function diskApartFrom(disk: DeviceDisk, paths: readonly string[]): DeviceDisk {
  if (paths.length === 0) return disk;
  const texts = () => new Map([...disk.texts()].filter(([path]) => !paths.some((held) => areNested(held, path))));
  return new Proxy(disk, {
    get: (target, name) => {
      if (name === 'texts') return texts;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: readonly unknown[]): unknown => {
        const isApart = !given.some((path) => typeof path === 'string' && paths.some((held) => areNested(held, path)));
        return isApart ? Reflect.apply(member, target, given) : undefined;
      };
    },
  });
}

function areNested(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
