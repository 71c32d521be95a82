/**
 * `npm run sim -- --seed N --runs M`: runs the histories of M seeds from N on. A red one is made smaller and printed with the command
 * that replays it; `--trace` tells what happened in each. `--workers W` runs them in W processes.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { replayCommand, shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { SimulationOptions } from './simulation-result.ts';
import { addTally, countRun, describeTally, emptyTally, isTally, readTally, type Tally, writeTally } from './tally.ts';

/** Red histories that are shown; a defect that shows in most of them need not be told a thousand times. */
const RED_SHOWN_MAX = 5;
/** Seeds between two lines of progress. */
const PROGRESS_RUNS = 10_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
    drop: { type: 'string', default: '' },
    /** The tables are set back in every history that can go on then. */
    'set-back': { type: 'boolean', default: false },
    /** Ends with the first red history. */
    first: { type: 'boolean', default: false },
    /** Does not make red histories smaller. */
    quick: { type: 'boolean', default: false },
    /** One of several processes: prints its tally for the parent to add. */
    part: { type: 'boolean', default: false },
  },
});

function list(text: string): readonly string[] {
  return text.split(',').filter((item) => item !== '');
}

async function runRange(firstSeed: number, runs: number): Promise<Tally> {
  const tally = emptyTally();
  const without = new Set(list(values.without));
  const dropped = new Set(list(values.drop).map(Number));
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const options = { seed, without, dropped, isSetBack: values['set-back'] };
    const result = await simulate({ ...options, isTraced: values.trace });
    countRun(tally, result);
    if (values.trace) console.log(result.trace.join('\n'));
    if (result.violation !== undefined && tally.red <= RED_SHOWN_MAX) {
      console.log(`seed ${seed}: ${result.violation.message}`);
      console.log(`  replay:  ${replayCommand(options)} --trace`);
      if (!values.trace && !values.quick) await showShrunk(options, result.violation);
      if (values.first) break;
    }
    if (tally.runs % PROGRESS_RUNS === 0) console.log(`… ${tally.runs} histories, ${tally.red} red`);
    // Lets this process be stopped, and output go out.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return tally;
}

async function showShrunk(
  options: SimulationOptions,
  { invariant }: { readonly invariant: Parameters<typeof shrink>[1] },
) {
  const shrunk = await shrink(options, invariant);
  console.log(`  smaller: ${replayCommand(shrunk.options)} --trace`);
  console.log(`           ${shrunk.result.violation?.message.slice(0, 500) ?? ''}`);
}

/** One process for each part of the seeds. A part that dies counts as red. */
async function runInWorkers(firstSeed: number, runs: number, workers: number): Promise<Tally> {
  const total = emptyTally();
  const share = Math.ceil(runs / workers);
  const parts = Array.from({ length: workers }, (_, index) => ({
    from: firstSeed + index * share,
    runs: Math.min(share, runs - index * share),
  })).filter((part) => part.runs > 0);
  await Promise.all(parts.map(async (part) => addTally(total, await runPart(part))));
  return total;
}

function runPart(part: { readonly from: number; readonly runs: number }): Promise<Tally> {
  const { workers: _workers, seed: _seed, runs: _runs, ...rest } = values;
  const passed = Object.entries(rest).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : value === false || value === '' ? [] : [`--${name}`, value],
  );
  const own = ['--part', '--seed', `${part.from}`, '--runs', `${part.runs}`, ...passed];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...own], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let tally = readTally('');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (isTally(line)) tally = readTally(line);
    else console.log(line);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(tally));
  });
}

const [seed, runs, workers] = [Number(values.seed), Number(values.runs), Number(values.workers)];
const tally = workers > 1 ? await runInWorkers(seed, runs, workers) : await runRange(seed, runs);
console.log(values.part ? writeTally(tally) : describeTally(tally));
process.exitCode = tally.red === 0 ? 0 : 1;
