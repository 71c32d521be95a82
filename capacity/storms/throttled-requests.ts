import { assert, SECOND_MS } from '@syncline/protocol';
import { percentile } from '../../bench/bench-report.ts';
import { retryDelayMs } from '../../client/src/api/backoff.ts';
import { API_RETRY } from '../../client/src/api/limits.ts';
import { chanceOf } from './chance.ts';
import { EventQueue } from './event-queue.ts';
import { TokenBucket } from './token-bucket.ts';

/** Requests that begin at given times, by kinds that have a throttle of their own, or share the stage's. */
export interface Arrivals {
  readonly kind: string;
  readonly startsMs: Iterable<number>;
  /** Who is refused tries again as the client does; a browser's download does not. */
  readonly retries: boolean;
  /** The most a second of this kind that the stage lets through before it asks the common throttle. */
  readonly ownPerSecond?: number;
}

export interface ThrottledOutcome {
  readonly requests: number;
  readonly refused: number;
  /** Gave up after all tries. */
  readonly lost: number;
  /** From the start of a request to its answer, of those that were answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Stage {
  readonly perSecond: number;
  readonly burst: number;
  readonly answerMs: number;
  readonly seed: number;
}

interface Call {
  readonly kind: string;
  readonly startMs: number;
  readonly retries: boolean;
  attempt: number;
}

/** What becomes of requests at a stage of API Gateway that throttles, with the pauses of the real client between tries. */
export function simulateRequests(stage: Stage, arrivals: readonly Arrivals[]): ReadonlyMap<string, ThrottledOutcome> {
  const random = chanceOf(stage.seed);
  const queue = new EventQueue<Call>();
  const shared = new TokenBucket(stage.perSecond, stage.burst);
  const own = new Map(
    arrivals.flatMap(({ kind, ownPerSecond }) =>
      ownPerSecond === undefined ? [] : [[kind, new TokenBucket(ownPerSecond, ownPerSecond)] as const],
    ),
  );
  const seen = new Map(arrivals.map(({ kind }) => [kind, { requests: 0, refused: 0, lost: 0, times: [] as number[] }]));
  for (const { kind, startsMs, retries } of arrivals) {
    for (const startMs of startsMs) queue.put(startMs, { kind, startMs, retries, attempt: 1 });
  }
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const { atMs, event: call } = next;
    const counts = seen.get(call.kind);
    assert(counts !== undefined, 'every kind is counted');
    counts.requests += 1;
    if ((own.get(call.kind)?.take(atMs) ?? true) && shared.take(atMs)) {
      counts.times.push(atMs + stage.answerMs - call.startMs);
    } else {
      counts.refused += 1;
      if (!call.retries || call.attempt >= API_RETRY.attemptsMax) counts.lost += 1;
      else queue.put(atMs + stage.answerMs + retryDelayMs({ budget: API_RETRY, attempt: call.attempt, random }), call);
      call.attempt += 1;
    }
  }
  return new Map([...seen].map(([kind, counts]) => [kind, summaryOf(counts)]));
}

function summaryOf(counts: {
  readonly requests: number;
  readonly refused: number;
  readonly lost: number;
  readonly times: readonly number[];
}): ThrottledOutcome {
  const { requests, refused, lost } = counts;
  return { requests, refused, lost, p50Ms: percentile(counts.times, 0.5), p99Ms: percentile(counts.times, 0.99) };
}

/** Times of so many starts a second, by chance, for so long: what many people do without knowing of each other. */
export function* startsByChance(
  perSecond: number,
  { fromMs, lengthMs, seed }: { readonly fromMs: number; readonly lengthMs: number; readonly seed: number },
): Generator<number> {
  const random = chanceOf(seed);
  for (let atMs = fromMs; atMs < fromMs + lengthMs; ) {
    atMs += (-Math.log(1 - random()) * SECOND_MS) / perSecond;
    yield atMs;
  }
}
