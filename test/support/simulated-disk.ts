import { constants } from 'node:fs';
import type { DiskStat } from '../../client/src/platform/node/disk-calls.ts';
import type { Inode } from './disk-inode.ts';
import type { NameOrder } from './disk-journal.ts';
import { directoryPath, diskError, findEnd, findPlace, lookAtEnd, type PathWalker, type Place } from './disk-paths.ts';
import { DiskVolume } from './disk-volume.ts';

export interface SimulatedDiskOptions {
  /** What a power failure may do to names. */
  readonly order: NameOrder;
  /** Whether a file may have several names. */
  readonly hasLinks?: boolean;
  /** Whether callers are the superuser, whom no permission stops. */
  readonly privileged?: boolean;
  /** The time in ns; without it the disk has its own. */
  readonly clock?: () => bigint;
}

/** An open file or directory of a simulated disk. */
export interface OpenInode {
  readonly inode: Inode;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Crashes that the disk had seen when it was opened. */
  readonly crashes: number;
  isOpen: boolean;
}

/**
 * A disk in memory with the rules of POSIX as Linux keeps them, and with the memory of a real one: names and bytes reach it when they
 * are synced, and what has not been synced is there after a crash, or not, or in part. `order` says what a crash may do to names.
 *
 * Calls are those of the operating system, synchronous, by absolute paths. The numbers of objects that are gone are given out again,
 * and time goes by with every call.
 */
export class SimulatedDisk implements PathWalker {
  readonly volume: DiskVolume;
  readonly #privileged: boolean;
  readonly #hasLinks: boolean;
  #crashes = 0;

  constructor(options: SimulatedDiskOptions) {
    this.volume = new DiskVolume(options.order, options.clock);
    this.#privileged = options.privileged ?? false;
    this.#hasLinks = options.hasLinks ?? true;
  }

  get root(): Inode {
    return this.volume.root;
  }

  readdir(path: string): readonly string[] {
    const { inode } = this.#find(path, true);
    if (inode.kind !== 'directory') throw diskError('ENOTDIR');
    this.#demand(inode, 0o400);
    return [...inode.seen.entries.keys()].toSorted();
  }

  lstat(path: string): DiskStat {
    return this.#find(path, false).inode.stat();
  }

  /** The directory at this path; undefined when none stands there. */
  directoryAt(path: string): Inode | undefined {
    let inode: Inode | undefined = this.root;
    for (const name of path.split('/').filter((part) => part !== '')) inode = inode?.seen.entries.get(name);
    return inode?.kind === 'directory' ? inode : undefined;
  }

  realpath(path: string): string {
    const { inode, directory, name } = this.#find(path, true);
    if (inode.kind === 'directory') return directoryPath(inode);
    return `${directoryPath(directory)}/${name}`.replace('//', '/');
  }

  readlink(path: string): string {
    const { inode } = this.#find(path, false);
    if (inode.kind !== 'symlink') throw diskError('EINVAL');
    return Buffer.from(inode.seen.bytes).toString();
  }

  open(path: string, flags: number, mode = 0o666): OpenInode {
    this.volume.pass();
    const makes = (flags & constants.O_CREAT) !== 0;
    const isExclusive = makes && (flags & constants.O_EXCL) !== 0;
    const place = findPlace(this, path, !isExclusive && (flags & constants.O_NOFOLLOW) === 0);
    const writes = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
    const access = { reads: (flags & constants.O_WRONLY) === 0, writes };
    if (place.inode === undefined) {
      if (!makes) throw diskError('ENOENT');
      return this.#opened(this.#make(place, { kind: 'file', mode }), access);
    }
    const { inode } = place;
    if (isExclusive) throw diskError('EEXIST');
    if (inode.kind === 'symlink') throw diskError('ELOOP');
    if (inode.kind === 'directory' && (makes || writes)) throw diskError('EISDIR');
    if (inode.kind !== 'directory' && (flags & constants.O_DIRECTORY) !== 0) throw diskError('ENOTDIR');
    if (access.reads) this.#demand(inode, 0o400);
    if (writes) this.#demand(inode, 0o200);
    if (writes && (flags & constants.O_TRUNC) !== 0) this.volume.changeBytes(inode, { kind: 'truncate', size: 0 });
    return this.#opened(inode, access);
  }

  mkdir(path: string, mode = 0o777): void {
    this.#make(this.#findFree(path), { kind: 'directory', mode });
  }

  symlink(target: string, path: string): void {
    this.#make(this.#findFree(path), { kind: 'symlink', mode: 0o777, bytes: Buffer.from(target) });
  }

  chmod(path: string, mode: number): void {
    this.volume.changeMode(this.#find(path, true).inode, mode);
  }

  link(from: string, to: string): void {
    const { inode } = this.#find(from, false);
    const place = this.#findFree(to);
    this.#demand(place.directory, 0o300);
    if (inode.kind === 'directory' || !this.#hasLinks) throw diskError('EPERM');
    this.volume.setNames([{ ...place, inode }], [inode]);
  }

  unlink(path: string): void {
    const place = this.#find(path, false);
    this.#demand(place.directory, 0o300);
    if (place.inode.kind === 'directory') throw diskError('EISDIR');
    this.volume.setNames([{ ...place, inode: undefined }], [place.inode]);
  }

  rmdir(path: string): void {
    const place = this.#find(path, false);
    if (place.inode === this.root) throw diskError('EBUSY');
    this.#demand(place.directory, 0o300);
    if (place.inode.kind !== 'directory') throw diskError('ENOTDIR');
    if (place.inode.seen.entries.size > 0) throw diskError('ENOTEMPTY');
    this.volume.setNames([{ ...place, inode: undefined }], [place.inode]);
  }

  rename(from: string, to: string): void {
    this.volume.pass();
    const [fromEnd, toEnd] = [findEnd(this, from, false), findEnd(this, to, false)];
    const source = existing(lookAtEnd(fromEnd));
    const target = lookAtEnd(toEnd);
    if (isWithin(target.directory, source.inode)) throw diskError('EINVAL');
    if (target.inode !== undefined && isWithin(source.directory, target.inode)) throw diskError('ENOTEMPTY');
    if (source.inode === target.inode) return;
    this.#demand(source.directory, 0o300);
    this.#demand(target.directory, 0o300);
    if (target.inode !== undefined) refuseOtherKind(source.inode, target.inode);
    // The entry `..` of a directory that gets another parent is written.
    if (source.inode.kind === 'directory' && source.directory !== target.directory) this.#demand(source.inode, 0o200);
    if ((target.inode?.seen.entries.size ?? 0) > 0) throw diskError('ENOTEMPTY');
    const changes = [
      { ...source, inode: undefined },
      { ...target, inode: source.inode },
    ];
    this.volume.setNames(changes, [source.inode, ...(target.inode === undefined ? [] : [target.inode])]);
  }

  stat(opened: OpenInode): DiskStat {
    return this.#use(opened).stat();
  }

  read(opened: OpenInode, into: Uint8Array, position: number): number {
    const inode = this.#use(opened);
    if (!opened.reads) throw diskError('EBADF');
    if (inode.kind === 'directory') throw diskError('EISDIR');
    const bytes = inode.seen.bytes.subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(opened: OpenInode, bytes: Uint8Array, position: number): number {
    const inode = this.#use(opened);
    if (!opened.writes) throw diskError('EBADF');
    const taken = bytes.slice(0, this.volume.room(inode, { position, length: bytes.length }));
    if (taken.length === 0 && bytes.length > 0) throw diskError('ENOSPC');
    if (taken.length > 0) this.volume.changeBytes(inode, { kind: 'write', position, bytes: taken });
    return taken.length;
  }

  truncate(opened: OpenInode, size: number): void {
    const inode = this.#use(opened);
    if (!opened.writes) throw diskError('EINVAL');
    this.volume.changeBytes(inode, { kind: 'truncate', size });
  }

  fchmod(opened: OpenInode, mode: number): void {
    this.volume.changeMode(this.#use(opened), mode);
  }

  utimes(opened: OpenInode, seconds: number): void {
    this.volume.changeTime(this.#use(opened), BigInt(Math.round(seconds * 1_000_000)) * 1000n);
  }

  sync(opened: OpenInode): void {
    this.volume.sync(this.#use(opened));
  }

  /** A sync that the disk refuses: the bytes that it was to write are lost at the next crash, though a later sync succeeds. */
  failSync(opened: OpenInode): void {
    this.volume.failSync(this.#use(opened));
  }

  close(opened: OpenInode): void {
    const inode = this.#use(opened);
    opened.isOpen = false;
    inode.opens -= 1;
    this.volume.release(inode);
  }

  /** The power fails. What was open is no longer, and what has not been synced may be lost; the same seed loses the same. */
  crash(seed: string): void {
    this.#crashes += 1;
    this.volume.crash(seed);
  }

  mayPass(directory: Inode): boolean {
    return this.#privileged || (directory.seen.mode & 0o100) !== 0;
  }

  #find(path: string, follow: boolean): Place & { readonly inode: Inode } {
    this.volume.pass();
    return existing(findPlace(this, path, follow));
  }

  #findFree(path: string): Place {
    this.volume.pass();
    const place = findPlace(this, path, false);
    if (place.inode !== undefined) throw diskError('EEXIST');
    return place;
  }

  #make(place: Place, made: Parameters<DiskVolume['make']>[1]): Inode {
    this.#demand(place.directory, 0o300);
    return this.volume.make(place, made);
  }

  #opened(inode: Inode, access: { readonly reads: boolean; readonly writes: boolean }): OpenInode {
    inode.opens += 1;
    return { ...access, inode, crashes: this.#crashes, isOpen: true };
  }

  #use(opened: OpenInode): Inode {
    this.volume.pass();
    if (!opened.isOpen || opened.crashes !== this.#crashes) throw diskError('EBADF');
    return opened.inode;
  }

  #demand(inode: Inode, bits: number): void {
    if (!this.#privileged && (inode.seen.mode & bits) !== bits) throw diskError('EACCES');
  }
}

function existing({ directory, name, inode }: Place): Place & { readonly inode: Inode } {
  if (inode === undefined) throw diskError('ENOENT');
  return { directory, name, inode };
}

function refuseOtherKind(source: Inode, target: Inode): void {
  if (source.kind === 'directory' && target.kind !== 'directory') throw diskError('ENOTDIR');
  if (source.kind !== 'directory' && target.kind === 'directory') throw diskError('EISDIR');
}

/** Whether `above` is a directory, and `directory` is that or below it. */
function isWithin(directory: Inode, above: Inode): boolean {
  for (let at: Inode | undefined = directory; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}
