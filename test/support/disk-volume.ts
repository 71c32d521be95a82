import { type ByteChange, DISK_BLOCK_BYTES, Inode, type InodeKind } from './disk-inode.ts';
import { DiskJournal, faceAfterCrash, type NameChange, type NameOrder } from './disk-journal.ts';
import { SeededRandom } from './seeded-random.ts';

/** How far the clock goes with every call, and in which ticks files keep time. */
const CALL_NS = 20_000n;
const TICK_NS = 4_000_000n;
/** The moment at which every simulated disk begins. */
const EPOCH_NS = 1_700_000_000n * 1_000_000_000n;
/** The number of the root, and the lowest that others get, as on ext4. */
const ROOT_NUMBER = 2n;
const NUMBER_MIN = 12n;
const UMASK = 0o022;

/** The objects of a simulated disk, their names and their time; what of it is durable, and what a crash leaves. */
export class DiskVolume {
  readonly root: Inode;
  readonly #order: NameOrder;
  readonly #inodes = new Map<bigint, Inode>();
  readonly #listeners: ((directory: Inode) => void)[] = [];
  readonly #clock: (() => bigint) | undefined;
  #journal: DiskJournal;
  #nowNs = EPOCH_NS;
  #lowestFree = NUMBER_MIN;
  #usedBlocks = 0;
  /** Room for the bytes of files. */
  capacityBytes = Number.POSITIVE_INFINITY;

  /** `clock`: the time in ns, for a disk whose time is somebody else's. */
  constructor(order: NameOrder, clock?: () => bigint) {
    this.#order = order;
    this.#clock = clock;
    this.#journal = new DiskJournal(order);
    this.root = new Inode(ROOT_NUMBER, { kind: 'directory', mode: 0o755, nowNs: this.#tick() });
  }

  nowMs(): number {
    return Number(this.#nowNs / 1_000_000n);
  }

  advance(ms: number): void {
    this.#nowNs += BigInt(Math.ceil(ms)) * 1_000_000n;
  }

  /** A call takes its time. */
  pass(): void {
    this.#nowNs += CALL_NS;
  }

  /** Tells in which directory names changed, or the bytes or attributes of what stands in it. */
  onChange(listener: (directory: Inode) => void): void {
    this.#listeners.push(listener);
  }

  make(
    place: { readonly directory: Inode; readonly name: string },
    made: { readonly kind: InodeKind; readonly mode: number; readonly bytes?: Uint8Array },
  ): Inode {
    const { kind, mode } = made;
    const isMasked = kind !== 'symlink';
    const inode = new Inode(this.#freeNumber(), {
      kind,
      mode: isMasked ? mode & ~UMASK : mode,
      nowNs: this.#tick(),
    });
    this.#inodes.set(inode.number, inode);
    // What a link holds is kept with its name.
    if (made.bytes !== undefined) inode.change({ kind: 'write', position: 0, bytes: made.bytes });
    inode.sync();
    this.setNames([{ ...place, inode }], [inode]);
    return inode;
  }

  /** Changes names, all in one step. `touched`: objects that get a new time of change by it. */
  setNames(changes: readonly NameChange[], touched: readonly Inode[]): void {
    const now = this.#tick();
    for (const { directory, name, inode } of changes) {
      const { entries } = directory.seen;
      countHome(entries.get(name), directory, -1);
      if (inode === undefined) entries.delete(name);
      else entries.set(name, inode);
      countHome(inode, directory, 1);
      directory.seen.mtimeNs = now;
      directory.seen.ctimeNs = now;
    }
    for (const inode of touched) inode.seen.ctimeNs = now;
    this.#journal.record(changes, touched);
    for (const { directory } of changes) this.#tell(directory);
    for (const inode of touched) this.release(inode);
  }

  changeBytes(inode: Inode, change: ByteChange): void {
    this.#usedBlocks -= inode.blocks.size;
    const blockOf = (position: number) => Math.floor(position / DISK_BLOCK_BYTES);
    if (change.kind === 'write') {
      const last = change.position + change.bytes.length - 1;
      for (let block = blockOf(change.position); block <= blockOf(last); block++) inode.blocks.add(block);
    } else {
      for (const block of inode.blocks) if (block * DISK_BLOCK_BYTES >= change.size) inode.blocks.delete(block);
    }
    this.#usedBlocks += inode.blocks.size;
    inode.change(change);
    const now = this.#tick();
    this.#setAttributes(inode, { mtimeNs: now, ctimeNs: now });
  }

  changeMode(inode: Inode, mode: number): void {
    this.#setAttributes(inode, { mode: mode & 0o7777, ctimeNs: this.#tick() });
  }

  changeTime(inode: Inode, mtimeNs: bigint): void {
    this.#setAttributes(inode, { mtimeNs, ctimeNs: this.#tick() });
  }

  /** What it has and what of that is free, in bytes; zeros where it has room without end, as of a disk that does not tell. */
  space(): { readonly freeBytes: number; readonly totalBytes: number } {
    const totalBytes = this.capacityBytes;
    if (!Number.isFinite(totalBytes)) return { freeBytes: 0, totalBytes: 0 };
    return { freeBytes: Math.max(0, totalBytes - this.#usedBlocks * DISK_BLOCK_BYTES), totalBytes };
  }

  /** How many of the bytes that somebody wants to write there is room for. */
  room(inode: Inode, range: { readonly position: number; readonly length: number }): number {
    const capacity = Math.floor(this.capacityBytes / DISK_BLOCK_BYTES);
    let free = capacity - this.#usedBlocks;
    const end = range.position + range.length;
    let at = range.position;
    while (at < end) {
      const block = Math.floor(at / DISK_BLOCK_BYTES);
      if (!inode.blocks.has(block)) free -= 1;
      if (free < 0) break;
      at = Math.min(end, (block + 1) * DISK_BLOCK_BYTES);
    }
    return at - range.position;
  }

  /** Names are written again by the next sync: a journal keeps them. */
  failSync(inode: Inode): void {
    if (inode.kind === 'file') inode.failSync();
  }

  sync(inode: Inode): void {
    inode.sync();
    if (inode.kind === 'directory') this.#journal.syncDirectory(inode);
  }

  /** Makes everything durable, as an operating system does by itself sooner or later. */
  writeBack(): void {
    for (const inode of [this.root, ...this.#inodes.values()]) inode.sync();
    this.#journal.syncAll();
  }

  /** Gives the room of an object back once it has no name and nobody has it open. */
  release(inode: Inode): void {
    if (inode.links > 0 || inode.opens > 0 || !this.#inodes.delete(inode.number)) return;
    this.#usedBlocks -= inode.blocks.size;
    // Numbers are given out again only where a crash cannot bring the old object back beside the new one.
    if (this.#order === 'ordered' && inode.number < this.#lowestFree) this.#lowestFree = inode.number;
  }

  /** The power fails: what is on the disk then is all there is. The same seed loses the same. */
  crash(seed: string): void {
    const random = new SeededRandom(seed);
    this.#journal.crash(random);
    this.#journal = new DiskJournal(this.#order);
    this.#inodes.clear();
    this.#usedBlocks = 0;
    this.#revive(this.root, random, new Set());
    if (this.#order === 'ordered') this.#lowestFree = NUMBER_MIN;
  }

  #revive(inode: Inode, random: SeededRandom, revived: Set<Inode>): void {
    if (revived.has(inode)) return;
    revived.add(inode);
    inode.survive(faceAfterCrash(inode, random));
    if (inode !== this.root) this.#inodes.set(inode.number, inode);
    for (let block = 0; block * DISK_BLOCK_BYTES < inode.seen.bytes.length; block++) inode.blocks.add(block);
    this.#usedBlocks += inode.blocks.size;
    for (const below of inode.seen.entries.values()) {
      this.#revive(below, random, revived);
      countHome(below, inode, 1);
    }
  }

  #setAttributes(inode: Inode, attributes: { mode?: number; mtimeNs?: bigint; ctimeNs: bigint }): void {
    Object.assign(inode.seen, attributes);
    for (const directory of inode.homes.keys()) this.#tell(directory);
  }

  #tell(directory: Inode): void {
    for (const listener of this.#listeners) listener(directory);
  }

  #freeNumber(): bigint {
    let number = this.#lowestFree;
    while (this.#inodes.has(number)) number += 1n;
    this.#lowestFree = number + 1n;
    return number;
  }

  #tick(): bigint {
    const now = this.#clock?.() ?? this.#nowNs;
    return now - (now % TICK_NS);
  }
}

function countHome(inode: Inode | undefined, directory: Inode, count: 1 | -1): void {
  if (inode === undefined) return;
  const names = (inode.homes.get(directory) ?? 0) + count;
  if (names > 0) inode.homes.set(directory, names);
  else inode.homes.delete(directory);
}
