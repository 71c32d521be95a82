import { constants } from 'node:fs';
import type { DiskCalls, DiskHandle, OpenNow } from '../../client/src/platform/node/disk-calls.ts';
import { errorCode } from '../../client/src/platform/node/error-code.ts';
import { type DiskErrorCode, diskError } from './disk-paths.ts';
import type { OpenInode, SimulatedDisk } from './simulated-disk.ts';

/** One call of a process, counted from 1. */
export interface CountedCall {
  readonly number: number;
  /** Such as `rename`; calls of handles begin with `f`. */
  readonly name: string;
  readonly path: string;
}

/**
 * What goes wrong with a call: an error of the system; a read or write that does half of what it was asked for; or the death of
 * the process, before the call has done anything or after it has done all.
 */
export type CallFault = DiskErrorCode | 'short' | 'killed-before' | 'killed-after';

export type FaultPlan = (call: CountedCall) => CallFault | undefined;

/** Thrown by every call of a process that was killed. It has no code, so nobody takes it for an answer of the system. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** The calls that change names of what is there. */
export type NameCalls = Pick<SimulatedDisk, 'rename' | 'link' | 'unlink'>;

/** A process that uses a simulated disk: its calls are counted, may fail by plan, and end with its death. */
export class SimulatedProcess {
  readonly calls: DiskCalls;
  /** All calls until now. */
  readonly log: CountedCall[] = [];
  /** Asked before every call. */
  faults: FaultPlan = () => undefined;
  readonly #disk: SimulatedDisk;
  readonly #names: NameCalls;
  #isAlive = true;

  /** `names`: through what it changes names, where somebody watches that. */
  constructor(disk: SimulatedDisk, names: NameCalls = disk) {
    this.#disk = disk;
    this.#names = names;
    this.calls = this.#diskCalls();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** From now on every call throws. What it did stays; the disk lives on. */
  kill(): void {
    this.#isAlive = false;
  }

  /** @throws KilledError */
  demandLife(): void {
    if (!this.#isAlive) throw new KilledError();
  }

  /** Counts something that the process does as a call, such as a save of its database, so that it can be killed there. */
  call<T>(call: { readonly name: string; readonly path: string }, effect: (fault: CallFault | undefined) => T): T {
    this.demandLife();
    const counted = { ...call, number: this.log.length + 1 };
    this.log.push(counted);
    const fault = this.faults(counted);
    if (fault === 'killed-before') this.#die(counted);
    if (fault !== undefined && fault !== 'killed-after' && fault !== 'short') throw diskError(fault);
    try {
      return effect(fault);
    } finally {
      if (fault === 'killed-after') this.#die(counted);
    }
  }

  #die({ number, name, path }: CountedCall): never {
    this.kill();
    throw new KilledError(`killed at call ${number}, ${name} ${path}`);
  }

  #diskCalls(): DiskCalls {
    const [disk, names] = [this.#disk, this.#names];
    const call = <T>(name: string, path: string, effect: (fault: CallFault | undefined) => T): T =>
      this.call({ name, path }, effect);
    return {
      readdirSync: (path) => call('readdir', path, () => disk.readdir(path)),
      readdirBytesSync: (path) => {
        const text = asText(path);
        return call('readdir', text, () => disk.readdir(text).map((name) => Buffer.from(name)));
      },
      lstatSync: (path) => call('lstat', asText(path), () => absentIfMissing(() => disk.lstat(asText(path)))),
      readFileSync: (path, bytesMax) => call('readFile', path, () => readBeginning(disk, path, bytesMax)),
      realpathSync: (path) => call('realpath', path, () => disk.realpath(path)),
      open: async (path, flags, mode) =>
        this.#handle(
          path,
          call('open', path, () => disk.open(path, flags, mode)),
        ),
      openNow: (path, flags) => this.#openNow(path, flags),
      mkdir: async (path, mode) => call('mkdir', path, () => disk.mkdir(path, mode)),
      chmod: async (path, mode) => call('chmod', path, () => disk.chmod(path, mode)),
      renameSync: (from, to) => call('rename', `${from} -> ${to}`, () => names.rename(from, to)),
      link: async (from, to) => call('link', `${from} -> ${to}`, () => names.link(from, to)),
      linkSync: (from, to) => call('link', `${from} -> ${to}`, () => names.link(from, to)),
      unlinkSync: (path) => call('unlink', path, () => names.unlink(path)),
      // A disk that refuses has made nothing durable.
      syncFileSystem: async (path) => {
        try {
          return call('syncfs', path, () => {
            disk.volume.writeBack();
            return true;
          });
        } catch (error) {
          if (errorCode(error) === undefined) throw error;
          return false;
        }
      },
      statfs: async (path) => call('statfs', path, () => disk.volume.space()),
    };
  }

  /** At every second call of the process the disk is one that keeps its callers waiting. */
  #openNow(path: string, flags: number): OpenNow | undefined {
    if (this.log.length % 2 === 1) return undefined;
    const disk = this.#disk;
    const opened = this.call({ name: 'open', path }, () => disk.open(path, flags));
    return {
      stat: () => this.call({ name: 'fstat', path }, () => disk.stat(opened)),
      read: (into, position) =>
        this.call({ name: 'fread', path }, (fault) =>
          disk.read(opened, fault === 'short' ? half(into) : into, position),
        ),
      close: () => this.call({ name: 'fclose', path }, () => disk.close(opened)),
    };
  }

  #handle(path: string, opened: OpenInode): DiskHandle {
    const disk = this.#disk;
    const call = <T>(name: string, effect: (fault: CallFault | undefined) => T): T => this.call({ name, path }, effect);
    const read = (into: Uint8Array, position: number) =>
      call('fread', (fault) => disk.read(opened, fault === 'short' ? half(into) : into, position));
    return {
      descriptor: -1,
      stat: async () => call('fstat', () => disk.stat(opened)),
      read: async (into, position) => read(into, position),
      readSync: read,
      // Node asks the system for nothing when there is nothing to write.
      write: async (bytes, position) =>
        bytes.length === 0
          ? 0
          : call('fwrite', (fault) => disk.write(opened, fault === 'short' ? half(bytes) : bytes, position)),
      truncate: async (size) => call('ftruncate', () => disk.truncate(opened, size)),
      chmod: async (mode) => call('fchmod', () => disk.fchmod(opened, mode)),
      utimes: async (seconds) => call('futimes', () => disk.utimes(opened, seconds)),
      sync: async () => {
        try {
          call('fsync', () => disk.sync(opened));
        } catch (error) {
          if (errorCode(error) !== undefined) disk.failSync(opened);
          throw error;
        }
      },
      close: async () => call('fclose', () => disk.close(opened)),
    };
  }
}

function readBeginning(disk: SimulatedDisk, path: string, bytesMax: number): Uint8Array {
  const opened = disk.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = new Uint8Array(bytesMax);
    return bytes.slice(0, disk.read(opened, bytes, 0));
  } finally {
    disk.close(opened);
  }
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.ceil(bytes.length / 2));
}

function asText(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

/** As Node's lstat does when it is told not to throw for what is not there. */
function absentIfMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
