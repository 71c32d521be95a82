import type { FaultKind } from '../simulation/faults.ts';
import type { InvariantViolation } from '../simulation/invariant-violation.ts';

/** How one phase went. Times are simulated. */
export interface PhaseResult {
  readonly name: string;
  readonly isTrouble: boolean;
  /** What it must not take longer than: the recovery after a trouble, and otherwise the slowest edit. */
  readonly secondsMax: number;
  /** From each edit that was made in it to its being on all other devices of the account, shortest first. */
  readonly seconds: readonly number[];
  /** From its end until everything that was written in it was everywhere. */
  readonly recoverySeconds: number;
}

export interface LoadResult {
  readonly violation: InvariantViolation | undefined;
  /** Equal for two runs of the same options. */
  readonly digest: number;
  readonly devices: number;
  readonly accounts: number;
  readonly minutes: number;
  readonly events: number;
  /** Of all journals together. */
  readonly entries: number;
  /** Runs of functions, by route or by what calls them. */
  readonly requests: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly sockets: { readonly ended: number; readonly silenced: number };
  readonly phases: readonly PhaseResult[];
  /** Timed edits that came everywhere; the others were replaced or removed before. */
  readonly arrivals: number;
  /** From the end of the last phase until everything was at rest. */
  readonly restSeconds: number;
}
