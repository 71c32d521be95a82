import type { EpochMs } from '@syncline/protocol';
import type { StandingProblem } from './loop-status.ts';
import type { Clock } from './ports.ts';
import type { SyncProblem } from './sync-problem.ts';

/** The problems of a folder, each with the moment since when it stands without a break. */
export class StandingProblems {
  readonly #clock: Pick<Clock, 'now'>;
  #problems: readonly StandingProblem[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  list(): readonly StandingProblem[] {
    return this.#problems;
  }

  /** Takes over what the last round found. */
  replace(problems: readonly SyncProblem[]): void {
    const known = new Map<string, EpochMs>(this.#problems.map((problem) => [keyOf(problem), problem.since]));
    const now = this.#clock.now();
    this.#problems = problems.map((problem) => ({ ...problem, since: known.get(keyOf(problem)) ?? now }));
  }
}

function keyOf({ reason, path }: SyncProblem): string {
  return `${reason}/${path}`;
}
