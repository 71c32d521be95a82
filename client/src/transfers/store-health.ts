import { type EpochMs, epochMs } from '@syncline/protocol';
import type { Clock } from '../api/clock.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { STORE_REST_MS, STORE_STRIKES_MAX } from './limits.ts';

/**
 * What a failure is of:
 * - `chunk` this one: the store answers for others;
 * - `unknown`: nothing else was answered meanwhile;
 * - `store`: it answers for none, and this chunk was perhaps not even tried.
 */
export type FailureScope = 'chunk' | 'unknown' | 'store';

/** A chunk did not get to the store, or from it, however often it was tried. */
export class StoreUnavailableError extends UnavailableError {
  readonly scope: FailureScope;

  constructor(message: string, { cause, scope }: { readonly cause?: unknown; readonly scope: FailureScope }) {
    super(message, { cause });
    this.scope = scope;
  }
}

/**
 * Tells a chunk that does not get through from a store that is not there. What stands on the way, as a virus scanner or a proxy does, may hold back
 * the bytes of one file for ever, which must not keep any other waiting; and where nothing gets through, not every file has to find that out.
 *
 * The store counts as down when more than STORE_STRIKES_MAX chunks have failed for good in a row, while it answered for none. After STORE_REST_MS it is
 * tried again. Shared by all transfers of a folder.
 */
export class StoreHealth {
  readonly #clock: Pick<Clock, 'now'>;
  #answers = 0;
  #strikes = 0;
  #downSince: EpochMs | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Why nothing is to be tried now; undefined while the store does not count as down. */
  get refusal(): StoreUnavailableError | undefined {
    if (this.#downSince === undefined) return undefined;
    const restedMs = this.#clock.now() - this.#downSince;
    // A clock that was put back does not make the rest longer.
    if (restedMs < 0 || restedMs >= STORE_REST_MS) return undefined;
    return new StoreUnavailableError('the store does not answer', { scope: 'store' });
  }

  /** Begins with a chunk. Answers what `failed` is told. @throws StoreUnavailableError while the store counts as down. */
  begin(): number {
    const { refusal } = this;
    if (refusal !== undefined) throw refusal;
    // After a rest it is found out anew, by as many others.
    if (this.#downSince !== undefined) this.#forget();
    return this.#answers;
  }

  /** The store has said something about a chunk. */
  answered(): void {
    this.#answers += 1;
    this.#forget();
  }

  /** A chunk has failed for good. */
  failed(begun: number): FailureScope {
    if (this.#answers > begun) return 'chunk';
    this.#strikes += 1;
    if (this.#strikes <= STORE_STRIKES_MAX) return 'unknown';
    this.#downSince = epochMs(this.#clock.now());
    return 'store';
  }

  #forget(): void {
    this.#strikes = 0;
    this.#downSince = undefined;
  }
}
