import { MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import type { Ask } from './asked-network.ts';

/** A request that is refused is tried so often in a row, which takes so long … */
export const ROW_TRIES = 7;
const ROW_MS = 10 * SECOND_MS;
/** … and after a row there is a pause, which doubles from row to row. */
const FIRST_PAUSE_MS = SECOND_MS / 2;
/** Half of the pauses within a row are longer than this: most of its time is in the last two of six. */
export const PAUSE_SECONDS_MIN = 0.5;

/** What devices asked for while everything was refused. */
export interface Outage {
  readonly minutes: number;
  /** Requests in the mean of those devices that asked for it at all, by route. */
  readonly asks: ReadonlyMap<string, number>;
  /** How many of one route pauses that double allow. */
  readonly asksMax: number;
  /** From a refusal to the next request of the same route, in the median. */
  readonly pauseSeconds: number;
}

/** Counts what was asked in a stretch of time in which nothing was answered. */
export function outageOf(
  asks: readonly Ask[],
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): Outage {
  const counts = new Map<string, Map<string, number>>();
  const refusedAtMs = new Map<string, number>();
  const pauses: number[] = [];
  for (const { device, route, atMs, endMs, outcome } of asks) {
    if (atMs < fromMs || atMs >= untilMs) continue;
    const own = counts.get(route) ?? new Map<string, number>();
    counts.set(route, own.set(device, (own.get(device) ?? 0) + 1));
    const beforeMs = refusedAtMs.get(`${device} ${route}`);
    if (beforeMs !== undefined) pauses.push(atMs - beforeMs);
    if (outcome === 'failed') refusedAtMs.set(`${device} ${route}`, endMs);
  }
  const sorted = pauses.toSorted((one, other) => one - other);
  return {
    minutes: (untilMs - fromMs) / MINUTE_MS,
    asks: new Map([...counts].map(([route, own]) => [route, meanOf([...own.values()])])),
    asksMax: asksAllowed(untilMs - fromMs),
    pauseSeconds: (sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY) / SECOND_MS,
  };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Requests of one route that a device sends in so long a time when each pause is twice the one before. */
export function asksAllowed(durationMs: number): number {
  let asks = 0;
  for (let atMs = 0, pauseMs = FIRST_PAUSE_MS; atMs < durationMs; atMs += ROW_MS + pauseMs, pauseMs *= 2) {
    asks += ROW_TRIES;
  }
  return asks;
}
