/** A time between two moments of the machine's clock. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Milliseconds of a clock that all processes of a machine share, and that nobody sets. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** How much of `whole` lies in at least one of the intervals, in milliseconds. */
export function coveredMs(whole: Interval, intervals: readonly Interval[]): number {
  let covered = 0;
  let { start: until } = whole;
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    const last = Math.min(end, whole.end);
    covered += Math.max(0, last - Math.max(start, until));
    until = Math.max(until, last);
  }
  return covered;
}
