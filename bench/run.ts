import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalStack } from '../emulator/local-stack.ts';
import { bundleOf } from '../lib/bundles.ts';
import { type FunctionName, functions } from '../lib/functions.ts';
import { type BenchResult, formatTable } from './bench-report.ts';
import { type BenchStack, createBenchStack } from './bench-stack.ts';
import { benchCommitLatency } from './commit-latency.bench.ts';
import { type BundledFunction, benchFunctionStart } from './function-start.bench.ts';
import { benchRequestCosts } from './request-costs.bench.ts';
import { benchSyncThroughput } from './sync-throughput.bench.ts';

type Bench = (stack: BenchStack, directory: string) => Promise<BenchResult>;

/** Each answers one question. The request costs come last: they change this process's environment. */
const benches: Readonly<Record<string, Bench>> = {
  'function-start': async (stack, directory) =>
    benchFunctionStart(await writeBundles(directory), await stack.functionEnvironment()),
  'commit-latency': benchCommitLatency,
  'sync-throughput': benchSyncThroughput,
  'request-costs': benchRequestCosts,
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
  const stack = await startLocalStack({ port: 0, dataDir: join(directory, 'data'), isPersistent: false, log });
  try {
    const benchStack = createBenchStack(stack.outputs);
    const results: Record<string, BenchResult> = {};
    for (const [name, bench] of chosen) {
      log(`Measuring ${name} …`);
      const result = await bench(benchStack, directory);
      results[name] = result;
      if (!options.json) console.log(`${formatTable(result)}\n`);
    }
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
    if (options.json) console.log(JSON.stringify({ measuredAt: new Date().toISOString(), machine, results }, null, 2));
    return 0;
  } finally {
    await stack.stop();
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
