import { HOUR_MS } from '@syncline/protocol';
import { join } from '../support/in-memory-member.ts';
import { Chance } from './chance.ts';
import { connectChangeFeed } from './change-feed.ts';
import { checkDelete } from './check-delete.ts';
import { ContentLedger } from './content-ledger.ts';
import { LATE_HINT_MS_MAX } from './engine-process.ts';
import { Faults } from './faults.ts';
import { type Doing, drawHistory, type History, type Planned, type Storm } from './history.ts';
import type { Invariant } from './invariant-violation.ts';
import type { Tree } from './journal-oracle.ts';
import { Prober } from './prober.ts';
import { areEqual, checkRest, checkStored, differenceOf, firstDifference } from './quiescence.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedDevice, type World } from './simulated-device.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedService } from './simulated-service.ts';
import type { SimulationOptions, SimulationResult } from './simulation-result.ts';
import { START_MS, Stage } from './stage.ts';
import { Sweep } from './sweep.ts';
import { canBeSetBack, type LaterMoment, laterMoment, setTablesBack } from './tables-set-back.ts';

/** Simulated time within which everything has to come to rest once faults and edits have stopped. */
const REST_MS_MAX = 3 * HOUR_MS;

/** Things that one person does at the end, alone. */
const CALM_EDITS_MAX = 5;
const CALM_PAUSE_MS_MAX = 1500;
/** Time in which pushes carry what happens in the calm; by itself nobody looks before minutes have passed. */
const CALM_MS_MAX = 60_000;
/** A name that nobody else uses. */
const CALM_FILE = 'calm.txt';

/** The devices of one person, and perhaps of a stranger, who meet whatever can befall them. */
export class Simulation {
  readonly #stage: Stage;
  readonly #world: World;
  readonly #sweep: Sweep;
  readonly #history: History;
  readonly #devices: SimulatedDevice[] = [];
  readonly #options: SimulationOptions;
  #prober: Prober | undefined;
  #later: LaterMoment | undefined;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { seed, without = new Set(), dropped = new Set(), isSetBack = false, isTraced = false } = options;
    const chance = new Chance(`${seed}`);
    const faults = new Faults(chance.fork('faults'), without);
    const scheduler = new Scheduler({ chance: chance.fork('scheduler'), startMs: START_MS });
    this.#stage = new Stage({ scheduler, chance, faults, isTraced });
    const ledger = new ContentLedger(this.#stage);
    const service = new SimulatedService(this.#stage, ledger);
    const network = new SimulatedNetwork(this.#stage, service.inMemory);
    this.#world = { stage: this.#stage, ledger, service, network };
    connectChangeFeed(this.#stage, service);
    this.#sweep = new Sweep(this.#stage, service, ledger);
    this.#history = drawHistory(chance.fork('history'), faults, { dropped, isSetBack });
    service.onDelete = ({ deviceId, opId }, oracle, files) => {
      const deleter = this.#devices.find(({ member }) => member.deviceId === deviceId);
      if (deleter === undefined) return;
      const isFromBefore = deleter.hasForgotten(opId);
      checkDelete(this.#world, deleter, { oracle, files, isFromBefore });
    };
  }

  result(): SimulationResult {
    const { scheduler, violation, faults, trace } = this.#stage;
    const { service } = this.#world;
    return {
      violation,
      digest: scheduler.digest,
      events: scheduler.events,
      requests: service.stores.telemetry.invocations.length,
      entries: this.#entries(),
      doings: this.#history.storms.flatMap((storm) => storm.map(({ number }) => number)),
      faults: faults.happened,
      trace: trace ?? [],
    };
  }

  async run(): Promise<void> {
    try {
      if (this.#history.setBackAt !== undefined) await this.#lookAhead();
      const isJoined = await this.#while(this.#join());
      for (const storm of isJoined ? this.#history.storms : []) {
        for (const device of this.#devices) device.start();
        await this.#storm(storm);
        await this.#settle();
        if (this.#stage.violation !== undefined) return;
        await this.#while(checkRest(this.#world, this.#devices));
      }
      if (this.#stage.violation === undefined) await this.#calm();
    } catch (error) {
      this.#stage.violate('engine', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  /** Runs the first storm of this history in another world, to know what is there when its tables are lost. */
  async #lookAhead(): Promise<void> {
    const ahead = new Simulation({ ...this.#options, isTraced: false });
    await ahead.#while(ahead.#join());
    for (const device of ahead.#devices) device.start();
    await ahead.#storm(ahead.#history.storms[0] ?? []);
    for (const { disk } of ahead.#devices) disk.mount();
    this.#later = await ahead.#while(laterMoment(ahead.#world, { people: ahead.#devices, devices: ahead.#devices }));
    this.#stage.violation = ahead.#stage.violation;
  }

  /** Lets the tables be lost at the end of this storm, and be set back to now. */
  async #setBack(later: LaterMoment): Promise<void> {
    if (!canBeSetBack(this.#world, later)) return;
    this.#stage.faults.count('tables-set-back');
    const { service } = this.#world;
    this.#leap(later.now - service.clock.now());
    for (const { disk } of this.#devices) {
      disk.mount();
      disk.clear();
    }
    const retained = { checkStored: () => checkStored(this.#world) };
    await setTablesBack(this.#world, later, { retained, people: this.#devices, devices: this.#devices });
  }

  async #join(): Promise<boolean> {
    const { devices, strangers } = this.#history;
    for (let number = 1; number <= devices + strangers; number++) {
      const isStranger = number > devices;
      const name = isStranger ? 'stranger' : `device ${number}`;
      const member = await join(this.#world.service.inMemory, isStranger ? 'eve' : 'ada', name);
      this.#devices.push(await SimulatedDevice.link(this.#world, { name, member }));
    }
    if (this.#stage.faults.isOn('probe')) {
      this.#prober = new Prober(this.#world, await join(this.#world.service.inMemory, 'mallory', 'prober'));
    }
    return true;
  }

  /** Lets events happen until a task is done. */
  async #while<T>(task: Promise<T>): Promise<T> {
    let isDone = false;
    const ended = task.finally(() => {
      isDone = true;
    });
    await this.#stage.scheduler.run(() => isDone);
    return ended;
  }

  #run(isDone: () => boolean): Promise<'done' | 'silent'> {
    return this.#stage.scheduler.run(() => this.#stage.violation !== undefined || isDone());
  }

  async #storm(storm: Storm): Promise<void> {
    const { scheduler, faults } = this.#stage;
    faults.isStorm = true;
    let left = storm.length;
    let atMs = 0;
    for (const planned of storm) {
      atMs += planned.afterMs;
      scheduler.after(atMs, () => {
        left -= 1;
        if (this.#later !== undefined && planned.number === this.#history.setBackAt) void this.#setBack(this.#later);
        this.#meet(planned);
      });
    }
    await this.#run(() => left === 0);
    faults.isStorm = false;
  }

  #meet({ device: index, calls, doing }: Planned): void {
    const device = this.#devices[index];
    if (device === undefined) return;
    const act = () => {
      this.#stage.tell('storm', () => `${device.name} ${JSON.stringify(doing)}`);
      this.#perform(doing, device);
    };
    if (calls === undefined) act();
    else device.lieInWait({ calls, act });
  }

  /** Ends all that is wrong, and waits for everything to come to rest, and to stay so. */
  async #settle(): Promise<void> {
    const { scheduler, violation } = this.#stage;
    if (violation !== undefined) return;
    this.#stage.tell('calm', () => 'faults and edits have stopped');
    const deadline = scheduler.nowMs + REST_MS_MAX;
    for (const device of this.#devices) {
      device.disk.mount();
      device.disk.clear();
      device.setNetwork(true);
      device.spare();
      device.start();
    }
    for (;;) {
      await this.#run(() => scheduler.nowMs >= deadline || (this.#isIdle() && areEqual(this.#world, this.#devices)));
      if (this.#stage.violation !== undefined) return;
      if (scheduler.nowMs >= deadline) {
        const states = this.#devices.map(({ name, state }) => `${name}: ${state}`).join('; ');
        const difference = firstDifference(this.#world, this.#devices) ?? 'though all are equal';
        this.#stage.violate('I-12', `the devices do not come to rest (${states}): ${difference}`);
        return;
      }
      // A watcher may yet tell of an edit that no tree shows: two equal files that have changed places.
      await this.#while(scheduler.sleep(LATE_HINT_MS_MAX));
      // Everybody looks once more: there must be nothing left to do.
      const entries = this.#entries();
      await this.#while(Promise.all(this.#devices.map((device) => device.syncNow())));
      await this.#run(() => scheduler.nowMs >= deadline || this.#isIdle());
      if (this.#entries() === entries && areEqual(this.#world, this.#devices)) return;
    }
  }

  /**
   * Nothing goes wrong, one person works, and another one makes a file of their own at about the same time. Then the outcome is exact,
   * and pushes alone have to carry it everywhere. Before, everybody starts anew and has to find nothing to do.
   */
  async #calm(): Promise<void> {
    const chance = this.#stage.chance.fork('calm');
    const author = chance.pick(this.#devices);
    const others = this.#devices.filter((one) => one !== author && one.namespaceId === author.namespaceId);
    const entries = this.#entries();
    for (const device of this.#devices) {
      device.kill();
      device.start();
    }
    const isReady = () => this.#isIdle() && this.#devices.every((device) => device.isConnected);
    if ((await this.#run(isReady)) === 'silent') this.#stage.violate('I-12', 'a fresh start does not come to rest');
    this.#stage.check(this.#entries() === entries, 'I-12', () => 'a fresh start finds something to do');
    for (let edits = chance.between(1, CALM_EDITS_MAX); edits > 0; edits--) author.edit();
    const expected = new Map(author.disk.tree());
    if (others.length > 0 && chance.happens(0.5)) {
      const text = 'written in the calm';
      expected.set(CALM_FILE, { text, executable: false });
      const other = chance.pick(others);
      this.#stage.scheduler.after(chance.fraction() * CALM_PAUSE_MS_MAX, () => other.write(CALM_FILE, text));
      await this.#run(() => this.#world.ledger.isKnown(text));
    }
    const deadline = this.#stage.scheduler.nowMs + CALM_MS_MAX;
    const isEqual = () => this.#isIdle() && areEqual(this.#world, this.#devices);
    const hasSeen = () => differenceOf(this.#world.service.oracle(author.namespaceId).tree(), expected) === undefined;
    await this.#run(() => this.#stage.scheduler.nowMs >= deadline || (isEqual() && hasSeen()));
    this.#checkCalm(author, [author, ...others], expected);
    if (this.#stage.violation === undefined) await this.#while(checkRest(this.#world, this.#devices));
  }

  #checkCalm(author: SimulatedDevice, devices: readonly SimulatedDevice[], expected: Tree): void {
    const check = (invariant: Invariant, where: string, tree: Tree): void => {
      const difference = differenceOf(tree, expected);
      this.#stage.check(difference === undefined, invariant, () => `after calm edits, at ${where}, ${difference}`);
    };
    check('I-12', 'the service', this.#world.service.oracle(author.namespaceId).tree());
    for (const device of devices) check(device === author ? 'I-12' : 'I-20', device.name, device.disk.tree());
  }

  #entries(): number {
    return [...this.#world.service.oracles.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  }

  #leap(byMs: number): void {
    this.#world.service.clock.jump(byMs);
    for (const device of this.#devices) device.leap(byMs);
  }

  /** A request may come late, and do what nobody waits for any more. */
  #isIdle(): boolean {
    return this.#devices.every((device) => device.isIdle) && this.#world.network.inFlight === 0;
  }

  #perform(doing: Doing, device: SimulatedDevice): void {
    const { scheduler, faults } = this.#stage;
    const { service } = this.#world;
    switch (doing.type) {
      case 'edit':
        for (let time = 0; time < doing.times; time++) device.edit();
        return;
      case 'crash':
        device.crash(doing);
        return;
      case 'offline':
        faults.count('offline');
        device.setNetwork(false);
        scheduler.after(doing.forMs, () => device.setNetwork(true));
        return;
      case 'unmount':
        faults.count('unmount');
        device.disk.unmount(doing.as);
        scheduler.after(doing.forMs, () => device.disk.mount());
        return;
      case 'full':
        faults.count('disk-full');
        device.disk.fill();
        scheduler.after(doing.forMs, () => device.disk.clear());
        return;
      case 'jump':
        faults.count('clock-jump');
        if (doing.clock === 'device') device.leap(doing.byMs);
        else service.clock.jump(doing.byMs);
        return;
      case 'leap':
        faults.count('leap');
        this.#leap(doing.byMs);
        return;
      case 'sweep':
        faults.count('sweep');
        void this.#sweep.run();
        return;
      case 'probe':
        faults.count('probe');
        void this.#prober?.probe(doing.what, device);
    }
  }
}
