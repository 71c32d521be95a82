import { SECOND_MS } from './units.ts';

/** What a deployment promises its people over OBJECTIVE_DAYS: the share of requests, or of pushes, that are as they should be. */
export interface Objective {
  /** Above 0 and below 1. */
  readonly share: number;
  /** What takes longer is not as it should be. */
  readonly msMax?: number;
}

/** Days over which a promise is kept or not. */
export const OBJECTIVE_DAYS = 30;

/**
 * `availability`: requests that the service did not fail (5xx). `commitLatency` and `deltaLatency`: requests that were served in time, in the function
 * that serves them. `pushLag`: calls that told devices of journal entries in time after those were dated.
 */
export const OBJECTIVES = {
  availability: { share: 0.999 },
  commitLatency: { share: 0.99, msMax: SECOND_MS },
  deltaLatency: { share: 0.99, msMax: 0.5 * SECOND_MS },
  pushLag: { share: 0.99, msMax: 5 * SECOND_MS },
} as const satisfies Readonly<Record<string, Objective>>;

export type ObjectiveName = keyof typeof OBJECTIVES;

/** The metric that is 1 for what missed an objective and 0 for what met it, so that its mean is the share that missed. */
export function missedMetric(name: ObjectiveName): string {
  return `missed.${name}`;
}
