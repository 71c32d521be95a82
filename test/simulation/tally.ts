import { FAULT_KINDS } from './faults.ts';
import type { SimulationResult } from './simulation-result.ts';

/** What many histories came to. */
export interface Tally {
  runs: number;
  red: number;
  events: number;
  requests: number;
  entries: number;
  readonly faults: Record<string, number>;
}

export function emptyTally(): Tally {
  return { runs: 0, red: 0, events: 0, requests: 0, entries: 0, faults: {} };
}

export function countRun(tally: Tally, result: SimulationResult): void {
  addTally(tally, {
    runs: 1,
    red: result.violation === undefined ? 0 : 1,
    events: result.events,
    requests: result.requests,
    entries: result.entries,
    faults: Object.fromEntries(result.faults),
  });
}

export function addTally(tally: Tally, more: Tally): void {
  tally.runs += more.runs;
  tally.red += more.red;
  tally.events += more.events;
  tally.requests += more.requests;
  tally.entries += more.entries;
  for (const [kind, count] of Object.entries(more.faults)) tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
}

export function describeTally(tally: Tally): string {
  const { runs, red, events, requests, entries, faults } = tally;
  const perRun = (sum: number) => (sum / Math.max(1, runs)).toFixed(1);
  const kinds = FAULT_KINDS.map((kind) => `${kind} ${faults[kind] ?? 0}`).join(', ');
  return [
    `${runs} histories, ${red} red; in each ${perRun(events)} events, ${perRun(requests)} requests, ${perRun(entries)} journal entries`,
    `faults that happened: ${kinds}`,
  ].join('\n');
}

const PREFIX = 'tally ';

/** A tally as one line for another process. */
export function writeTally(tally: Tally): string {
  return PREFIX + JSON.stringify(tally);
}

/** The tally that a process has printed; one that printed none has failed. */
export function readTally(output: string): Tally {
  const line = output.split('\n').findLast((one) => one.startsWith(PREFIX));
  return line === undefined ? { ...emptyTally(), red: 1 } : (JSON.parse(line.slice(PREFIX.length)) as Tally);
}

export function isTally(line: string): boolean {
  return line.startsWith(PREFIX);
}
