import { FAULT_KINDS } from './faults.ts';
import type { Invariant } from './invariant-violation.ts';
import { simulate } from './simulate.ts';
import type { SimulationOptions, SimulationResult } from './simulation-result.ts';

/** Runs that one shrinking may take. */
const SHRINK_RUNS_MAX = 300;

/** A red history from which nothing more can be left out, as far as was tried. */
export interface Shrunk {
  readonly options: SimulationOptions;
  readonly result: SimulationResult;
}

/** Leaves out of a red history, one by one, kinds of faults and doings without which the same invariant is still violated. */
export async function shrink(options: SimulationOptions, invariant: Invariant): Promise<Shrunk> {
  let kept: Shrunk = { options, result: await simulate(options) };
  let runs = 0;
  const attempt = async (candidate: SimulationOptions): Promise<boolean> => {
    if (runs >= SHRINK_RUNS_MAX) return false;
    runs += 1;
    const result = await simulate(candidate);
    if (result.violation?.invariant !== invariant) return false;
    kept = { options: candidate, result };
    return true;
  };
  for (const kind of FAULT_KINDS) {
    if (!kept.result.faults.has(kind)) continue;
    await attempt({ ...kept.options, without: new Set([...(kept.options.without ?? []), kind]) });
  }
  for (let size = Math.ceil(kept.result.doings.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.result.doings.length; ) {
      const part = kept.result.doings.slice(start, start + size);
      const dropped = new Set([...(kept.options.dropped ?? []), ...part]);
      if (!(await attempt({ ...kept.options, dropped }))) start += size;
    }
  }
  return kept;
}

/** The command that runs this history again. */
export function replayCommand({ seed, without, dropped, isSetBack = false }: SimulationOptions): string {
  const parts = [`npm run sim -- --seed ${seed}`];
  if (without !== undefined && without.size > 0) parts.push(`--without ${[...without].join(',')}`);
  if (dropped !== undefined && dropped.size > 0) parts.push(`--drop ${[...dropped].join(',')}`);
  if (isSetBack) parts.push('--set-back');
  return parts.join(' ');
}
