import type { KeptRun } from '../bench/kept-results.ts';
import { newestResults } from '../bench/kept-results.ts';

/** What one piece of work costs, as `npm run bench -- --save` has measured it. */
export interface MeasuredCosts {
  /** API calls of one new small file, from its device. */
  readonly apiCallsPerFile: number;
  readonly writeUnitsPerFile: number;
  readonly readUnitsPerFile: number;
  /** Read units of a delta that has nothing. */
  readonly readUnitsOfNothing: number;
  /** Read units of a delta, for each entry. */
  readonly readUnitsPerEntry: number;
  /** The runs that the figures are of. */
  readonly sources: readonly string[];
}

const FIGURES = {
  apiCallsPerFile: 'one new small file: API calls',
  writeUnitsPerFile: 'one new small file: write units in all',
  readUnitsPerFile: 'one new small file: read units',
  readUnitsOfNothing: 'delta of nothing: read units',
  readUnitsOfThousand: 'delta of 1,000: read units',
} as const;
const BENCH = 'request-costs';

/** The newest kept figures; `missing` names the first that no kept run has. */
export function readMeasuredCosts(
  runs: readonly KeptRun[],
):
  | { readonly outcome: 'read'; readonly costs: MeasuredCosts }
  | { readonly outcome: 'missing'; readonly remedy: string } {
  const newest = newestResults(runs).get(BENCH);
  const remedy = `Run "npm run bench -- --only ${BENCH} --save" first.`;
  if (newest === undefined) return { outcome: 'missing', remedy: `No run of ${BENCH} is kept. ${remedy}` };
  const values = new Map(newest.result.figures.map(({ name, value }) => [name, value]));
  const absent = Object.values(FIGURES).find((name) => !values.has(name));
  if (absent !== undefined) return { outcome: 'missing', remedy: `The kept run has no figure "${absent}". ${remedy}` };
  const valueOf = (name: keyof typeof FIGURES) => values.get(FIGURES[name]) ?? Number.NaN;
  return {
    outcome: 'read',
    costs: {
      apiCallsPerFile: valueOf('apiCallsPerFile'),
      writeUnitsPerFile: valueOf('writeUnitsPerFile'),
      readUnitsPerFile: valueOf('readUnitsPerFile'),
      readUnitsOfNothing: valueOf('readUnitsOfNothing'),
      readUnitsPerEntry: valueOf('readUnitsOfThousand') / 1000,
      sources: [`${BENCH}, commit ${newest.run.commit}, ${newest.run.measuredAt.slice(0, 10)}`],
    },
  };
}
