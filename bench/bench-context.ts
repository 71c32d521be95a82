import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStack, startLocalStack } from '../emulator/local-stack.ts';
import { type BenchStack, createBenchStack } from './bench-stack.ts';
import type { FileTree } from './file-tree.ts';
import { type LargePairs, linkLargePairs } from './large-pairs.ts';
import { type MemoryService, startMemoryService } from './memory-service.ts';
import { largePeers } from './peers/measured-peers.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { endPrograms } from './program.ts';

/** As many as the aims of the product are stated for. */
const LARGE_TREE: FileTree = { folders: 2000, filesPerFolder: 50, seed: 'large' };

const REMOVE_TRIES_MAX = 10;

/** How much is measured, beside what the benches choose themselves. */
export interface BenchSize {
  /** Of each bench that has rounds; its own number when absent. */
  readonly rounds: number | undefined;
  /** The share of the files or bytes that are measured: less than 1 tries a bench out, and its figures say nothing. */
  readonly scale: number;
  /** Megabits a second of the link between every client and the store, where a bench has one; as many as it can when undefined. */
  readonly linkMbit: number | undefined;
}

/** What the benches of a run share. Each part is made by the first one that asks for it. */
export class BenchContext {
  /** For files that are gone afterwards. */
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly #size: BenchSize;
  #stack: Promise<LocalStack> | undefined;
  #memoryService: Promise<MemoryService> | undefined;
  #largePairs: Promise<LargePairs> | undefined;

  private constructor(directory: string, log: (line: string) => void, size: BenchSize) {
    this.directory = directory;
    this.log = log;
    this.#size = size;
  }

  static async open(log: (line: string) => void, size: BenchSize): Promise<BenchContext> {
    return new BenchContext(await mkdtemp(join(tmpdir(), 'syncline-bench-')), log, size);
  }

  /** How many rounds a bench takes that would take this many. */
  rounds(own: number): number {
    return this.#size.rounds ?? own;
  }

  /** Megabits a second of the link between every client and the store; undefined when it is to be as fast as this machine. */
  get linkMbit(): number | undefined {
    return this.#size.linkMbit;
  }

  /** How many files or bytes a bench takes that would take this many. */
  scaled(own: number): number {
    return Math.max(1, Math.round(own * this.#size.scale));
  }

  /** A directory of its own for a bench. */
  async makeDirectory(name: string): Promise<string> {
    const directory = join(this.directory, name);
    await mkdir(directory);
    return directory;
  }

  /** The whole service on an emulator. */
  async stack(): Promise<BenchStack> {
    const { directory, log } = this;
    this.#stack ??= startLocalStack({ port: 0, dataDir: join(directory, 'data'), isPersistent: false, log });
    return createBenchStack((await this.#stack).outputs);
  }

  /** The service in memory. */
  memoryService(): Promise<MemoryService> {
    this.#memoryService ??= startMemoryService();
    return this.#memoryService;
  }

  /** Peers over 100,000 files each. */
  largePairs(): Promise<LargePairs> {
    const { directory, log } = this;
    this.#largePairs ??= this.memoryService().then((service) =>
      linkLargePairs({ directory, log, notes: new PeerNotes(log) }, largePeers(service), LARGE_TREE),
    );
    return this.#largePairs;
  }

  async close(): Promise<void> {
    // There are some only when a bench was not let end.
    endPrograms();
    const stack = await this.#stack?.catch(() => undefined);
    await stack?.stop();
    const service = await this.#memoryService?.catch(() => undefined);
    service?.stop();
    // What was left in its middle may still make a file or two.
    await rm(this.directory, { recursive: true, force: true, maxRetries: REMOVE_TRIES_MAX });
  }
}
