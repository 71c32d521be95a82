import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { GiB } from '@syncline/protocol';
import type { BenchResult } from './bench-report.ts';
import { type KeptRun, RESULTS_FOLDER } from './kept-results.ts';

/** What a run has measured, with the machine and the commit that it was measured on. */
export function describeRun(results: Readonly<Record<string, BenchResult>>, scale: number): KeptRun {
  return {
    measuredAt: new Date().toISOString(),
    commit: readCommit(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / GiB),
      system: `${type()} ${release()}`,
      node: process.version,
    },
    scale,
    results,
  };
}

/** Keeps a run among the results. Answers the file. */
export function keepRun(run: KeptRun): string {
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  const time = run.measuredAt.slice(0, 16).replaceAll(':', '').replace('T', '-');
  const file = join(RESULTS_FOLDER, `${time}-${run.commit.slice(0, 7)}.json`);
  writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
  return file;
}

/** The commit that is checked out; with a plus sign where files differ from it. */
function readCommit(): string {
  try {
    return `${git(['rev-parse', 'HEAD'])}${git(['status', '--porcelain', '--untracked-files=no']) === '' ? '' : '+'}`;
  } catch (error) {
    if (error instanceof Error) return 'unknown';
    throw error;
  }
}

function git(args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
