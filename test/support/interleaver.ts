import { assert } from '@syncline/protocol';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Turns of one schedule; a schedule that does not end is a deadlock or a livelock. */
const TURNS_MAX = 200_000;

export interface InterleaverOptions {
  readonly random: SeededRandom;
  /** How often a call fails that writes, half of them after it was done: 0 never, 1 always. */
  readonly faults: number;
}

/**
 * Runs tasks side by side in an order that a seed chooses: before and after every call of a port a task waits for its turn,
 * and one of those that wait goes on.
 */
export class Interleaver {
  readonly #random: SeededRandom;
  readonly #faults: number;
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  constructor(options: InterleaverOptions) {
    this.#random = options.random;
    this.#faults = options.faults;
  }

  /** The port with turns around every call, and with faults in those named `writes`. */
  wrap<Port extends object>(port: Port, writes: readonly (keyof Port & string)[] = []): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const isWrite = (writes as readonly (string | symbol)[]).includes(name);
        return async (...parameters: readonly unknown[]): Promise<unknown> => {
          await this.#turn();
          const isFaulty = isWrite && this.#isRunning && this.#random.fraction() < this.#faults;
          if (isFaulty && this.#random.fraction() < 0.5) throw new UnavailableError('the request was lost');
          const answer: unknown = await Reflect.apply(member, target, parameters);
          await this.#turn();
          if (isFaulty) throw new UnavailableError('the answer was lost');
          return answer;
        };
      },
    });
  }

  /** Answers what the tasks answer, when all are done. */
  async run<T>(tasks: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
    this.#isRunning = true;
    const progress = { open: tasks.length };
    const settled = Promise.all(
      tasks.map(async (task) => {
        try {
          return await task();
        } finally {
          progress.open -= 1;
        }
      }),
    );
    // The first failure is thrown when all have ended, and not before somebody looks.
    const ended = settled.catch(() => undefined);
    for (let turn = 0; progress.open > 0; turn++) {
      assert(turn < TURNS_MAX, 'a schedule comes to its end');
      await nextTick();
      const chosen = Math.floor(this.#random.fraction() * this.#waiting.length);
      this.#waiting.splice(chosen, 1)[0]?.();
    }
    this.#isRunning = false;
    await ended;
    return settled;
  }

  #turn(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

/** Lets everything run that needs no turn. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
