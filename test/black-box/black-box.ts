import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountId } from '@syncline/protocol';
import { newEmail } from '../support/api-device.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { ContentLedger, readContentTree, readTrash } from './content-ledger.ts';
import { DaemonDevice } from './daemon-device.ts';
import { PersonOnDisk } from './person-on-disk.ts';
import { type ContentTree, ServiceProbe } from './service-probe.ts';
import { TroubledWay } from './troubled-way.ts';

/** How long people work before everything is let come to rest. */
const STINT_MS_MIN = 3000;
const STINT_MS_MAX = 12_000;
/** Pause between two doings. */
const PAUSE_MS_MAX = 60;
/** A daemon is killed after about so many doings … */
const DOINGS_PER_KILL = 150;
/** … and started again after at most this long. */
const DOWN_MS_MAX = 1500;
/** Doings after which all sockets are ended, where that is asked for. */
const DOINGS_PER_SOCKET_END = 40;
/** Doings between two looks whether a daemon waits for somebody to say that deletes are meant. */
const DOINGS_PER_LOOK = 20;
/**
 * Every push may be lost, and then a device asks by itself after minutes; that is shown elsewhere. Here it is asked to look after this
 * time, so that a lost push costs no more.
 */
const NUDGE_MS = 60_000;
/** What has not come to rest by then does not. */
const REST_MS_MAX = 240_000;
const LOOK_MS = 100;
/** The first device's name is "a". */
const FIRST_NAME = 97;
/** Events and differences that a failure shows. */
const EVENTS_SHOWN = 80;
const DIFFERENCES_SHOWN = 20;

export interface BlackBoxOptions {
  readonly apiUrl: string;
  readonly seed: string;
  /** How long people work at least. */
  readonly seconds: number;
  /** What has to have happened besides before they end, however slow the machine is. @default nothing */
  readonly least?: { readonly doings: number; readonly kills: number } | undefined;
  readonly log: (line: string) => void;
  /** @default 2 */
  readonly devices?: number;
  /** Lets requests of devices be throttled, fail and be lost while people work. With what ends all sockets of an account, where that can be done. */
  readonly trouble?: { readonly endSockets?: (accountId: AccountId) => Promise<number> };
}

export interface BlackBoxReport {
  readonly doings: number;
  readonly kills: number;
  /** How often everything was let come to rest, and was equal. */
  readonly rests: number;
  readonly contents: number;
  /** Contents that had to be somewhere at the end, and were. */
  readonly reachable: number;
  /** What befell requests and sockets, and how often. */
  readonly troubles: Readonly<Record<string, number>>;
}

/**
 * Daemons, as many people, one account: all of them work at random on folders that are kept in sync, daemons are killed at random, and
 * from time to time everything is let come to rest. Then all folders are what the service has, and every content that ought to be
 * there can be reached. Ends all processes that it has started.
 * @throws Error that tells the seed, what is wrong, and what happened before.
 */
export async function runBlackBox(options: BlackBoxOptions): Promise<BlackBoxReport> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-black-box-'));
  const email = newEmail();
  const { apiUrl, trouble } = options;
  const devices: DaemonDevice[] = [];
  const way = trouble && (await TroubledWay.open({ apiUrl, random: new SeededRandom(`${options.seed} trouble`) }));
  try {
    const probe = await ServiceProbe.open({ apiUrl, email });
    const names = Array.from({ length: options.devices ?? 2 }, (_, index) => String.fromCodePoint(FIRST_NAME + index));
    for (const name of names)
      devices.push(await DaemonDevice.link({ apiUrl: way?.url ?? apiUrl, email, directory, name }));
    return await new BlackBox(options, { directory, probe, devices, way }).run();
  } finally {
    await Promise.all(devices.map((device) => device.kill()));
    await way?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface World {
  readonly directory: string;
  readonly probe: ServiceProbe;
  readonly devices: readonly DaemonDevice[];
  readonly way: TroubledWay | undefined;
}

class BlackBox {
  readonly #options: BlackBoxOptions;
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #ledger = new ContentLedger();
  readonly #people: readonly PersonOnDisk[];
  readonly #events: string[] = [];
  readonly #startAtMs = new Map<DaemonDevice, number>();
  #doings = 0;
  #kills = 0;
  #socketsEnded = 0;

  constructor(options: BlackBoxOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.#random = new SeededRandom(`${options.seed} chance`);
    this.#people = world.devices.map(
      ({ name, folder }) =>
        new PersonOnDisk({
          root: folder,
          graveyard: join(world.directory, `graveyard ${name}`),
          name,
          random: new SeededRandom(`${options.seed} ${name}`),
          book: this.#ledger,
        }),
    );
  }

  async run(): Promise<BlackBoxReport> {
    const endMs = performance.now() + this.#options.seconds * 1000;
    let rests = 0;
    try {
      for (const device of this.#world.devices) device.start();
      while (rests === 0 || performance.now() < endMs || this.#lacks(this.#options.least)) {
        const stintEndMs = performance.now() + this.#between(STINT_MS_MIN, STINT_MS_MAX);
        await this.#work(performance.now() < endMs ? Math.min(endMs, stintEndMs) : stintEndMs);
        const tree = await this.#rest();
        this.#ledger.acknowledge([...tree.values()].flatMap((content) => (content === 'folder' ? [] : [content])));
        rests += 1;
        this.#note(`rest ${rests} with ${tree.size} nodes`);
        this.#options.log(`${this.#doings} doings, ${this.#kills} kills, rest ${rests}: ${tree.size} nodes, equal`);
      }
      const reachable = await this.#checkContents();
      const troubles = { ...Object.fromEntries(this.#world.way?.counts ?? []), socketsEnded: this.#socketsEnded };
      return { doings: this.#doings, kills: this.#kills, rests, contents: this.#ledger.size, reachable, troubles };
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      const events = this.#events.slice(-EVENTS_SHOWN).join('\n');
      throw new Error(`seed ${this.#options.seed}: ${what}\nthe last events:\n${events}`, { cause });
    }
  }

  #lacks({ doings, kills } = { doings: 0, kills: 0 }): boolean {
    return this.#doings < doings || this.#kills < kills;
  }

  async #work(untilMs: number): Promise<void> {
    const { way } = this.#world;
    if (way !== undefined) way.isTroubled = true;
    await this.#workOn(untilMs);
    if (way !== undefined) way.isTroubled = false;
  }

  async #workOn(untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      this.#startDue();
      const person = Math.floor(this.#random.fraction() * this.#people.length);
      this.#note(`${this.#world.devices[person]?.name}: ${this.#people[person]?.act()}`);
      this.#doings += 1;
      if (this.#random.fraction() < 1 / DOINGS_PER_KILL) await this.#killOne();
      if (this.#doings % DOINGS_PER_SOCKET_END === 0) await this.#endSockets();
      if (this.#doings % DOINGS_PER_LOOK === 0) for (const device of this.#world.devices) await device.status();
      await pause(this.#between(0, PAUSE_MS_MAX));
    }
  }

  async #endSockets(): Promise<void> {
    const { endSockets } = this.#options.trouble ?? {};
    if (endSockets === undefined) return;
    const ended = await endSockets(this.#world.probe.accountId);
    this.#socketsEnded += ended;
    this.#note(`end ${ended} sockets`);
  }

  async #killOne(): Promise<void> {
    const device = this.#world.devices[Math.floor(this.#random.fraction() * this.#world.devices.length)];
    if (device?.isRunning !== true) return;
    await device.kill();
    this.#kills += 1;
    this.#note(`kill ${device.name}`);
    this.#startAtMs.set(device, performance.now() + this.#between(0, DOWN_MS_MAX));
  }

  #startDue(): void {
    for (const [device, startAtMs] of this.#startAtMs) {
      if (performance.now() < startAtMs) continue;
      device.start();
      this.#startAtMs.delete(device);
      this.#note(`start ${device.name}`);
    }
  }

  /** Waits until nothing changes any more, and everything is equal. Answers the tree of all. */
  async #rest(): Promise<ContentTree> {
    const { devices } = this.#world;
    this.#startAtMs.clear();
    for (const device of devices) device.start();
    const endMs = performance.now() + REST_MS_MAX;
    let nudgeMs = performance.now() + NUDGE_MS;
    for (;;) {
      if (performance.now() > nudgeMs) {
        nudgeMs += NUDGE_MS;
        await Promise.all(devices.map((device) => device.syncNow()));
      }
      const first = await this.#look();
      if (first.kind === 'equal') {
        await Promise.all(devices.map((device) => device.syncNow()));
        const second = await this.#look();
        if (second.kind === 'equal' && second.head === first.head) return second.tree;
      }
      if (performance.now() > endMs) {
        const trouble = first.kind === 'equal' ? 'they go on for ever' : first.trouble;
        throw new Error(`the devices did not come to rest: ${trouble}`);
      }
      await pause(LOOK_MS);
    }
  }

  async #look(): Promise<
    | { readonly kind: 'equal'; readonly tree: ContentTree; readonly head: number }
    | { readonly kind: 'restless'; readonly trouble: string }
  > {
    const { devices, probe } = this.#world;
    for (const device of devices) {
      const status = await device.status();
      const isAtRest = status?.state === 'idle' && status.problemCount === 0;
      if (!isAtRest)
        return { kind: 'restless', trouble: `${device.name} is ${JSON.stringify(status)}\n${device.output}` };
    }
    const head = await probe.head();
    // A device is not told of entries that it made itself, so how far it has read says nothing about whether it is at rest.
    const tree = await probe.tree();
    for (const { name, folder } of devices) {
      const differing = differences(tree, readContentTree(folder));
      if (differing.length > 0) return { kind: 'restless', trouble: `${name} differs:\n${differing.join('\n')}` };
    }
    return { kind: 'equal', tree, head };
  }

  /** Every content that is owed is there: current, an earlier revision, or in a trash. Answers how many they are. */
  async #checkContents(): Promise<number> {
    const { probe, devices } = this.#world;
    const owed = this.#ledger.owed();
    const missing = new Set(await probe.withoutRevision(owed));
    for (const { folder } of devices) for (const content of readTrash(folder)) missing.delete(content);
    if (missing.size > 0) {
      const lost = [...missing].slice(0, DIFFERENCES_SHOWN).map((content) => this.#ledger.describe(content));
      throw new Error(`${missing.size} contents are lost:\n${lost.join('\n')}`);
    }
    return owed.size;
  }

  #between(min: number, max: number): number {
    return min + this.#random.fraction() * (max - min);
  }

  #note(event: string): void {
    this.#events.push(`${this.#doings} ${event}`);
    if (this.#events.length > 2 * EVENTS_SHOWN) this.#events.splice(0, EVENTS_SHOWN);
  }
}

function differences(service: ContentTree, disk: ContentTree): readonly string[] {
  const lines: string[] = [];
  for (const path of new Set([...service.keys(), ...disk.keys()])) {
    if (service.get(path) === disk.get(path)) continue;
    const show = (tree: ContentTree) => tree.get(path)?.slice(0, 8) ?? 'nothing';
    lines.push(`${JSON.stringify(path)}: ${show(service)} at the service, ${show(disk)} on the disk`);
  }
  return lines.slice(0, DIFFERENCES_SHOWN);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
