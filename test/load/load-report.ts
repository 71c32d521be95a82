import type { LoadResult } from './load-result.ts';
import { missedTimes } from './missed-times.ts';
import { type Outage, ROW_TRIES } from './outage.ts';
import type { SyncCost } from './sync-cost.ts';

/** What `npm run load` prints. */
export function formatLoad(result: LoadResult, cost: SyncCost): string {
  const { requests, faults, sockets, phases, violation } = result;
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const perEntry = (count: number): string => (count / result.entries).toFixed(2);
  return [
    `${result.devices} devices of ${result.accounts} accounts, ${result.minutes} simulated minutes: ${result.entries} changes committed, ` +
      `${result.arrivals} timed files everywhere, ${total} runs of functions, ${result.events} events, digest ${result.digest}`,
    `${result.repeatedCommits} operations came more than once, and each is in the journal once`,
    `what went wrong: ${[...faults].map(([kind, count]) => `${kind} ${count}`).join(', ')}; sockets ended ${sockets.ended}, silenced ${sockets.silenced}`,
    '',
    `${'from an edit to all devices of its account'.padEnd(44)} ${['edits', 'p50', 'p99', 'recovered after', 'answered after', 'told again after'].map(right).join('')}`,
    ...phases.map(({ name, isTrouble, seconds, recoverySeconds, readSeconds, toldSeconds }) =>
      [
        name.padEnd(45),
        right(`${seconds.length}`),
        right(secondsText(percentile(seconds, 0.5))),
        right(secondsText(percentile(seconds, 0.99))),
        ...[recoverySeconds, readSeconds, toldSeconds].map((taken) => right(isTrouble ? secondsText(taken) : '')),
      ].join(''),
    ),
    `${'at rest after the end'.padEnd(45)}${right('')}${right('')}${right('')}${right(secondsText(result.restSeconds))}`,
    '',
    ...phases.flatMap(({ outage }) => (outage === undefined ? [] : outageLines(outage))),
    `longest pause of a client ${secondsText(result.pauses.longestSeconds)}, and at most ${secondsText(result.pauses.overdueSeconds)} more than it told`,
    '',
    `${'runs of functions'.padEnd(45)}${right('all')}${right('a change')}`,
    ...[...requests]
      .toSorted(([, one], [, other]) => other - one)
      .map(([route, count]) => `${route.padEnd(45)}${right(`${count}`)}${right(perEntry(count))}`),
    '',
    'what 1,000 changes cost, with telling, fetching, retries and polls (bytes, logs and minutes of sockets apart)',
    ...cost.lines.map(([what, dollars]) => `${what.padEnd(45)}${right(`$${dollars.toFixed(5)}`)}`),
    `${'all together'.padEnd(45)}${right(`$${cost.dollars.toFixed(5)}`)}`,
    '',
    ...missedTimes(result).map((what) => `LATE: ${what}`),
    violation === undefined ? 'Nothing was lost, and no invariant was broken.' : `BROKEN: ${violation.message}`,
  ].join('\n');
}

/** The routes that a device asks for again and again while nothing is answered. */
function outageLines({ asks, asksMax, minutes, pauseSeconds }: Outage): readonly string[] {
  const often = [...asks].filter(([, count]) => count > ROW_TRIES).toSorted(([, one], [, other]) => other - one);
  return [
    `${`requests of a device in an outage of ${minutes.toFixed(1)} minutes`.padEnd(45)}${right('mean')}${right('allowed')}`,
    ...often.map(([route, count]) => `${route.padEnd(45)}${right(count.toFixed(1))}${right(`${asksMax}`)}`),
    `${'from a refusal to the next try, p50'.padEnd(45)}${right(secondsText(pauseSeconds))}`,
  ];
}

/** Precondition: shortest first. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function right(text: string): string {
  return text.padStart(17);
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined || seconds === Number.POSITIVE_INFINITY ? '–' : `${seconds.toFixed(1)} s`;
}
