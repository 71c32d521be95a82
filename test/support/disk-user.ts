import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { joinPath } from '../../client/src/engine/trees.ts';
import type { OpenInode, SimulatedDisk } from './simulated-disk.ts';

/** What a person does to a folder, by paths in it. Implemented by the disks that tests sync. */
export interface DiskPerson {
  write(path: string, text: string): void;
  /** As editors do that write a new file and rename it over the old one. */
  replace(path: string, text: string): void;
  mkdir(path: string): void;
  symlink(path: string): void;
  chmod(path: string, executable: boolean): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Everything by path: the text of a file, `undefined` for a folder. */
  tree(): ReadonlyMap<string, string | undefined>;
  isExecutable(path: string): boolean;
}

/** The engine's own folder, which is not the person's. */
const HIDDEN = '.syncline';

/** Where a program writes a file first that it saves by renaming. */
export function stagedBy(file: string): string {
  return `${file}.new`;
}

/** A person at a simulated disk. */
export class DiskUser implements DiskPerson {
  readonly #disk: SimulatedDisk;
  readonly #root: string;
  readonly #isCareful: boolean;

  /** `careful`: the person's programs sync what they write, so that a crash takes nothing of it. */
  constructor(disk: SimulatedDisk, options: { readonly root: string; readonly careful: boolean }) {
    this.#disk = disk;
    this.#root = options.root;
    this.#isCareful = options.careful;
  }

  write(path: string, text: string): void {
    this.#put(this.#absolute(path), text);
  }

  replace(path: string, text: string): void {
    const staged = stagedBy(this.#absolute(path));
    this.#put(staged, text);
    this.#disk.rename(staged, this.#absolute(path));
    this.#settle(this.#absolute(path));
  }

  mkdir(path: string): void {
    if (this.#isThere(path)) return;
    this.#disk.mkdir(this.#absolute(path));
    this.#settle(this.#absolute(path));
  }

  symlink(path: string): void {
    this.remove(path);
    this.#disk.symlink('/nowhere', this.#absolute(path));
    this.#settle(this.#absolute(path));
  }

  chmod(path: string, executable: boolean): void {
    if (!this.#isThere(path)) return;
    this.#disk.chmod(this.#absolute(path), executable ? 0o755 : 0o644);
    this.#settle(this.#absolute(path));
  }

  rename(from: string, to: string): void {
    this.remove(to);
    this.#disk.rename(this.#absolute(from), this.#absolute(to));
    this.#settle(this.#absolute(from));
    this.#settle(this.#absolute(to));
  }

  remove(path: string): void {
    if (!this.#isThere(path)) return;
    if (this.#disk.lstat(this.#absolute(path)).isDirectory()) {
      for (const name of this.#disk.readdir(this.#absolute(path))) this.remove(joinPath(path, name));
      this.#disk.rmdir(this.#absolute(path));
    } else this.#disk.unlink(this.#absolute(path));
    this.#settle(this.#absolute(path));
  }

  tree(): ReadonlyMap<string, string | undefined> {
    const tree = new Map<string, string | undefined>();
    this.#read('', tree);
    return new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Contents that lie in the engine's trash. */
  trashed(): readonly string[] {
    const tree = new Map<string, string | undefined>();
    if (this.#isThere(`${HIDDEN}/trash`)) this.#read(`${HIDDEN}/trash`, tree);
    return [...tree.values()].filter((text) => text !== undefined);
  }

  isExecutable(path: string): boolean {
    return (this.#disk.lstat(this.#absolute(path)).mode & 0o100n) !== 0n;
  }

  #read(folder: string, tree: Map<string, string | undefined>): void {
    for (const name of this.#disk.readdir(this.#absolute(folder))) {
      const path = joinPath(folder, name);
      if (path === HIDDEN) continue;
      const stat = this.#disk.lstat(this.#absolute(path));
      if (stat.isDirectory()) {
        tree.set(path, undefined);
        this.#read(path, tree);
      } else if (stat.isFile()) tree.set(path, this.#text(path));
    }
  }

  #text(path: string): string {
    return this.#with(this.#absolute(path), constants.O_RDONLY, (file) => {
      const bytes = new Uint8Array(Number(this.#disk.stat(file).size));
      this.#disk.read(file, bytes, 0);
      return Buffer.from(bytes).toString();
    });
  }

  #put(file: string, text: string): void {
    this.#with(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, (opened) => {
      this.#disk.write(opened, Buffer.from(text), 0);
    });
    this.#settle(file);
  }

  /** What a careful program does after a change: what it has changed, its name, and the names of the folders above are durable. */
  #settle(path: string): void {
    if (!this.#isCareful) return;
    for (let at = path; ; at = dirname(at)) {
      const canSync = this.#exists(at) && !this.#disk.lstat(at).isSymbolicLink();
      if (canSync) this.#with(at, constants.O_RDONLY, (opened) => this.#disk.sync(opened));
      if (at === '/') return;
    }
  }

  #with<T>(path: string, flags: number, task: (opened: OpenInode) => T): T {
    const opened = this.#disk.open(path, flags);
    try {
      return task(opened);
    } finally {
      this.#disk.close(opened);
    }
  }

  #isThere(path: string): boolean {
    return this.#exists(this.#absolute(path));
  }

  #exists(path: string): boolean {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return path === '/' || this.#disk.readdir(dirname(path)).includes(name);
  }

  #absolute(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`;
  }
}
