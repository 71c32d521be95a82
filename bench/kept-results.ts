import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchResult } from './bench-report.ts';

/** Where what `npm run bench -- --save` has measured is kept, one file for each run. */
export const RESULTS_FOLDER = join(import.meta.dirname, 'results');

/** One run of the benches, and where it was. */
export interface KeptRun {
  readonly measuredAt: string;
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
    readonly node: string;
  };
  /** Less than 1 when a bench was only tried out. */
  readonly scale: number;
  readonly results: Readonly<Record<string, BenchResult>>;
}

/** All runs that are kept, the oldest first. */
export function readKeptRuns(folder: string = RESULTS_FOLDER): readonly KeptRun[] {
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as KeptRun)
    .toSorted((a, b) => (a.measuredAt < b.measuredAt ? -1 : 1));
}

/** The newest result of each bench, and the run that it is of. */
export function newestResults(
  runs: readonly KeptRun[],
): ReadonlyMap<string, { readonly run: KeptRun; readonly result: BenchResult }> {
  return new Map(
    runs.flatMap((run) => Object.entries(run.results).map(([name, result]) => [name, { run, result }] as const)),
  );
}
