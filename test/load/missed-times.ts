import { RUNS_PER_CHANGE_MAX, SILENT_SECONDS_MAX } from './load-phases.ts';
import type { LoadResult } from './load-result.ts';

/**
 * What took longer, or asked more often, than clients and service are made for, in words. Nothing is lost by it: whoever is not told looks by
 * themselves after minutes, so no invariant shows that a push, a socket or a pause is missing.
 */
export function missedTimes({ phases, requests, entries, restSeconds }: LoadResult): readonly string[] {
  const late = phases.flatMap(({ name, isTrouble, seconds, recoverySeconds, secondsMax }) => {
    const taken = isTrouble ? recoverySeconds : (seconds.at(-1) ?? 0);
    if (taken <= secondsMax) return [];
    return [`${name}: ${isTrouble ? 'it took' : 'an edit took'} ${taken.toFixed(1)} s, and may take ${secondsMax} s`];
  });
  if (restSeconds > SILENT_SECONDS_MAX)
    late.push(`the rest came after ${restSeconds.toFixed(1)} s, and not ${SILENT_SECONDS_MAX} s`);
  const runs = [...requests.values()].reduce((sum, count) => sum + count, 0) / entries;
  if (runs > RUNS_PER_CHANGE_MAX)
    late.push(`a change took ${runs.toFixed(1)} runs of functions, and not ${RUNS_PER_CHANGE_MAX}`);
  return late;
}
