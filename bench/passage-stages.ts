import type { Interval } from './machine-clock.ts';
import type { Work } from './memory-service.ts';

/** Where a file is on its way, as the requests at the service show it. Each in ms, the service's own time in it. */
export interface PassageStages {
  /** From the close until the first request: it is noticed, waited for, planned and read. */
  readonly noticedMs: number;
  /** Until its commit is answered. */
  readonly sentMs: number;
  /** Until the other side has its bytes. */
  readonly fetchedMs: number;
  /** Until it is in its place: verified, durable, renamed. */
  readonly placedMs: number;
}

/** Undefined when the requests do not show them all, such as for bytes that the other side had already. */
export function stagesOf({ start, end }: Interval, work: readonly Work[]): PassageStages | undefined {
  const within = work.filter((one) => one.start >= start && one.end <= end).toSorted((a, b) => a.start - b.start);
  const [first] = within;
  const commit = within.find(({ request }) => request === 'commit');
  const fetch = within.findLast(({ request }) => request === 'GET');
  if (first === undefined || commit === undefined || fetch === undefined) return undefined;
  return {
    noticedMs: first.start - start,
    sentMs: commit.end - first.start,
    fetchedMs: fetch.end - commit.end,
    placedMs: end - fetch.end,
  };
}
