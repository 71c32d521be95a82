import { OVERDUE_SECONDS_MAX, PAUSE_SECONDS_MAX, RUNS_PER_CHANGE_MAX, SILENT_SECONDS_MAX } from './load-phases.ts';
import type { LoadResult, PhaseResult } from './load-result.ts';
import { PAUSE_SECONDS_MIN } from './outage.ts';

/**
 * What took longer, or asked more often, than clients and service are made for, in words. Nothing is lost by it: whoever is not told looks by
 * themselves after minutes, so no invariant shows that a push, a socket or a pause is missing.
 */
export function missedTimes({ phases, requests, entries, restSeconds, pauses }: LoadResult): readonly string[] {
  const late = phases.flatMap((phase) =>
    [...missedIn(phase), ...impatienceIn(phase)].map((what) => `${phase.name}: ${what}`),
  );
  if (restSeconds > SILENT_SECONDS_MAX)
    late.push(`the rest came after ${restSeconds.toFixed(1)} s, and not ${SILENT_SECONDS_MAX} s`);
  const runs = [...requests.values()].reduce((sum, count) => sum + count, 0) / entries;
  if (runs > RUNS_PER_CHANGE_MAX)
    late.push(`a change took ${runs.toFixed(1)} runs of functions, and not ${RUNS_PER_CHANGE_MAX}`);
  if (pauses.longestSeconds > PAUSE_SECONDS_MAX)
    late.push(
      `a client meant to pause for ${pauses.longestSeconds.toFixed(1)} s, and not ${PAUSE_SECONDS_MAX} s at most`,
    );
  if (pauses.overdueSeconds > OVERDUE_SECONDS_MAX)
    late.push(
      `a pause went on for ${pauses.overdueSeconds.toFixed(1)} s after its end, and may ${OVERDUE_SECONDS_MAX} s`,
    );
  return late;
}

function missedIn(phase: PhaseResult): readonly string[] {
  const { isTrouble, secondsMax } = phase;
  const taken: readonly (readonly [what: string, seconds: number, secondsMax: number])[] = isTrouble
    ? [
        ['it', phase.recoverySeconds, secondsMax],
        ['a device that was refused', phase.readSeconds, secondsMax],
        ['a socket', phase.toldSeconds, SILENT_SECONDS_MAX],
      ]
    : [['an edit', phase.slowestSeconds, secondsMax]];
  return taken
    .filter(([, seconds, most]) => seconds > most)
    .map(([what, seconds, most]) => `${what} took ${seconds.toFixed(1)} s, and may take ${most} s`);
}

/** Who asks a service that is away more often than pauses that grow allow keeps it away. */
function impatienceIn({ outage }: PhaseResult): readonly string[] {
  if (outage === undefined) return [];
  const { asks, asksMax, pauseSeconds } = outage;
  const often = [...asks]
    .filter(([, count]) => count > asksMax)
    .map(([route, count]) => `a device asked ${count.toFixed(1)} times for ${route}, and may ask ${asksMax} times`);
  if (pauseSeconds >= PAUSE_SECONDS_MIN) return often;
  return [
    ...often,
    `half of the refused asked again within ${pauseSeconds.toFixed(2)} s, and not ${PAUSE_SECONDS_MIN} s`,
  ];
}
