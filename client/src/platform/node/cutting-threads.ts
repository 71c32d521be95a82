import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CutChunk } from '../../chunking/content-cutter.ts';
import type { FileCutting } from '../../transfers/cut-content.ts';
import type { OpenFile, ReadingOptions } from './cut-open-file.ts';
import { CUTTING_THREADS_MAX, IDLE_THREAD_MS, THREAD_HEAP_MIB } from './limits.ts';

type Answer =
  | { readonly kind: 'cut'; readonly chunks: readonly CutChunk[] | undefined }
  | { readonly kind: 'failed'; readonly cause: unknown };

/**
 * Cuts large files on threads of their own, one file on each, so that neither reading, cutting nor hashing holds up this one. There are as
 * many as processors, CUTTING_THREADS_MAX at most; they start with the first files and end when nothing comes for IDLE_THREAD_MS.
 */
export class CuttingThreads implements FileCutting {
  readonly #threadsMax: number;
  readonly #idle = new Map<Worker, NodeJS.Timeout>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(threadsMax = Math.min(availableParallelism(), CUTTING_THREADS_MAX)) {
    this.#threadsMax = threadsMax;
  }

  async cut(file: OpenFile, signal: AbortSignal): Promise<readonly CutChunk[] | undefined> {
    await this.#enter();
    try {
      signal.throwIfAborted();
      const thread = this.#takeThread();
      // The processors that have no file to cut can read the one that there is.
      const readsAhead = this.#busy === 1 && availableParallelism() > 1;
      const answer = await ask(thread, { ...file, readsAhead }, signal);
      this.#keep(thread);
      if (answer.kind === 'cut') return answer.chunks;
      throw answer.cause;
    } finally {
      this.#leave();
    }
  }

  /** Ends all threads. Precondition: no file is being cut. */
  async close(): Promise<void> {
    await Promise.all([...this.#idle.keys()].map((thread) => thread.terminate()));
  }

  async #enter(): Promise<void> {
    if (this.#busy >= this.#threadsMax) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#busy += 1;
  }

  /** The place goes to who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }

  #takeThread(): Worker {
    const [idle] = this.#idle.keys();
    if (idle !== undefined) {
      this.#forget(idle);
      idle.ref();
      return idle;
    }
    const thread = new Worker(threadFile(), { resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MIB } });
    // One that dies while it is idle is not taken again.
    thread.once('exit', () => this.#forget(thread));
    thread.on('error', () => this.#forget(thread));
    return thread;
  }

  #forget(thread: Worker): void {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  #keep(thread: Worker): void {
    const timer = setTimeout(() => void thread.terminate(), IDLE_THREAD_MS);
    // Neither keeps the process from its end.
    timer.unref();
    thread.unref();
    this.#idle.set(thread, timer);
  }
}

/** It lies beside this file, and has its ending: of source, of the published SDK, or of the bundled command line. */
function threadFile(): URL {
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new URL(`cutting-thread${ending}`, import.meta.url);
}

/** @throws why the thread ended, or the signal's reason; the thread has ended then. */
async function ask(thread: Worker, file: OpenFile & ReadingOptions, signal: AbortSignal): Promise<Answer> {
  const answer = Promise.withResolvers<Answer>();
  const abort = (): void => answer.reject(signal.reason as Error);
  const end = (code: number): void => answer.reject(new Error(`a cutting thread ended with ${code}`));
  thread.once('message', answer.resolve);
  thread.once('error', answer.reject);
  thread.once('exit', end);
  signal.addEventListener('abort', abort, { once: true });
  try {
    thread.postMessage(file);
    return await answer.promise;
  } catch (failure) {
    // Afterwards nothing reads the file any more.
    await thread.terminate();
    throw failure;
  } finally {
    signal.removeEventListener('abort', abort);
    thread.off('message', answer.resolve).off('error', answer.reject).off('exit', end);
  }
}
