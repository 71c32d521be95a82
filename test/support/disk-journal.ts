import type { Inode, InodeFace } from './disk-inode.ts';
import { DISK_BLOCK_BYTES, withChange } from './disk-inode.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A name that comes, goes or changes what it names. */
export interface NameChange {
  readonly directory: Inode;
  readonly name: string;
  /** Undefined: the name goes. */
  readonly inode: Inode | undefined;
}

/** Changes of names that reach the disk together or not at all. */
interface NameOperation {
  readonly changes: readonly NameChange[];
  /** Objects that the operation gave a new time of change, which travels with it. */
  readonly touched: readonly { readonly inode: Inode; readonly ctimeNs: bigint }[];
}

/**
 * In which order names reach the disk:
 * - `ordered`        in the order in which they were changed, as a journal does (ext4, XFS, APFS, NTFS): a sync of any directory
 *   takes with it all that was changed before;
 * - `per-directory`  each directory for itself: less than what any journalling file system promises. A rename from one directory
 *   to another is still one change.
 */
export type NameOrder = 'ordered' | 'per-directory';

/** What a simulated disk has been told about names and has not been asked to make durable. */
export class DiskJournal {
  readonly #order: NameOrder;
  #pending: NameOperation[] = [];

  constructor(order: NameOrder) {
    this.#order = order;
  }

  record(changes: readonly NameChange[], touched: readonly Inode[]): void {
    const times = touched.map((inode) => ({ inode, ctimeNs: inode.seen.ctimeNs }));
    this.#pending.push({ changes, touched: times });
  }

  /** Makes the names of a directory durable. */
  syncDirectory(directory: Inode): void {
    const isIn = (operation: NameOperation) => operation.changes.some((change) => change.directory === directory);
    const last = this.#pending.findLastIndex(isIn);
    if (this.#order === 'ordered') this.#settle((_, index) => index <= last);
    else {
      const wanted = withEarlier(this.#pending, new Set(this.#pending.filter(isIn)));
      this.#settle((operation) => wanted.has(operation));
    }
  }

  /** Makes all names durable. */
  syncAll(): void {
    this.#settle(() => true);
  }

  /** Decides for every change of a name whether it has reached the disk; those that have not never happened. */
  crash(random: SeededRandom): void {
    if (this.#order === 'ordered') {
      const reached = Math.floor(random.fraction() * (this.#pending.length + 1));
      this.#settle((_, index) => index < reached);
    } else {
      const bias = random.fraction();
      const missed = new Set<Inode>();
      this.#settle(({ changes }) => {
        const isLate = changes.some(({ directory }) => missed.has(directory)) || random.fraction() < bias;
        if (isLate) for (const { directory } of changes) missed.add(directory);
        return !isLate;
      });
    }
    this.#pending = [];
  }

  #settle(isReached: (operation: NameOperation, index: number) => boolean): void {
    const rest: NameOperation[] = [];
    for (const [index, operation] of this.#pending.entries()) {
      if (isReached(operation, index)) apply(operation);
      else rest.push(operation);
    }
    this.#pending = rest;
  }
}

/** Operations together with all that came before them in the directories which they change. */
function withEarlier(
  operations: readonly NameOperation[],
  wanted: ReadonlySet<NameOperation>,
): ReadonlySet<NameOperation> {
  const all = new Set<NameOperation>();
  const directories = new Set<Inode>();
  for (const operation of operations.toReversed()) {
    const isNeeded = wanted.has(operation) || operation.changes.some(({ directory }) => directories.has(directory));
    if (!isNeeded) continue;
    all.add(operation);
    for (const { directory } of operation.changes) directories.add(directory);
  }
  return all;
}

function apply({ changes, touched }: NameOperation): void {
  for (const { directory, name, inode } of changes) {
    if (inode === undefined) directory.durable.entries.delete(name);
    else directory.durable.entries.set(name, inode);
  }
  for (const { inode, ctimeNs } of touched) inode.durable.ctimeNs = ctimeNs;
}

/** What a crash leaves of an object, apart from names: attributes and bytes that were not synced may be there, or not. */
export function faceAfterCrash(inode: Inode, random: SeededRandom): InodeFace {
  const { durable, seen } = inode;
  const attributes = random.fraction() < 0.5 ? seen : durable;
  const { mode, mtimeNs, ctimeNs } = attributes;
  return { mode, mtimeNs, ctimeNs, bytes: bytesAfterCrash(inode, random), entries: new Map(durable.entries) };
}

/** Size and blocks are written each for itself and whenever it suits the disk, so each may be of any moment since the last sync. */
function bytesAfterCrash({ durable, unsynced }: Inode, random: SeededRandom): Uint8Array {
  if (unsynced.length === 0) return durable.bytes;
  const moments = [durable.bytes];
  for (const change of unsynced) moments.push(withChange(moments.at(-1) ?? durable.bytes, change));
  const choose = () => moments[Math.floor(random.fraction() * moments.length)] ?? durable.bytes;
  const one = choose();
  if (random.fraction() < 0.4) return one;
  const bytes = new Uint8Array(choose().length);
  for (let start = 0; start < bytes.length; start += DISK_BLOCK_BYTES) {
    bytes.set(choose().subarray(start, Math.min(start + DISK_BLOCK_BYTES, bytes.length)), start);
  }
  return bytes;
}
