import { assert } from '@syncline/protocol';
import { HUGE_FILE_BYTES } from './limits.ts';

/** How a transfer has ended. */
export type TransferEnding<T> =
  | { readonly kind: 'brought'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: unknown };

/** What a running transfer asks for while it runs. */
export interface TransferGround {
  /** Once it answers false, the transfer is to come to its end soon, however. */
  readonly isWanted: () => boolean;
  /** Where its file stands on the disk now. */
  readonly path: () => string;
}

export interface TransferJob<T> {
  /** The content and the state that the transfer is for. Two with one key never run at the same time. */
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  readonly run: (ground: TransferGround) => Promise<T>;
}

interface Running<T> {
  readonly key: string;
  path: string;
  isWanted: boolean;
  ending: TransferEnding<T> | undefined;
}

/**
 * Transfers that go on beside the rounds. They change nothing that a plan is made from: what one has brought lies here until a plan
 * that wants exactly this content in exactly this state takes it, and is thrown away when the next plan does not want it any more.
 * So nothing about them has to be remembered over a restart, and none can be for something that has changed since.
 */
export class RunningTransfers<T> {
  readonly #transfersMax: number;
  readonly #hugeMax: number;
  readonly #discard: (value: T) => Promise<void>;
  readonly #onEnd: () => void;
  readonly #running = new Map<string, Running<T>>();
  /** Of those that are not wanted and not at their end yet: their keys are taken until then. */
  readonly #leaving = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #hugeUnderWay = 0;

  /** `discard` frees what a transfer has brought and nobody takes; it does not fail. `onEnd` is told whenever one has ended. */
  constructor(options: {
    readonly transfersMax: number;
    /** Of them, those of huge files. */
    readonly hugeMax: number;
    readonly discard: (value: T) => Promise<void>;
    readonly onEnd: () => void;
  }) {
    this.#transfersMax = options.transfersMax;
    this.#hugeMax = options.hugeMax;
    this.#discard = options.discard;
    this.#onEnd = options.onEnd;
  }

  /** Those that are wanted: under way, or ended and not taken yet. */
  get size(): number {
    return this.#running.size;
  }

  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Whether one has ended that nobody has taken. */
  get hasEnded(): boolean {
    for (const { ending } of this.#running.values()) if (ending !== undefined) return true;
    return false;
  }

  /** Whether a transfer of so many bytes can begin: a part of the places is kept for those that are not huge. */
  hasRoom(bytes: number): boolean {
    if (this.#underWay.size >= this.#transfersMax) return false;
    return bytes <= HUGE_FILE_BYTES || this.#hugeUnderWay < this.#hugeMax;
  }

  has(key: string): boolean {
    return this.#running.has(key) || this.#leaving.has(key);
  }

  /** Starts a transfer. Precondition: there is room, and none has this key. */
  begin(job: TransferJob<T>): void {
    assert(this.hasRoom(job.bytes) && !this.has(job.key), 'a transfer is begun once, where there is room');
    const running: Running<T> = { key: job.key, path: job.path, isWanted: true, ending: undefined };
    this.#running.set(job.key, running);
    this.#follow(this.#run(running, job));
  }

  /** Tells where the file of a transfer stands now. */
  standsAt(key: string, path: string): void {
    const running = this.#running.get(key);
    if (running !== undefined) running.path = path;
  }

  /** How a transfer has ended, once; undefined while it is under way, and for one that does not run. */
  take(key: string): TransferEnding<T> | undefined {
    const ending = this.#running.get(key)?.ending;
    if (ending !== undefined) this.#running.delete(key);
    return ending;
  }

  /** Leaves all that have none of these keys. Answers where their files stood. */
  retain(wanted: ReadonlySet<string>): readonly string[] {
    const left = [...this.#running.values()].filter(({ key }) => !wanted.has(key));
    for (const running of left) this.#leave(running);
    return left.map(({ path }) => path);
  }

  /** Resolves when all are at their end that are under way now. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #leave(running: Running<T>): void {
    this.#running.delete(running.key);
    this.#leaving.add(running.key);
    running.isWanted = false;
    if (running.ending !== undefined) this.#follow(this.#free(running, running.ending));
  }

  #follow(task: Promise<void>): void {
    const followed = task.finally(() => {
      this.#underWay.delete(followed);
      this.#onEnd();
    });
    this.#underWay.add(followed);
  }

  async #run(running: Running<T>, { run, bytes }: TransferJob<T>): Promise<void> {
    const isHuge = bytes > HUGE_FILE_BYTES;
    if (isHuge) this.#hugeUnderWay += 1;
    let ending: TransferEnding<T>;
    try {
      const value = await run({ isWanted: () => running.isWanted, path: () => running.path });
      ending = { kind: 'brought', value };
    } catch (failure) {
      ending = { kind: 'failed', failure };
    }
    if (isHuge) this.#hugeUnderWay -= 1;
    if (running.isWanted) running.ending = ending;
    else await this.#free(running, ending);
  }

  /** Its key is free when nothing of it is held any more. */
  async #free({ key }: Running<T>, ending: TransferEnding<T>): Promise<void> {
    if (ending.kind === 'brought') await this.#discard(ending.value);
    this.#leaving.delete(key);
  }
}
