import { constants } from 'node:fs';
import type { DiskStat } from '../../client/src/platform/node/disk-calls.ts';

/** The unit in which a simulated disk gives out its room, and in which bytes that were not synced get lost. */
export const DISK_BLOCK_BYTES = 16;

export type InodeKind = 'file' | 'directory' | 'symlink';

/** One of the two faces of an object: what processes see, or what the platters have. */
export interface InodeFace {
  mode: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  /** Of a file its bytes, of a link its target. */
  bytes: Uint8Array;
  /** Of a directory. */
  readonly entries: Map<string, Inode>;
}

/** A change of a file's bytes that no sync has made durable. */
export type ByteChange =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** An object of a simulated disk: it is what it is, whatever names it has. */
export class Inode {
  readonly number: bigint;
  readonly kind: InodeKind;
  readonly birthNs: bigint;
  seen: InodeFace;
  durable: InodeFace;
  readonly unsynced: ByteChange[] = [];
  /** Blocks that a sync has failed to write: processes see them, and no later sync writes them unless somebody writes to them again. */
  readonly #lost = new Set<number>();
  /** Blocks that were written, as numbers: a file may have holes. */
  readonly blocks = new Set<number>();
  /** Directories that hold a name of it as processes see them, with how many. */
  readonly homes = new Map<Inode, number>();
  opens = 0;

  constructor(number: bigint, made: { readonly kind: InodeKind; readonly mode: number; readonly nowNs: bigint }) {
    this.number = number;
    this.kind = made.kind;
    this.birthNs = made.nowNs;
    this.seen = newFace(made.mode, made.nowNs);
    this.durable = newFace(made.mode, made.nowNs);
  }

  /** Names that it has, as processes see them. */
  get links(): number {
    let links = 0;
    for (const count of this.homes.values()) links += count;
    return links;
  }

  /** Of a directory the one above it; the root has none. */
  get parent(): Inode | undefined {
    return this.homes.keys().next().value;
  }

  stat(): DiskStat {
    const { kind, seen } = this;
    return {
      dev: 1n,
      ino: this.number,
      mode: BigInt(seen.mode | KIND_BITS[kind]),
      nlink: BigInt(this.links),
      size: BigInt(seen.bytes.length),
      blocks: BigInt(Math.floor((this.blocks.size * DISK_BLOCK_BYTES) / 512)),
      birthtimeNs: this.birthNs,
      mtimeNs: seen.mtimeNs,
      ctimeNs: seen.ctimeNs,
      isFile: () => kind === 'file',
      isDirectory: () => kind === 'directory',
      isSymbolicLink: () => kind === 'symlink',
    };
  }

  /** Changes bytes as processes see them, and remembers the change until a sync. */
  change(change: ByteChange): void {
    this.unsynced.push(change);
    for (const block of blocksOf(change, this.seen.bytes.length)) this.#lost.delete(block);
    this.seen.bytes = withChange(this.seen.bytes, change);
  }

  /** Bytes, permissions and times are on the disk from now on. Names are not: they belong to directories. */
  sync(): void {
    const { mode, mtimeNs, ctimeNs } = this.seen;
    this.durable = { mode, mtimeNs, ctimeNs, bytes: this.#bytesSynced(), entries: this.durable.entries };
    this.unsynced.length = 0;
  }

  /** A sync that fails, as Linux has it: what was to be written counts as written, and no other sync writes it. */
  failSync(): void {
    for (const change of this.unsynced) {
      if (change.kind === 'write') for (const block of blocksOf(change, 0)) this.#lost.add(block);
    }
    this.unsynced.length = 0;
  }

  #bytesSynced(): Uint8Array {
    if (this.#lost.size === 0) return this.seen.bytes;
    const bytes = this.seen.bytes.slice();
    for (const block of this.#lost) {
      const [start, end] = [block * DISK_BLOCK_BYTES, (block + 1) * DISK_BLOCK_BYTES];
      bytes.fill(0, start, end);
      bytes.set(this.durable.bytes.subarray(start, Math.min(end, bytes.length)), Math.min(start, bytes.length));
    }
    return bytes;
  }

  /** After a crash: this is what is left. Names are counted anew by the caller, nobody has it open, and all of it is durable. */
  survive(face: InodeFace): void {
    this.seen = face;
    this.durable = { ...face, entries: new Map(face.entries) };
    this.unsynced.length = 0;
    this.#lost.clear();
    this.blocks.clear();
    this.homes.clear();
    this.opens = 0;
  }
}

/** The bytes of a file after a change. */
export function withChange(bytes: Uint8Array, change: ByteChange): Uint8Array {
  if (change.kind === 'truncate') {
    const cut = new Uint8Array(change.size);
    cut.set(bytes.subarray(0, change.size));
    return cut;
  }
  const written = new Uint8Array(Math.max(bytes.length, change.position + change.bytes.length));
  written.set(bytes);
  written.set(change.bytes, change.position);
  return written;
}

/** The blocks that a change gives other bytes in a file of this length, as far as they lie within it: what is grown is a hole. */
function blocksOf(change: ByteChange, length: number): readonly number[] {
  const [start, end] =
    change.kind === 'write' ? [change.position, change.position + change.bytes.length] : [change.size, length];
  if (start >= end) return [];
  const first = Math.floor(start / DISK_BLOCK_BYTES);
  return Array.from({ length: Math.ceil(end / DISK_BLOCK_BYTES) - first }, (_, index) => first + index);
}

const KIND_BITS: Readonly<Record<InodeKind, number>> = {
  file: constants.S_IFREG,
  directory: constants.S_IFDIR,
  symlink: constants.S_IFLNK,
};

function newFace(mode: number, nowNs: bigint): InodeFace {
  return { mode, mtimeNs: nowNs, ctimeNs: nowNs, bytes: new Uint8Array(0), entries: new Map() };
}
