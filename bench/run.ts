import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LocalStack, startLocalStack } from '../emulator/local-stack.ts';
import { bundleOf } from '../lib/bundles.ts';
import { type FunctionName, functions } from '../lib/functions.ts';
import { type BenchResult, formatTable } from './bench-report.ts';
import { type BenchStack, createBenchStack } from './bench-stack.ts';
import { benchCommitLatency } from './commit-latency.bench.ts';
import { benchCommitRace } from './commit-race.bench.ts';
import { type BundledFunction, benchFunctionStart } from './function-start.bench.ts';
import { benchLargeFolder } from './large-folder.bench.ts';
import { benchRequestCosts } from './request-costs.bench.ts';
import { benchRequestUnitRule } from './request-unit-rule.bench.ts';
import { benchSyncThroughput } from './sync-throughput.bench.ts';
import { benchWatcher } from './watcher.bench.ts';

interface BenchContext {
  /** The local stack, which all benches share and the first one that asks for it starts. */
  readonly stack: () => Promise<BenchStack>;
  /** For files that are gone afterwards. */
  readonly directory: string;
}
type Bench = (context: BenchContext) => Promise<BenchResult>;

/** Each answers one question. */
const benches: Readonly<Record<string, Bench>> = {
  'function-start': async ({ stack, directory }) =>
    benchFunctionStart(await writeBundles(directory), await (await stack()).functionEnvironment()),
  'request-costs': async ({ stack }) => benchRequestCosts(await stack()),
  'request-unit-rule': () => benchRequestUnitRule(log),
  'commit-latency': async ({ stack }) => benchCommitLatency(await stack()),
  'commit-race': async ({ stack }) => benchCommitRace(await stack()),
  'large-folder': ({ directory }) => benchLargeFolder(directory, log),
  'sync-throughput': async ({ stack }) => benchSyncThroughput(await stack()),
  watcher: () => benchWatcher(),
};

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const chosen = Object.entries(benches).filter(([name]) => options.only === undefined || name === options.only);
  if (chosen.length === 0) {
    console.error(`There is no bench ${options.only}: choose one of ${Object.keys(benches).join(', ')}.`);
    return 2;
  }
  const directory = await mkdtemp(join(tmpdir(), 'syncline-bench-'));
  let started: Promise<LocalStack> | undefined;
  const stack = async (): Promise<BenchStack> => {
    started ??= startLocalStack({ port: 0, dataDir: join(directory, 'data'), isPersistent: false, log });
    return createBenchStack((await started).outputs);
  };
  try {
    const results: Record<string, BenchResult> = {};
    for (const [name, bench] of chosen) {
      log(`Measuring ${name} …`);
      const result = await bench({ stack, directory });
      results[name] = result;
      if (!options.json) console.log(`${formatTable(result)}\n`);
    }
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
    if (options.json) console.log(JSON.stringify({ measuredAt: new Date().toISOString(), machine, results }, null, 2));
    return 0;
  } finally {
    const running = await started?.catch(() => undefined);
    await running?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function log(line: string): void {
  console.error(line);
}

async function writeBundles(directory: string): Promise<readonly BundledFunction[]> {
  const bundles: BundledFunction[] = [];
  for (const [name, { routes }] of Object.entries(functions)) {
    const file = join(directory, `${name}.mjs`);
    await writeFile(file, bundleOf(name as FunctionName).bytes);
    bundles.push({ name, file, servesApi: routes.length > 0 });
  }
  return bundles;
}
