import type { FaultKind } from '../simulation/faults.ts';
import type { InvariantViolation } from '../simulation/invariant-violation.ts';
import type { Outage } from './outage.ts';

/** How one phase went. Times are simulated. */
export interface PhaseResult {
  readonly name: string;
  readonly isTrouble: boolean;
  /** What it must not take longer than: the recovery after a trouble, and otherwise the slowest edit. */
  readonly secondsMax: number;
  /** From each edit that was made in it to its being on all other devices of the account, shortest first. */
  readonly seconds: readonly number[];
  /** Of those that did not meet the next trouble. */
  readonly slowestSeconds: number;
  /** From its end until everything that was written in it was everywhere. */
  readonly recoverySeconds: number;
  /** Of a trouble: from its end until every device that was refused had been answered, and until pushes reached every one. Infinite when they never did. */
  readonly readSeconds: number;
  readonly toldSeconds: number;
  /** Where nothing was answered. */
  readonly outage: Outage | undefined;
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
  /** Operations that came more than once: each has one result, and is in the journal once. */
  readonly repeatedCommits: number;
  /** The longest pause that a client told of before it asked again, and by how much one was longer than told. */
  readonly pauses: { readonly longestSeconds: number; readonly overdueSeconds: number };
}
