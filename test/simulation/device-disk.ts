import type { DeviceId } from '@syncline/protocol';
import type { ByteRange, DiskOutcome, FileSystem, StagedContent } from '../../client/src/engine/ports.ts';
import type { FolderListing, LocalEntry, LocalIdentity, LocalScan } from '../../client/src/engine/trees.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import type { Chance } from './chance.ts';
import type { ContentLedger } from './content-ledger.ts';
import type { Tree, TreeEntry } from './journal-oracle.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { Stage } from './stage.ts';

/** How a call of a port of a device goes: it takes time, the device may die in it, and people do something meanwhile. */
export type PortCall = <T>(name: string, path: string, call: () => Promise<T>) => Promise<T>;

/** The file system's clock goes in ticks, as on Linux. */
const TICK_MS = 4;

/** A call of the disk was refused by the operating system. */
class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * The disk of one device: what the engine does to it goes through `files` and is checked, what people do to it is told to the
 * ledger. It can be unmounted.
 */
export class DeviceDisk {
  readonly memory: MemoryFileSystem;
  /** What stands where the root was: `mounted` the root itself, `absent` nothing, `empty` an empty mount point. */
  mount: 'mounted' | 'absent' | 'empty' = 'mounted';
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #deviceId: DeviceId;
  readonly #chance: Chance;
  readonly #staged = new WeakMap<StagedContent, StagedContent>();
  /** Event in which somebody last did something to a file of this text. */
  readonly #touched = new Map<string, number>();

  constructor(
    shared: { readonly stage: Stage; readonly ledger: ContentLedger },
    own: { readonly deviceId: DeviceId; readonly clock: SimulatedClock; readonly chance: Chance },
  ) {
    this.#stage = shared.stage;
    this.#ledger = shared.ledger;
    this.#deviceId = own.deviceId;
    this.#chance = own.chance;
    this.memory = new MemoryFileSystem(() => BigInt(own.clock.now() - (own.clock.now() % TICK_MS)) * 1_000_000n);
  }

  tree(): Tree {
    const tree = new Map<string, TreeEntry>();
    for (const [path, text] of this.memory.tree()) {
      tree.set(path, { text, executable: text !== undefined && this.memory.isExecutable(path) });
    }
    return tree;
  }

  /** Whether a file of this text stands there, and nobody has done anything to such a file since the given event. */
  hasUntouched({ path, text }: { readonly path: string; readonly text: string }, sinceEvent: number): boolean {
    return this.memory.text(path) === text && (this.#touched.get(text) ?? 0) <= sinceEvent;
  }

  // What people do.

  write(path: string, text: string): void {
    this.#destroy([path], text);
    this.memory.write(path, text);
    this.#written(text);
  }

  replace(path: string, text: string): void {
    this.#destroy([path], text);
    this.memory.replace(path, text);
    this.#written(text);
  }

  /** Precondition: nothing of `to` is above or below `from`. */
  rename(from: string, to: string): void {
    this.#destroy(this.memory.pathsAt(to));
    for (const path of this.memory.pathsAt(from)) this.#touch(this.memory.text(path));
    this.memory.rename(from, to);
  }

  remove(path: string): void {
    this.#destroy(this.memory.pathsAt(path));
    this.memory.remove(path);
  }

  #destroy(paths: readonly string[], unless?: string): void {
    for (const path of paths) {
      const text = this.memory.text(path);
      if (text === undefined || text === unless) continue;
      this.#ledger.destroyed(text);
      this.#touch(text);
    }
  }

  #written(text: string): void {
    this.#ledger.written(text, this.#deviceId);
    this.#touch(text);
  }

  #touch(text: string | undefined): void {
    if (text !== undefined) this.#touched.set(text, this.#stage.scheduler.events);
  }

  // What the engine does.

  /** The disk as one process of the engine has it. */
  files(call: PortCall): FileSystem {
    return {
      verifyRoot: () => call('verify', '', () => this.#verify()),
      scan: () => call('scan', '', () => this.#scan()),
      list: (path) => call('list', path, () => this.#list(path)),
      look: (path) => call('look', path, () => this.#look(path)),
      read: (file, range) => call('read', file.path, () => this.#read(file, range)),
      makeFolder: (path) => this.#change(call, { name: 'mkdir', path }, () => this.memory.makeFolder(path)),
      move: (move) =>
        this.#change(call, { name: 'move', path: move.from }, async () => {
          const before = this.memory.text(move.to);
          for (const path of this.memory.pathsAt(move.from)) this.#touch(this.memory.text(path));
          const outcome = await this.memory.move(move);
          if (outcome.kind === 'done') this.#expectKept([before], `move over ${move.to}`);
          return outcome;
        }),
      trash: (doomed) =>
        this.#change(call, { name: 'trash', path: doomed.path }, async () => {
          const texts = this.memory.pathsAt(doomed.path).map((path) => this.memory.text(path));
          const outcome = await this.memory.trash(doomed);
          if (outcome.kind === 'done') this.#expectKept(texts, `trash of ${doomed.path}`);
          return outcome;
        }),
      setExecutable: (file) =>
        this.#change(call, { name: 'chmod', path: file.path }, () => this.memory.setExecutable(file)),
      stage: (content) => call('stage', content.key, () => this.#openStaged(call, content)),
      publish: (file) => this.#change(call, { name: 'publish', path: file.path }, () => this.#publish(file)),
      flush: () => call('flush', '', () => this.memory.flush()),
    };
  }

  async #verify(): Promise<'verified' | 'missing' | 'foreign'> {
    const isThere = this.mount === 'mounted' && !this.#stage.faults.strikes('disk-refused');
    return isThere ? 'verified' : 'missing';
  }

  async #scan(): Promise<LocalScan> {
    if (this.mount !== 'mounted') return { folders: new Map([['', []]]), rootListed: this.mount === 'empty' };
    return this.#withUnreadable(() => this.memory.scan());
  }

  async #list(path: string): Promise<FolderListing | undefined> {
    if (this.mount === 'mounted') return this.#withUnreadable(() => this.memory.list(path));
    return path === '' && this.mount === 'empty' ? { path, entries: [], complete: true } : undefined;
  }

  /** For one listing a folder cannot be read, as when its permissions are wrong or the disk errs. */
  async #withUnreadable<T>(list: () => Promise<T>): Promise<T> {
    if (!this.#stage.faults.strikes('unreadable-folder')) return list();
    const folders = ['', ...this.memory.paths().filter((path) => this.memory.text(path) === undefined)];
    const folder = this.#chance.pick(folders);
    this.memory.unlisted.add(folder);
    try {
      return await list();
    } finally {
      this.memory.unlisted.delete(folder);
    }
  }

  async #look(path: string): Promise<LocalEntry | undefined> {
    return this.mount === 'mounted' ? this.memory.look(path) : undefined;
  }

  async #read(file: { readonly path: string; readonly identity: LocalIdentity }, range: ByteRange) {
    if (this.mount !== 'mounted') return { kind: 'changed' } as const;
    if (this.#stage.faults.strikes('disk-refused')) return { kind: 'unreadable' } as const;
    return this.memory.read(file, range);
  }

  #change(
    call: PortCall,
    { name, path }: { readonly name: string; readonly path: string },
    change: () => Promise<DiskOutcome>,
  ): Promise<DiskOutcome> {
    return call(name, path, async () => {
      if (this.mount !== 'mounted') return { kind: 'changed' };
      const { faults } = this.#stage;
      if (faults.strikes('disk-refused')) return { kind: 'failed', reason: 'disk' };
      const outcome = await change();
      return faults.strikes('disk-half-done') ? { kind: 'failed', reason: 'disk' } : outcome;
    });
  }

  async #publish(file: Parameters<FileSystem['publish']>[0]): Promise<DiskOutcome> {
    const before = this.memory.text(file.path);
    const staged = this.#staged.get(file.staged) ?? file.staged;
    const outcome = await this.memory.publish({ ...file, staged });
    if (outcome.kind !== 'done') return outcome;
    if (before !== undefined) this.#expectKept([before], `publish over ${file.path}`);
    const after = this.memory.text(file.path) ?? '';
    this.#stage.check(this.#ledger.isKnown(after), 'I-13', () => `${file.path} became ${JSON.stringify(after)}`);
    this.#ledger.brought(after, this.#deviceId);
    this.#touch(after);
    return outcome;
  }

  #expectKept(texts: readonly (string | undefined)[], how: string): void {
    for (const text of texts) {
      if (text === undefined) continue;
      this.#ledger.checkKept(text, () => `${how} on ${this.#deviceId}`);
      this.#touch(text);
    }
  }

  async #openStaged(call: PortCall, content: { readonly key: string; readonly size: number }): Promise<StagedContent> {
    this.#expectDisk();
    const inner = await this.memory.stage(content);
    const outer: StagedContent = {
      resumed: inner.resumed,
      write: (offset, bytes) =>
        call('write', content.key, async () => {
          this.#expectDisk();
          await inner.write(offset, bytes);
        }),
      readSync: (range) => inner.readSync(range),
      close: () => call('close', content.key, () => inner.close()),
    };
    this.#staged.set(outer, inner);
    return outer;
  }

  #expectDisk(): void {
    if (this.mount !== 'mounted') throw new DiskError('ENOENT');
    if (this.#stage.faults.strikes('disk-refused')) throw new DiskError('ENOSPC');
  }
}

/** Whether an error is the operating system's, as the engine meets it where its port has no outcome for it. */
export function isDiskError(error: unknown): boolean {
  return error instanceof DiskError;
}
