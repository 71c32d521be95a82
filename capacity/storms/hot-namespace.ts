import { SECOND_MS } from '@syncline/protocol';
import { percentile } from '../../bench/bench-report.ts';
import { retryDelayMs } from '../../client/src/api/backoff.ts';
import { API_RETRY } from '../../client/src/api/limits.ts';
import { COMMIT_TRIES_MAX } from '../../lambdas/journal/limits.ts';
import { retryDelayMs as serverPauseMs } from '../../lambdas/runtime/retry-delay.ts';
import { chanceOf } from './chance.ts';
import { EventQueue } from './event-queue.ts';

export interface HotNamespace {
  /** Devices that commit to one namespace again and again, without a pause. */
  readonly writers: number;
  /** From reading the head to the end of the transaction that is on condition of it. */
  readonly commitMs: number;
  readonly lengthMs: number;
  readonly seed: number;
}

export interface HotNamespaceOutcome {
  readonly commitsPerSecond: number;
  /** Transactions for each commit: 1 when nobody is in the way. */
  readonly transactionsPerCommit: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Commits that a device gave up after all of its tries. */
  readonly lost: number;
}

interface Writer {
  startMs: number;
  /** When the head was read that the transaction under way is on condition of. */
  readMs: number;
  serverTries: number;
  deviceTries: number;
}

/** Writers who race for one head: whoever read it before the last commit landed decides again, with the pauses of server and client. */
export function simulateHotNamespace(scene: HotNamespace): HotNamespaceOutcome {
  const chance = chanceOf(scene.seed);
  const random = { fraction: chance, bytes: (count: number) => new Uint8Array(count) };
  const queue = new EventQueue<Writer>();
  const times: number[] = [];
  let [movedMs, transactions, lost] = [-1, 0, 0];
  const begin = (writer: Writer, atMs: number) => {
    writer.readMs = atMs;
    // No two requests take the same time.
    queue.put(atMs + scene.commitMs * (0.75 + chance() / 2), writer);
  };
  const start = (writer: Writer, atMs: number) => {
    Object.assign(writer, { startMs: atMs, serverTries: 0, deviceTries: 1 });
    begin(writer, atMs);
  };
  for (let index = 0; index < scene.writers; index += 1) {
    start({ startMs: 0, readMs: 0, serverTries: 0, deviceTries: 1 }, chance() * SECOND_MS);
  }
  for (let next = queue.take(); next !== undefined && next.atMs < scene.lengthMs; next = queue.take()) {
    const { atMs, event: writer } = next;
    transactions += 1;
    if (writer.readMs >= movedMs) {
      movedMs = atMs;
      times.push(atMs - writer.startMs);
      start(writer, atMs);
      continue;
    }
    writer.serverTries += 1;
    if (writer.serverTries < COMMIT_TRIES_MAX) {
      begin(writer, atMs + serverPauseMs(random, writer.serverTries));
      continue;
    }
    writer.serverTries = 0;
    if (writer.deviceTries === API_RETRY.attemptsMax) {
      lost += 1;
      start(writer, atMs);
      continue;
    }
    begin(writer, atMs + retryDelayMs({ budget: API_RETRY, attempt: writer.deviceTries, random: chance }));
    writer.deviceTries += 1;
  }
  return {
    commitsPerSecond: (times.length * SECOND_MS) / scene.lengthMs,
    transactionsPerCommit: transactions / times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    lost,
  };
}
