import { constants } from 'node:fs';
import type { DeviceId } from '@syncline/protocol';
import type { DiskCalls } from '../../client/src/platform/node/disk-calls.ts';
import { ENGINE_FOLDER } from '../../client/src/platform/node/scan-folder.ts';
import { DiskUser, stagedBy } from '../support/disk-user.ts';
import { SimulatedDisk } from '../support/simulated-disk.ts';
import type { NameCalls } from '../support/simulated-process.ts';
import type { ContentLedger } from './content-ledger.ts';
import type { Tree, TreeEntry } from './journal-oracle.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { Stage } from './stage.ts';

/** Where the synced folder of every device is. */
export const ROOT = '/synced';
const ASIDE = '/unmounted';
/** After this time an operating system has written down what a program has saved. */
const WRITE_BACK_MS = 30_000;

/**
 * The disk of one device. What people do to it is told to the ledger; every call of the engine that takes a name from bytes, or gives
 * it other ones, is checked in the moment in which it has its effect. It can be unmounted, be full, and lose its power.
 */
export class DeviceDisk {
  readonly simulated: SimulatedDisk;
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #deviceId: DeviceId;
  readonly #user: DiskUser;
  /** Whoever saves files here; what that changes becomes durable at once, or later. */
  readonly #author: DiskUser;
  /** Event in which somebody last did something to a file of this text. */
  readonly #touched = new Map<string, number>();
  /** Files that people have renamed or moved. */
  readonly #moved = new Set<string>();
  /** What people have written over, by the file that it was in. */
  readonly #formerTexts = new Map<string, Set<string>>();
  /** What a loss of power has taken, by the place where it was, until the engine has looked: whoever writes there has not seen it. */
  readonly #lostTexts = new Map<string, string>();
  #tree: Tree | undefined;
  #isMounted = true;
  #isFull = false;
  #mounts = 0;

  constructor(
    shared: { readonly stage: Stage; readonly ledger: ContentLedger },
    own: { readonly deviceId: DeviceId; readonly clock: SimulatedClock },
  ) {
    this.#stage = shared.stage;
    this.#ledger = shared.ledger;
    this.#deviceId = own.deviceId;
    this.simulated = new SimulatedDisk({ order: 'ordered', clock: () => BigInt(own.clock.now()) * 1_000_000n });
    this.simulated.volume.onChange(() => {
      this.#tree = undefined;
    });
    this.simulated.mkdir(ROOT);
    this.#user = new DiskUser(this.simulated, { root: ROOT, careful: true });
    this.#author = new DiskUser(this.simulated, { root: ROOT, careful: !this.#isCareless });
    this.#settleNames();
  }

  /** Whether somebody can work on it. */
  get isUsable(): boolean {
    return this.#isMounted && !this.#isFull;
  }

  /** Costs nothing while nothing changes. */
  tree(): Tree {
    if (this.#tree !== undefined) return this.#tree;
    const tree = new Map<string, TreeEntry>();
    for (const [path, text] of this.#user.tree()) {
      tree.set(path, { text, executable: text !== undefined && this.#user.isExecutable(path) });
    }
    this.#tree = tree;
    return tree;
  }

  /** Whether a file of this text stands there, and nobody has done anything to such a file since the given event. */
  hasUntouched({ path, text }: { readonly path: string; readonly text: string }, sinceEvent: number): boolean {
    return this.#textAt(`${this.#realRoot}/${path}`) === text && (this.#touched.get(text) ?? 0) <= sinceEvent;
  }

  /** All that was ever in the file that stands there, if somebody has renamed or moved it, alone or with a folder. */
  textsMovedTo(path: string): readonly string[] {
    const file = `${this.#realRoot}/${path}`;
    const [object, text] = [this.#objectAt(file), this.#textAt(file)];
    if (object === undefined || text === undefined || !this.#moved.has(object)) return [];
    return [text, ...(this.#formerTexts.get(object) ?? [])];
  }

  /** Everything that is on it is durable. */
  settle(): void {
    this.#user.mkdir(`${ENGINE_FOLDER}/staging`);
  }

  // What people do. Precondition: the disk is usable.

  /** Everything by path: the text of a file, undefined for a folder. */
  texts(): ReadonlyMap<string, string | undefined> {
    return new Map([...this.tree()].map(([path, { text }]) => [path, text]));
  }

  write(path: string, text: string): void {
    const before = this.#textAt(`${ROOT}/${path}`);
    const object = this.#objectAt(`${ROOT}/${path}`);
    if (before !== undefined && object !== undefined) {
      this.#formerTexts.set(object, (this.#formerTexts.get(object) ?? new Set()).add(before));
    }
    this.#destroy([before, this.#lostTexts.get(path)], text);
    // A write in place that nobody has seen may be torn where size and times are as before: that no client can notice.
    (before === undefined ? this.#author : this.#user).write(path, text);
    this.#written(text);
  }

  replace(path: string, text: string): void {
    const file = `${ROOT}/${path}`;
    // What has the name under which the program writes goes, too.
    this.#destroy([this.#textAt(file), this.#textAt(stagedBy(file)), this.#lostTexts.get(path)], text);
    this.#author.replace(path, text);
    this.#written(text);
  }

  mkdir(path: string): void {
    this.#user.mkdir(path);
  }

  chmod(path: string, executable: boolean): void {
    this.#user.chmod(path, executable);
  }

  isExecutable(path: string): boolean {
    return this.#user.isExecutable(path);
  }

  /** Precondition: nothing of `to` is above or below `from`. */
  rename(from: string, to: string): void {
    this.#destroy([...this.#textsBelow(`${ROOT}/${to}`), this.#lostTexts.get(to)]);
    for (const text of this.#textsBelow(`${ROOT}/${from}`)) this.#touch(text);
    this.#user.rename(from, to);
    for (const file of this.#filesBelow(`${ROOT}/${to}`)) {
      const object = this.#objectAt(file);
      if (object !== undefined) this.#moved.add(object);
    }
  }

  remove(path: string): void {
    this.#destroy([...this.#textsBelow(`${ROOT}/${path}`), this.#lostTexts.get(path)]);
    this.#user.remove(path);
  }

  #destroy(texts: Iterable<string | undefined>, unless?: string): void {
    for (const text of texts) {
      if (text === undefined || text === unless) continue;
      this.#ledger.destroyed(text);
      this.#touch(text);
    }
  }

  #written(text: string): void {
    this.#ledger.written(text, this.#deviceId);
    this.#touch(text);
    if (this.#isCareless) this.#stage.scheduler.after(WRITE_BACK_MS, () => this.simulated.volume.writeBack());
  }

  /** Whether programs here leave it to the operating system when a file becomes durable. */
  get #isCareless(): boolean {
    return this.#stage.faults.isOn('unsynced-save');
  }

  #touch(text: string): void {
    this.#touched.set(text, this.#stage.scheduler.events);
  }

  // What happens to it.

  /** Holds from now on what the same disk held at a later moment of another course of things. */
  become(later: Tree): void {
    const texts = new Set([...later.values()].map(({ text }) => text));
    const gone = [...this.tree().values()].flatMap(({ text }) => (texts.has(text) ? [] : [text]));
    for (const name of this.simulated.readdir(ROOT)) if (name !== ENGINE_FOLDER) this.#user.remove(name);
    this.#destroy(gone);
    for (const [path, { text, executable }] of later) {
      if (text === undefined) this.#user.mkdir(path);
      else {
        this.#user.write(path, text);
        this.#user.chmod(path, executable);
        this.#written(text);
      }
    }
  }

  /** `empty`: an empty mount point stands where the root was. */
  unmount(as: 'absent' | 'empty'): void {
    if (!this.#isMounted) return;
    this.#isMounted = false;
    this.simulated.rename(ROOT, ASIDE);
    if (as === 'empty') this.simulated.mkdir(ROOT);
    this.#settleNames();
  }

  mount(): void {
    if (this.#isMounted) return;
    this.#isMounted = true;
    this.#mounts += 1;
    // Whatever somebody has written into the mount point is hidden by what is mounted there.
    if (this.simulated.readdir('/').includes(ROOT.slice(1))) this.simulated.rename(ROOT, `/hidden-${this.#mounts}`);
    this.simulated.rename(ASIDE, ROOT);
    this.#settleNames();
  }

  /** Where a disk is mounted is no matter of the disk itself. */
  #settleNames(): void {
    const top = this.simulated.open('/', constants.O_RDONLY);
    this.simulated.sync(top);
    this.simulated.close(top);
  }

  fill(): void {
    this.#isFull = true;
    this.simulated.volume.capacityBytes = 0;
  }

  clear(): void {
    this.#isFull = false;
    this.simulated.volume.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** What was not made durable may be gone, or there in part. */
  losePower(seed: string): void {
    const before = this.#peoplesTexts();
    const former = this.#isMounted ? this.tree() : new Map<string, TreeEntry>();
    this.simulated.crash(seed);
    this.#tree = undefined;
    if (!this.#isCareless) return;
    const after = this.#peoplesTexts();
    for (const [path, { text }] of former) {
      if (text !== undefined && this.#textAt(`${ROOT}/${path}`) !== text) this.#lostTexts.set(path, text);
    }
    for (const text of before) {
      if (after.has(text)) continue;
      this.#stage.faults.count('unsynced-save');
      // What the service has must come back; of the rest nobody was told that it is safe.
      if (!this.#ledger.isCommitted(text)) this.#ledger.destroyed(text);
    }
    for (const text of after) {
      if (before.has(text)) continue;
      this.#ledger.left(text, this.#deviceId);
      this.#touch(text);
    }
  }

  #peoplesTexts(): ReadonlySet<string> {
    const staging = `${this.#realRoot}/${ENGINE_FOLDER}/staging/`;
    const files = [...this.#filesBelow(this.#realRoot)].filter((path) => !path.startsWith(staging));
    return new Set(files.flatMap((path) => this.#textAt(path) ?? []));
  }

  /** The engine has looked at all of it, and brings back what was lost. */
  noteLook(): void {
    this.#lostTexts.clear();
  }

  /** Time goes by at once for everybody, and the operating system has written down what it had to. */
  leap(): void {
    this.simulated.volume.writeBack();
  }

  get #realRoot(): string {
    return this.#isMounted ? ROOT : ASIDE;
  }

  // What the engine does.

  /**
   * Changes of names, each checked in the moment in which it has its effect. What was taken aside may come back: it is gone when it goes on
   * from there.
   */
  readonly names: NameCalls = {
    rename: (from, to) => {
      const replaced = this.#onlyText(to);
      const moved = [...this.#textsBelow(from)];
      this.simulated.rename(from, to);
      if (replaced !== undefined && this.#textAt(to) !== replaced) this.#expectKept([replaced], `rename over ${to}`);
      if (this.#isPeoples(from) && !this.#isPeoples(to)) this.#expectKept(moved, `trash of ${from}`);
      for (const text of moved) this.#touch(text);
      this.#expectWhole(to);
    },
    link: (from, to) => {
      this.simulated.link(from, to);
      this.#expectWhole(to);
    },
    unlink: (path) => {
      const text = this.#onlyText(path);
      this.simulated.unlink(path);
      if (text === undefined) return;
      this.#expectKept([text], `unlink of ${path}`);
      this.#touch(text);
    },
  };

  /** The calls, with all that is opened to be written checked. */
  checked(calls: DiskCalls): DiskCalls {
    return {
      ...calls,
      open: async (path, flags, mode) => {
        const writes = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
        this.#stage.check(!writes || !this.#isSynced(path), 'I-14', () => `${path} is opened to be written`);
        const handle = await calls.open(path, flags, mode);
        return {
          ...handle,
          write: (bytes, position) => {
            this.#expectAlone(path);
            return handle.write(bytes, position);
          },
          truncate: (size) => {
            this.#expectAlone(path);
            return handle.truncate(size);
          },
        };
      },
    };
  }

  /** What is written to has no second name: that may be one in the synced folder. */
  #expectAlone(path: string): void {
    const names = this.#statAt(path)?.nlink ?? 1n;
    this.#stage.check(names <= 1n, 'I-14', () => `${path} is written, and has ${names} names`);
  }

  #isSynced(path: string): boolean {
    return path.startsWith(`${ROOT}/`) && !path.startsWith(`${ROOT}/${ENGINE_FOLDER}/`) && this.#isMounted;
  }

  /** Whether what stands there is a person's: also what was taken aside of it. */
  #isPeoples(path: string): boolean {
    return this.#isSynced(path) || (this.#isMounted && path.startsWith(`${ROOT}/${ENGINE_FOLDER}/aside/`));
  }

  /** The text of a person's file that has no other name. */
  #onlyText(path: string): string | undefined {
    if (!this.#isPeoples(path) || this.#statAt(path)?.nlink !== 1n) return undefined;
    return this.#textAt(path);
  }

  #expectKept(texts: Iterable<string>, how: string): void {
    // Nothing is lost with an empty file.
    for (const text of texts) if (text !== '') this.#ledger.checkKept(text, () => `${how} on ${this.#deviceId}`);
  }

  /** I-13: what stands under a name of the synced folder is what somebody has written, and all of it. */
  #expectWhole(path: string): void {
    if (!this.#isSynced(path)) return;
    for (const text of this.#textsBelow(path)) {
      this.#stage.check(this.#ledger.isKnown(text), 'I-13', () => `${path} became ${JSON.stringify(text)}`);
      this.#ledger.brought(text, this.#deviceId);
      this.#touch(text);
    }
  }

  #statAt(path: string) {
    try {
      return this.simulated.lstat(path);
    } catch {
      // Nothing stands there.
      return undefined;
    }
  }

  #textAt(path: string): string | undefined {
    if (this.#statAt(path)?.isFile() !== true) return undefined;
    const file = this.simulated.open(path, constants.O_RDONLY);
    const bytes = new Uint8Array(Number(this.simulated.stat(file).size));
    this.simulated.read(file, bytes, 0);
    this.simulated.close(file);
    return Buffer.from(bytes).toString();
  }

  *#textsBelow(path: string): IterableIterator<string> {
    for (const file of this.#filesBelow(path)) {
      const text = this.#textAt(file);
      if (text !== undefined) yield text;
    }
  }

  *#filesBelow(path: string): IterableIterator<string> {
    const stat = this.#statAt(path);
    if (stat?.isDirectory() === true) {
      for (const name of this.simulated.readdir(path)) yield* this.#filesBelow(`${path}/${name}`);
    } else if (stat?.isFile() === true) yield path;
  }

  /** The file or folder itself, whatever its name: numbers of inodes are used again. */
  #objectAt(path: string): string | undefined {
    const stat = this.#statAt(path);
    return stat === undefined ? undefined : `${stat.ino}/${stat.birthtimeNs}`;
  }
}
