import { MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { growingDelayMs } from '../../client/src/sync/growing-delay.ts';
import { POLL, SOCKET_FAILURES_MAX, SOCKET_RETRY } from '../../client/src/sync/limits.ts';
import { chanceOf } from './chance.ts';
import { EventQueue } from './event-queue.ts';
import { TokenBucket } from './token-bucket.ts';

export interface ReconnectStorm {
  readonly devices: number;
  /** New sockets a second that the service lets through. */
  readonly openingsPerSecond: number;
  /** The service answers nothing for so long; all sockets end at its beginning. */
  readonly outageMs: number;
  readonly seed: number;
}

export interface ReconnectOutcome {
  /** The busiest second after the outage. */
  readonly attemptsPerSecondMost: number;
  readonly pollsPerSecondMost: number;
  /** After the end of the outage, until half and 99 of 100 devices have a socket again. */
  readonly halfMs: number;
  readonly mostMs: number;
  /** For each minute from the beginning of the outage: attempts a second, polls a second, and the share that has a socket. */
  readonly minutes: readonly { readonly attempts: number; readonly polls: number; readonly connected: number }[];
}

interface Device {
  failures: number;
  polls: number;
  isConnected: boolean;
}

interface Event {
  readonly kind: 'attempt' | 'poll';
  readonly device: Device;
}

const DAY_MS = 24 * 60 * MINUTE_MS;

/** All devices of a cell lose their sockets at once, and come back by the pauses of the real client. The same for the same seed. */
export function simulateReconnects(storm: ReconnectStorm): ReconnectOutcome {
  const random = chanceOf(storm.seed);
  const queue = new EventQueue<Event>();
  const bucket = new TokenBucket(storm.openingsPerSecond, storm.openingsPerSecond);
  const attempts = new Map<number, number>();
  const polls = new Map<number, number>();
  const connectedAtMs: number[] = [];
  for (let index = 0; index < storm.devices; index += 1) {
    const device = { failures: 1, polls: 0, isConnected: false };
    queue.put(growingDelayMs(SOCKET_RETRY, 0, random), { kind: 'attempt', device });
  }
  for (let next = queue.take(); next !== undefined && next.atMs < DAY_MS; next = queue.take()) {
    const { atMs, event } = next;
    const { device } = event;
    if (device.isConnected) continue;
    if (event.kind === 'poll') {
      count(polls, atMs);
      queue.put(atMs + growingDelayMs(POLL, device.polls, random), event);
      device.polls += 1;
      continue;
    }
    count(attempts, atMs);
    if (atMs >= storm.outageMs && bucket.take(atMs)) {
      device.isConnected = true;
      connectedAtMs.push(atMs);
      continue;
    }
    device.failures += 1;
    queue.put(atMs + growingDelayMs(SOCKET_RETRY, device.failures - 1, random), event);
    if (device.failures === SOCKET_FAILURES_MAX) queue.put(atMs, { kind: 'poll', device });
  }
  return outcomeOf(storm, { attempts, polls, connectedAtMs });
}

function count(seconds: Map<number, number>, atMs: number): void {
  const second = Math.floor(atMs / SECOND_MS);
  seconds.set(second, (seconds.get(second) ?? 0) + 1);
}

interface Seen {
  readonly attempts: ReadonlyMap<number, number>;
  readonly polls: ReadonlyMap<number, number>;
  readonly connectedAtMs: readonly number[];
}

function outcomeOf(storm: ReconnectStorm, { attempts, polls, connectedAtMs }: Seen): ReconnectOutcome {
  const after = (seconds: ReadonlyMap<number, number>) =>
    [...seconds]
      .filter(([second]) => second * SECOND_MS >= storm.outageMs)
      .reduce((most, [, n]) => Math.max(most, n), 0);
  const reached = (share: number) =>
    (connectedAtMs[Math.ceil(storm.devices * share) - 1] ?? Number.POSITIVE_INFINITY) - storm.outageMs;
  const minutes = Math.ceil((connectedAtMs.at(-1) ?? 0) / MINUTE_MS);
  const perMinute = (seconds: ReadonlyMap<number, number>) => {
    const sums = Array.from({ length: minutes }, () => 0);
    for (const [second, n] of seconds) {
      const minute = Math.floor(second / 60);
      sums[minute] = (sums[minute] ?? 0) + n / 60;
    }
    return sums;
  };
  const [tried, polled] = [perMinute(attempts), perMinute(polls)];
  let connected = 0;
  return {
    attemptsPerSecondMost: after(attempts),
    pollsPerSecondMost: after(polls),
    halfMs: reached(0.5),
    mostMs: reached(0.99),
    minutes: tried.map((value, minute) => {
      while ((connectedAtMs[connected] ?? Number.POSITIVE_INFINITY) < (minute + 1) * MINUTE_MS) connected += 1;
      return { attempts: value, polls: polled[minute] ?? 0, connected: connected / storm.devices };
    }),
  };
}
