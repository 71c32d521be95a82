import { constants } from 'node:fs';
import * as fc from 'fast-check';
import type { DiskCalls, DiskHandle } from '../../client/src/platform/node/disk-calls.ts';
import { errorCode } from '../../client/src/platform/node/error-code.ts';

/** A disk with the calls that only people's programs make beside those of the product. */
export interface WholeDisk {
  readonly calls: DiskCalls;
  readonly symlink: (target: string, path: string) => void;
  readonly readlink: (path: string) => string;
  readonly rmdir: (path: string) => void;
  /** Absolute; everything happens in it, or a few folders above through links. */
  readonly root: string;
}

/** One call. `handle` chooses among what is open at that moment. */
export type DiskAct =
  | {
      readonly act: 'readdir' | 'readFile' | 'lstat' | 'realpath' | 'unlink' | 'rmdir' | 'readlink';
      readonly path: string;
    }
  | { readonly act: 'mkdir' | 'chmod'; readonly path: string; readonly mode: number }
  | { readonly act: 'open'; readonly path: string; readonly flags: number; readonly mode: number }
  | { readonly act: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly act: 'symlink'; readonly path: string; readonly target: string }
  | { readonly act: 'fstat' | 'fsync' | 'close'; readonly handle: number }
  | { readonly act: 'read'; readonly handle: number; readonly position: number; readonly length: number }
  | { readonly act: 'write'; readonly handle: number; readonly position: number; readonly text: string }
  | { readonly act: 'truncate'; readonly handle: number; readonly size: number }
  | { readonly act: 'fchmod'; readonly handle: number; readonly mode: number }
  | { readonly act: 'utimes'; readonly handle: number; readonly seconds: number };

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_DIRECTORY } = constants;
const FLAGS = [
  O_RDONLY,
  O_RDONLY | O_NOFOLLOW,
  O_RDONLY | O_DIRECTORY,
  O_WRONLY,
  O_RDWR,
  O_WRONLY | O_CREAT,
  O_RDWR | O_CREAT | O_NOFOLLOW,
  O_WRONLY | O_CREAT | O_EXCL,
  O_WRONLY | O_CREAT | O_TRUNC,
  O_WRONLY | O_TRUNC,
];
/** None of them has a bit that a usual umask takes away. */
const MODES = [0o755, 0o755, 0o755, 0o644, 0o600, 0o500, 0o300, 0o444, 0o000];
const TARGETS = ['a', 'b', 'a/b', '.', '..', '../b', 'nowhere', 'ROOT/b', 'ROOT'];

const name = fc.constantFrom('a', 'b', 'c');
const plainPath = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const path = fc.oneof(
  { weight: 30, arbitrary: plainPath },
  { weight: 1, arbitrary: fc.constantFrom('', 'n'.repeat(256), './a', 'a/../b', '../b') },
);
const handle = fc.nat(9);
const mode = fc.constantFrom(...MODES);
const position = fc.nat(40);

function anAct<T extends object>(weight: number, shape: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) {
  return { weight, arbitrary: fc.record(shape) as unknown as fc.Arbitrary<DiskAct> };
}

export const aDiskAct: fc.Arbitrary<DiskAct> = fc.oneof(
  anAct(4, { act: fc.constantFrom('readdir', 'readFile', 'lstat', 'readlink'), path }),
  // The C library takes two dots apart itself, without asking for permissions.
  anAct(1, { act: fc.constant('realpath'), path: plainPath }),
  anAct(4, { act: fc.constantFrom('unlink', 'rmdir'), path }),
  anAct(5, { act: fc.constant('mkdir'), path, mode }),
  anAct(1, { act: fc.constant('chmod'), path, mode }),
  anAct(7, { act: fc.constant('open'), path, flags: fc.constantFrom(...FLAGS), mode }),
  anAct(6, { act: fc.constantFrom('rename', 'rename', 'link'), path, to: path }),
  anAct(2, { act: fc.constant('symlink'), path, target: fc.constantFrom(...TARGETS) }),
  anAct(3, { act: fc.constantFrom('fstat', 'fsync', 'close'), handle }),
  anAct(2, { act: fc.constant('read'), handle, position, length: fc.integer({ min: 1, max: 40 }) }),
  anAct(4, { act: fc.constant('write'), handle, position, text: fc.constantFrom('x', 'some text', '') }),
  anAct(1, { act: fc.constant('truncate'), handle, size: position }),
  anAct(1, { act: fc.constant('fchmod'), handle, mode }),
  anAct(1, { act: fc.constant('utimes'), handle, seconds: fc.constantFrom(0, 1_600_000_000, 1_600_000_000.25) }),
);

/** Calls that are made on a disk, one after the other, with what they opened. Answers are texts that two disks can be compared by. */
export class DiskHistory {
  readonly #disk: WholeDisk;
  readonly #open: DiskHandle[] = [];

  constructor(disk: WholeDisk) {
    this.#disk = disk;
  }

  async perform(act: DiskAct): Promise<string> {
    try {
      return `${describe(act)}: ${String(await perform(this.#disk, this.#open, act))}`;
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      return `${describe(act)}: ${code}`;
    }
  }

  async end(): Promise<void> {
    for (const opened of this.#open) await opened.close();
  }
}

function describe(act: DiskAct): string {
  return JSON.stringify(act).slice(0, 120);
}

async function perform(disk: WholeDisk, open: DiskHandle[], act: DiskAct): Promise<unknown> {
  const { calls } = disk;
  if ('handle' in act) return performOn(open, act);
  const at = (given: string) => (given === '' ? disk.root : `${disk.root}/${given}`);
  switch (act.act) {
    case 'readdir':
      return calls.readdirSync(at(act.path)).toSorted();
    case 'readFile':
      return Buffer.from(calls.readFileSync(at(act.path), 20)).toString();
    case 'lstat':
      return describeStat(calls.lstatSync(at(act.path)));
    case 'realpath':
      return calls.realpathSync(at(act.path));
    case 'readlink':
      return disk.readlink(at(act.path));
    case 'unlink':
      return calls.unlinkSync(at(act.path));
    case 'rmdir':
      return disk.rmdir(at(act.path));
    case 'mkdir':
      return calls.mkdir(at(act.path), act.mode);
    case 'chmod':
      return calls.chmod(at(act.path), act.mode);
    case 'rename':
      return calls.renameSync(at(act.path), at(act.to));
    case 'link':
      return calls.link(at(act.path), at(act.to));
    case 'symlink':
      return disk.symlink(act.target.replace('ROOT', disk.root), at(act.path));
    case 'open':
      return open.push(await calls.open(at(act.path), act.flags, act.mode));
  }
}

async function performOn(open: DiskHandle[], act: Extract<DiskAct, { readonly handle: number }>): Promise<unknown> {
  const index = open.length === 0 ? 0 : act.handle % open.length;
  const chosen = open[index];
  if (chosen === undefined) return 'nothing is open';
  switch (act.act) {
    case 'fstat':
      return describeStat(await chosen.stat());
    case 'fsync':
      return chosen.sync();
    case 'close':
      open.splice(index, 1);
      return chosen.close();
    case 'read': {
      const bytes = new Uint8Array(act.length);
      const count = await chosen.read(bytes, act.position);
      return `${count} ${Buffer.from(bytes).toString()}`;
    }
    case 'write':
      return chosen.write(Buffer.from(act.text), act.position);
    case 'truncate':
      return chosen.truncate(act.size);
    case 'fchmod':
      return chosen.chmod(act.mode);
    case 'utimes':
      await chosen.utimes(act.seconds);
      return (await chosen.stat()).mtimeNs;
  }
}

/** What two disks agree on. How large a directory is, and how many names it counts for itself, is theirs. */
export function describeStat(stat: ReturnType<DiskCalls['lstatSync']>): string {
  if (stat === undefined) return 'nothing';
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'other';
  const counts = stat.isDirectory() ? '' : ` ${stat.size} bytes, ${stat.nlink} names`;
  return `${kind} ${(stat.mode & 0o7777n).toString(8)}${counts}`;
}
