import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { errorCode } from './error-code.ts';
import { TOGETHER_RESTS } from './limits.ts';
import { SyncProcess } from './sync-process.ts';

/** What is asked of the system. */
export interface SyncSystem {
  /** The version of Linux; undefined on other systems. */
  readonly linux: string | undefined;
  /** A number that the kind of a file system has. Source: statfs(2), f_type. */
  readonly kindOf: (directory: string) => Promise<number>;
  /** Runs the program `sync` for the file system of a directory; resolves to its exit code, undefined where it cannot be run, or takes long. */
  readonly run: (directory: string) => Promise<number | undefined>;
}

/** ext2 to ext4, XFS, Btrfs, F2FS: those that write to a disk of this machine, and on which syncfs waits for it. */
const KINDS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010]);

/** Before this version a whole file system did not tell that bytes could not be written. Source: syncfs(2), errors. */
const LINUX_MIN = [5, 8] as const;

/**
 * Makes whole file systems durable, by the program `sync`, as Node has no call for that. It costs a process and one turn of the disk, however many
 * files there are, where each file by itself costs a turn of the disk. Other programs that write much make it slow: then it is let be for some time.
 */
export class FileSystemSync {
  readonly #system: SyncSystem;
  readonly #isKnown: boolean;
  #rests = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(system: SyncSystem) {
    this.#system = system;
    this.#isKnown = system.linux !== undefined && isSince(system.linux, LINUX_MIN);
  }

  /** False where it was not made durable, as far as is known. Never fails. One after the other: an error of a disk is told once, and perhaps to another. */
  sync(directory: string): Promise<boolean> {
    const answer = this.#last.then(() => this.#syncNow(directory));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #syncNow(directory: string): Promise<boolean> {
    if (!this.#isKnown) return false;
    if (this.#rests > 0) {
      this.#rests -= 1;
      return false;
    }
    try {
      if (!KINDS.has(await this.#system.kindOf(directory))) return false;
      if ((await this.#system.run(directory)) === 0) return true;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
    this.#rests = TOGETHER_RESTS;
    return false;
  }
}

function isSince(version: string, [major, minor]: readonly [number, number]): boolean {
  const [hasMajor = 0, hasMinor = 0] = version.split('.').map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}

const ofThisMachine = new FileSystemSync({
  linux: process.platform === 'linux' ? release() : undefined,
  kindOf: async (directory) => (await statfs(directory)).type,
  run: runSync,
});

export function syncFileSystem(directory: string): Promise<boolean> {
  return ofThisMachine.sync(directory);
}

/** By directory: as many as there are synced folders. */
const processes = new Map<string, SyncProcess>();

function runSync(directory: string): Promise<number | undefined> {
  const running = processes.get(directory) ?? new SyncProcess(directory);
  processes.set(directory, running);
  return running.run();
}
