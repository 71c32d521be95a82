import { type Figure, median } from '../bench-report.ts';
import type { CarrierRun } from './carrier.ts';
import type { Carried } from './carry-in-turns.ts';

export interface CarriedUnit {
  /** How much was carried, in the unit below. */
  readonly amount: number;
  /** As in `files/s`. */
  readonly unit: string;
}

/** What each carrier carried in a second, up and down. */
export function describeSpeeds(all: readonly Carried[], { amount, unit }: CarriedUnit): readonly Figure[] {
  return all.flatMap(({ carrier, up, down }) => [
    { name: `${carrier.name}: up`, value: amount / medianSeconds(up), unit },
    { name: `${carrier.name}: down`, value: amount / medianSeconds(down), unit },
  ]);
}

/** The requests of a median run up; of ours those to the API, too. */
export function describeRequests(all: readonly Carried[]): readonly Figure[] {
  return all.flatMap(({ carrier, up, down }) => [
    { name: `${carrier.name}: PUTs of objects, up`, value: median(up.map(putsOf)), unit: 'requests' },
    {
      name: `${carrier.name}: other requests to the store, up`,
      value: median(up.map((run) => requestsOf(run) - putsOf(run))),
      unit: 'requests',
    },
    { name: `${carrier.name}: requests to the store, down`, value: median(down.map(requestsOf)), unit: 'requests' },
  ]);
}

export function putsOf({ requests }: CarrierRun): number {
  return requests.counts['PUT'] ?? 0;
}

/** How many times longer another carrier takes than ours, for what both do; undefined when one of them was not measured. */
export function timesLonger(all: readonly Carried[], other: string, way: 'up' | 'down'): number | undefined {
  const ours = all.find(({ carrier }) => carrier.isOurs);
  const theirs = all.find(({ carrier }) => carrier.name.startsWith(other));
  return ours === undefined || theirs === undefined ? undefined : medianSeconds(theirs[way]) / medianSeconds(ours[way]);
}

export function medianSeconds(runs: readonly CarrierRun[]): number {
  return median(runs.map(({ seconds }) => seconds));
}

/** A figure where there is one: a carrier that is not installed has none. */
export function figureIf(value: number | undefined, figure: Omit<Figure, 'value'>): readonly Figure[] {
  return value === undefined ? [] : [{ ...figure, value }];
}

function requestsOf({ requests }: CarrierRun): number {
  return Object.values(requests.counts).reduce((sum, count) => sum + count, 0);
}
