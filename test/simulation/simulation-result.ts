import type { FaultKind } from './faults.ts';
import type { InvariantViolation } from './invariant-violation.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Kinds of faults that do not happen. */
  readonly without?: ReadonlySet<string>;
  /** Numbers of doings that are left out. */
  readonly dropped?: ReadonlySet<number>;
  /** Whether the tables are set back in every history that can go on then, and not only where it is drawn. */
  readonly isSetBack?: boolean;
  readonly isTraced?: boolean;
}

export interface SimulationResult {
  readonly violation: InvariantViolation | undefined;
  /** Equal for two runs of the same options. */
  readonly digest: number;
  readonly events: number;
  readonly requests: number;
  readonly entries: number;
  /** Numbers of the doings that were in it. */
  readonly doings: readonly number[];
  /** How often each kind of fault happened. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly trace: readonly string[];
}
