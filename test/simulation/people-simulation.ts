import { HOUR_MS, rootNodeId } from '@syncline/protocol';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import { join } from '../support/in-memory-member.ts';
import { AccessOracle } from './access-oracle.ts';
import { Chance } from './chance.ts';
import { connectChangeFeed } from './change-feed.ts';
import { checkDelete } from './check-delete.ts';
import { ContentLedger } from './content-ledger.ts';
import { Faults } from './faults.ts';
import { checkPeopleAtRest, checkSwept, differenceAroundMounts } from './people-at-rest.ts';
import { drawPeopleHistory, type PeopleDoing, type PeopleHistory, type PlannedAmongPeople } from './people-history.ts';
import { RetainedContents } from './retained-contents.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedDevice, type World } from './simulated-device.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { type Grapevine, SimulatedPerson } from './simulated-person.ts';
import { SimulatedService } from './simulated-service.ts';
import type { SimulationOptions, SimulationResult } from './simulation-result.ts';
import { START_MS, Stage } from './stage.ts';
import { canBeSetBack, type LaterMoment, laterMoment, setTablesBack } from './tables-set-back.ts';
import { doToTree } from './tree-acts.ts';
import { Upkeep } from './upkeep.ts';

/** Simulated time within which everything has to come to rest once faults and doings have stopped. */
const REST_MS_MAX = 3 * HOUR_MS;
const NAMES = ['ada', 'bob', 'cleo', 'dan'];
/** In the end the sweep goes on until nothing is left that has its grace: chunks, then the packs in which they lay. */
const LAST_AGES_MS = [0, 49, 25, 36 * 24, 25, 39 * 24, 25, 39 * 24, 0].map((hours) => hours * HOUR_MS);
/** What lies in the first folder, or beside it, before it is shared. */
const FIRST_DOINGS = ['write', 'write', 'write', 'edit', 'edit'] as const;
/** Rounds of looking after dead letters until there are none. */
const REPAIRS_MAX = 20;

/**
 * People who share folders, change roles, are removed and go on trying, beside devices that sync, the projection, the expiry, and a sweep whose
 * clock reaches its times of grace. Nobody is ever shown what is not theirs to read, and nothing that is retained is ever lost.
 */
export class PeopleSimulation {
  readonly #stage: Stage;
  readonly #world: World;
  readonly #access: AccessOracle;
  readonly #retained: RetainedContents;
  readonly #upkeep: Upkeep;
  readonly #history: PeopleHistory;
  readonly #devices: SimulatedDevice[] = [];
  readonly #people: SimulatedPerson[] = [];
  readonly #grapevine: Grapevine = { people: this.#people, tokens: [], folders: [] };

  readonly #options: SimulationOptions;
  #later: LaterMoment | undefined;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { seed, without = new Set(), dropped = new Set(), isSetBack = false, isTraced = false } = options;
    const chance = new Chance(`${seed}`);
    const faults = new Faults(chance.fork('faults'), without);
    const scheduler = new Scheduler({ chance: chance.fork('scheduler'), startMs: START_MS });
    this.#stage = new Stage({ scheduler, chance, faults, isTraced });
    const ledger = new ContentLedger(this.#stage);
    this.#access = new AccessOracle(this.#stage);
    const service = new SimulatedService(this.#stage, ledger, {
      isMirrored: false,
      watched: (operations) => this.#access.watch(operations),
    });
    const network = new SimulatedNetwork(this.#stage, service.inMemory);
    this.#world = { stage: this.#stage, ledger, service, network };
    connectChangeFeed(this.#stage, service);
    this.#retained = new RetainedContents(this.#stage, service);
    this.#access.attach(service, this.#retained);
    this.#upkeep = new Upkeep(this.#stage, service, this.#retained);
    this.#history = drawPeopleHistory(chance.fork('history'), faults, { dropped, isSetBack });
    service.onShared = () => void this.#access.noteRoles();
    service.onCommitted = (transaction) => this.#committed(transaction);
    service.onDelete = ({ deviceId, opId }, oracle, files) => {
      const deleter = this.#devices.find(({ member }) => member.deviceId === deviceId);
      if (deleter === undefined) for (const { text } of files) ledger.destroyed(text);
      // In a shared folder paths on the disk are others.
      else if (oracle.namespaceId === deleter.namespaceId)
        checkDelete(this.#world, deleter, { oracle, files, isFromBefore: deleter.hasForgotten(opId) });
    };
  }

  result(): SimulationResult {
    const { scheduler, violation, faults, trace } = this.#stage;
    const { stores, oracles } = this.#world.service;
    return {
      violation,
      digest: scheduler.digest,
      events: scheduler.events,
      requests: stores.telemetry.invocations.length,
      entries: [...oracles.values()].reduce((sum, { entries }) => sum + entries.length, 0),
      doings: this.#history.storms.flatMap((storm) => storm.map(({ number }) => number)),
      faults: faults.happened,
      trace: trace ?? [],
    };
  }

  async run(): Promise<void> {
    try {
      if (this.#history.setBackAt !== undefined) await this.#lookAhead();
      await this.#while(this.#join());
      for (const storm of this.#history.storms) {
        for (const device of this.#devices) device.start();
        await this.#storm(storm);
        await this.#settle();
        if (this.#stage.violation !== undefined) return;
        await this.#while(checkPeopleAtRest(this.#world, this.#retained, this.#devices));
      }
      if (this.#stage.violation === undefined) await this.#sweepToTheEnd();
    } catch (error) {
      this.#stage.violate('engine', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  /** Runs the first storm of this history in another world, to know what is there when its tables are lost. */
  async #lookAhead(): Promise<void> {
    const ahead = new PeopleSimulation({ ...this.#options, isTraced: false });
    await ahead.#while(ahead.#join());
    for (const device of ahead.#devices) device.start();
    await ahead.#storm(ahead.#history.storms[0] ?? []);
    this.#later = await ahead.#while(laterMoment(ahead.#world, { people: ahead.#people, devices: ahead.#devices }));
    this.#stage.violation = ahead.#stage.violation;
  }

  async #setBack(later: LaterMoment): Promise<void> {
    if (!canBeSetBack(this.#world, later)) return;
    this.#stage.faults.count('tables-set-back');
    this.#leap(later.now - this.#world.service.clock.now());
    await setTablesBack(this.#world, later, {
      retained: this.#retained,
      people: this.#people,
      devices: this.#devices,
    });
  }

  async #join(): Promise<void> {
    const { service } = this.#world;
    for (const subject of NAMES.slice(0, this.#history.people)) {
      const member = await join(service.inMemory, subject, 'web');
      this.#people.push(new SimulatedPerson(this.#world, { name: subject, member }));
    }
    for (const [index, owner] of this.#history.devices.entries()) {
      const name = `device ${index + 1}`;
      const member = await join(service.inMemory, NAMES[owner] ?? '', name);
      this.#devices.push(await SimulatedDevice.link(this.#world, { name, member }));
    }
    if (this.#history.hasFolder) await this.#shareFirst();
  }

  /** A folder of the first person's that all others are in. */
  async #shareFirst(): Promise<void> {
    const [owner, ...guests] = this.#people;
    if (owner === undefined) return;
    const { namespaceId } = owner.member;
    const parentId = rootNodeId(namespaceId);
    await owner.commit({ type: 'mkdir', opId: owner.nextOpId(), namespaceId, parentId, name: 'team' });
    const folder = [...this.#world.service.oracle(namespaceId).nodes.values()].find(({ name }) => name === 'team');
    if (folder === undefined) return;
    const chance = this.#stage.chance.fork('first');
    for (const doing of FIRST_DOINGS) await doToTree(owner, this.#grapevine, { chance, doing });
    const shared = await owner.client.api.shareFolder({ body: { namespaceId, folderId: folder.nodeId } });
    if (!shared.ok) return;
    this.#grapevine.folders.push(shared.value.folder.namespaceId);
    for (const [index, guest] of guests.entries()) {
      const role = index === 1 ? 'viewer' : 'editor';
      const parameters = { namespaceId: shared.value.folder.namespaceId };
      const invited = await owner.client.api.invite({ parameters, body: { role } });
      if (!invited.ok) continue;
      this.#grapevine.tokens.push(invited.value.token);
      await guest.client.api.acceptInvitation({ body: { token: invited.value.token } });
    }
  }

  /** Takes over what was committed; what people replace they have destroyed, if they had seen it. */
  #committed(transaction: NamespaceTransaction): void {
    const { namespaceId, sharing, entries } = transaction;
    this.#access.noteCommit(transaction);
    const { ledger, service } = this.#world;
    if (sharing?.kind === 'found') {
      const nodeIds = [...service.oracle(sharing.folder.namespaceId).nodes.keys()];
      this.#access.noteDivision(namespaceId, nodeIds);
    }
    for (const { deviceId, opId, node, was, type } of entries) {
      const person = this.#people.find(({ member }) => member.deviceId === deviceId);
      if (person === undefined || was?.contentRev === undefined || was.contentRev === 0) continue;
      const asked = person.asked(opId);
      // Who edits what was deleted meanwhile brings it back, whatever was in it then.
      const isSeen = type !== 'modified' || asked?.type !== 'put' || asked.baseRev >= was.contentRev;
      this.#stage.check(isSeen, 'I-6', () => `revision ${was.contentRev} of ${node.name} was replaced unseen`);
      const replaced = this.#retained.revision({ nodeId: node.nodeId, rev: was.contentRev });
      const text = replaced === undefined ? undefined : ledger.textOf(replaced.contentHash);
      if (text !== undefined) ledger.destroyed(text);
    }
    this.#retained.apply(transaction);
    this.#upkeep.committed(transaction);
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

  async #storm(storm: readonly PlannedAmongPeople[]): Promise<void> {
    const { scheduler, faults } = this.#stage;
    faults.isStorm = true;
    let left = storm.length;
    let atMs = 0;
    for (const { number, afterMs, who, doing } of storm) {
      atMs += afterMs;
      scheduler.after(atMs, () => {
        left -= 1;
        if (this.#later !== undefined && number === this.#history.setBackAt) void this.#setBack(this.#later);
        this.#stage.tell('storm', () => JSON.stringify(doing));
        this.#perform(doing, who);
      });
    }
    await this.#run(() => left === 0);
    faults.isStorm = false;
  }

  /** Waits until everything has come to rest. */
  async #settle(): Promise<void> {
    const { scheduler, violation } = this.#stage;
    if (violation !== undefined) return;
    this.#stage.tell('calm', () => 'faults and doings have stopped');
    const deadline = scheduler.nowMs + REST_MS_MAX;
    for (const device of this.#devices) {
      device.setNetwork(true);
      device.start();
    }
    const isSettled = () => this.#isIdle() && this.#difference() === undefined;
    await this.#run(() => scheduler.nowMs >= deadline || isSettled());
    // A change of a disk that nobody has noticed yet.
    await this.#while(Promise.all(this.#devices.map((device) => device.syncNow())));
    await this.#run(() => scheduler.nowMs >= deadline || isSettled());
    if (this.#stage.violation !== undefined || scheduler.nowMs < deadline) return;
    const states = this.#devices.map(({ name, state }) => `${name}: ${state}`).join('; ');
    this.#stage.violate('I-12', `not all come to rest (${states}): ${this.#difference() ?? 'somebody is busy'}`);
  }

  /** I-23: what nothing reaches goes after its grace, and nothing else does. */
  async #sweepToTheEnd(): Promise<void> {
    for (const device of this.#devices) device.kill();
    await this.#mend();
    for (const ageMs of LAST_AGES_MS) {
      this.#leap(ageMs);
      const report = await this.#while(this.#upkeep.sweep(ageMs));
      const isThrough = report !== undefined && report.stopped === undefined;
      this.#stage.check(isThrough, 'I-23', () => `the sweep does not go on: ${JSON.stringify(report)}`);
    }
    if (this.#stage.violation === undefined)
      await this.#while(checkPeopleAtRest(this.#world, this.#retained, this.#devices));
    if (this.#stage.violation === undefined) await this.#while(checkSwept(this.#world));
  }

  /**
   * What an operator does, as the handbook says: dead letters are delivered again, and a sweep finds out what a journal cannot tell any more. No history is as
   * long as that, unless tables were set back: then some of its time goes by twice, and every journal is projected again from its beginning.
   */
  async #mend(): Promise<void> {
    const mayBeShort = this.#later !== undefined;
    for (let repairs = 0; repairs < REPAIRS_MAX; repairs++) {
      await this.#while(this.#upkeep.repair());
      await this.#run(() => this.#isIdle());
      const report = mayBeShort ? await this.#while(this.#upkeep.sweep(0)) : undefined;
      if (this.#upkeep.isMended && report?.stopped === undefined) return;
    }
  }

  #isIdle(): boolean {
    const { network } = this.#world;
    const areDevicesIdle = this.#devices.every((device) => !device.isRunning || device.isIdleAroundMounts);
    return (
      areDevicesIdle && this.#people.every(({ isIdle }) => isIdle) && this.#upkeep.isIdle && network.inFlight === 0
    );
  }

  #difference(): string | undefined {
    return differenceAroundMounts(this.#world, this.#devices);
  }

  #leap(byMs: number): void {
    this.#world.service.clock.jump(byMs);
    for (const device of this.#devices) device.leap(byMs);
  }

  #perform(doing: PeopleDoing, who: number): void {
    const { scheduler, faults } = this.#stage;
    const device = this.#devices[who % Math.max(1, this.#devices.length)];
    switch (doing.type) {
      case 'act':
        for (let time = 0; time < doing.times; time++) {
          void this.#people[(who + time) % this.#people.length]?.act(this.#grapevine);
        }
        return;
      case 'edit':
        for (let time = 0; time < doing.times; time++) device?.edit();
        return;
      case 'crash':
        device?.crash(doing);
        return;
      case 'offline':
        faults.count('offline');
        device?.setNetwork(false);
        scheduler.after(doing.forMs, () => device?.setNetwork(true));
        return;
      case 'leap':
        faults.count('leap');
        this.#leap(doing.byMs);
        return;
      case 'expire':
        this.#leap(doing.afterMs);
        void this.#upkeep.expire();
        return;
      case 'sweep':
        faults.count('sweep');
        void this.#sweep(doing.agesMs);
        return;
      case 'repair':
        void this.#upkeep.repair();
    }
  }

  async #sweep(agesMs: readonly number[]): Promise<void> {
    for (const ageMs of agesMs) {
      this.#leap(ageMs);
      await this.#upkeep.sweep(ageMs);
    }
  }
}
