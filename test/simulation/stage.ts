import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { type Invariant, InvariantViolation } from './invariant-violation.ts';
import type { Scheduler } from './scheduler.ts';

/** What all parts of one history share: time, chance, faults, and where violations and the trace go. */
export class Stage {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly trace: string[] | undefined;
  /** The first one; a history ends with it. */
  violation: InvariantViolation | undefined;

  constructor(parts: {
    readonly scheduler: Scheduler;
    readonly chance: Chance;
    readonly faults: Faults;
    readonly isTraced: boolean;
  }) {
    this.scheduler = parts.scheduler;
    this.chance = parts.chance;
    this.faults = parts.faults;
    this.trace = parts.isTraced ? [] : undefined;
  }

  /** Says what happened, for a reader of the trace. The text is made only when there is one. */
  tell(who: string, what: () => string): void {
    if (this.trace === undefined) return;
    this.trace.push(`${((this.scheduler.nowMs - START_MS) / 1000).toFixed(3).padStart(10)} ${who.padEnd(9)} ${what()}`);
  }

  /** Notes a violation. It does not throw: what is wrong with a world must not depend on who catches what. */
  violate(invariant: Invariant, detail: string): void {
    this.violation ??= new InvariantViolation(invariant, detail);
    this.tell('VIOLATION', () => `${invariant}: ${detail}`);
  }

  check(condition: boolean, invariant: Invariant, detail: () => string): void {
    if (!condition) this.violate(invariant, detail());
  }
}

/** When every history begins. */
export const START_MS = Date.UTC(2026, 0, 1);
