import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleOf } from '../lib/bundles.ts';
import { type FunctionName, functions } from '../lib/functions.ts';
import { BenchContext } from './bench-context.ts';
import { type BenchResult, formatTable, formatTargets } from './bench-report.ts';
import { benchBrowser } from './browser.bench.ts';
import { benchBrowserWays } from './browser-ways.bench.ts';
import { benchChunking } from './chunking.bench.ts';
import { benchCommitLatency } from './commit-latency.bench.ts';
import { benchCommitRace } from './commit-race.bench.ts';
import { benchCompression } from './compression.bench.ts';
import { benchContentExtraction } from './content-extraction.bench.ts';
import { benchEditBytes } from './edit-bytes.bench.ts';
import { benchFarFiles } from './far-files.bench.ts';
import { benchFreshDeploy } from './fresh-deploy.bench.ts';
import { type BundledFunction, benchFunctionStart } from './function-start.bench.ts';
import { benchHandlerCost } from './handler-cost.bench.ts';
import { benchHandlerSpeed } from './handler-speed.bench.ts';
import { benchIdleDaemon } from './idle-daemon.bench.ts';
import { benchJournalCost } from './journal-cost.bench.ts';
import { benchLargeFiles } from './large-files.bench.ts';
import { benchLargeFolder } from './large-folder.bench.ts';
import { benchMemory } from './memory.bench.ts';
import { benchPackCosts } from './pack-costs.bench.ts';
import { latencySubjects } from './peers/measured-peers.ts';
import { benchPeopleCosts } from './people-costs.bench.ts';
import { benchPresignCost } from './presign-cost.bench.ts';
import { benchQuietStart } from './quiet-start.bench.ts';
import { benchRequestCosts } from './request-costs.bench.ts';
import { benchRequestUnitRule } from './request-unit-rule.bench.ts';
import { benchSearchSpeed } from './search-speed.bench.ts';
import { benchSmallFiles } from './small-files.bench.ts';
import { benchStreaming } from './streaming.bench.ts';
import { benchSweepCost } from './sweep-cost.bench.ts';
import { benchSyncLatency } from './sync-latency.bench.ts';
import { benchSyncThroughput } from './sync-throughput.bench.ts';
import { benchTextFiles } from './text-files.bench.ts';
import { benchWatcher } from './watcher.bench.ts';
import { describeRun, keepRun } from './write-run.ts';

type Bench = (context: BenchContext) => Promise<BenchResult>;

/** Each answers one question. */
const benches: Readonly<Record<string, Bench>> = {
  'function-start': async (context) =>
    benchFunctionStart(await writeBundles(context.directory), {
      ...(await (await context.stack()).functionEnvironment()),
      // The web stack is not deployed locally: its function is loaded and never called.
      SITE_BUCKET: 'bench',
    }),
  'fresh-deploy': benchFreshDeploy,
  'handler-cost': benchHandlerCost,
  'handler-speed': benchHandlerSpeed,
  'presign-cost': benchPresignCost,
  'journal-cost': () => benchJournalCost(),
  'request-costs': async (context) => benchRequestCosts(await context.stack()),
  'people-costs': benchPeopleCosts,
  'pack-costs': async (context) => benchPackCosts(await context.stack()),
  'sweep-cost': async (context) => benchSweepCost(await context.stack()),
  'request-unit-rule': () => benchRequestUnitRule(log),
  'commit-latency': async (context) => benchCommitLatency(await context.stack()),
  'commit-race': async (context) => benchCommitRace(await context.stack()),
  'search-speed': benchSearchSpeed,
  'sync-throughput': async (context) => benchSyncThroughput(await context.stack()),
  'sync-latency': async (context) => benchSyncLatency(await latencySubjects(context), context),
  'quiet-start': async (context) => benchQuietStart(await context.largePairs()),
  'idle-daemon': async (context) => benchIdleDaemon(await context.largePairs(), context),
  'large-folder': ({ directory }) => benchLargeFolder(directory, log),
  memory: benchMemory,
  watcher: () => benchWatcher(),
  chunking: benchChunking,
  'small-files': benchSmallFiles,
  'far-files': benchFarFiles,
  'large-files': benchLargeFiles,
  'edit-bytes': benchEditBytes,
  streaming: benchStreaming,
  compression: benchCompression,
  'text-files': benchTextFiles,
  'content-extraction': benchContentExtraction,
  browser: benchBrowser,
  'browser-ways': benchBrowserWays,
};

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    save: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    scale: { type: 'string', default: '1' },
    'link-mbit': { type: 'string' },
  },
});
const interruption = Promise.withResolvers<never>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.reject(new Error(`stopped by ${signal}`)));
}
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  // A bench that was left in its middle would go on.
  process.exit(1);
}

async function main(): Promise<number> {
  const only = options.only ?? Object.keys(benches);
  const unknown = only.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}: choose from ${Object.keys(benches).join(', ')}.`);
    return 2;
  }
  const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
  const scale = Number(options.scale);
  const linkMbit = options['link-mbit'] === undefined ? undefined : Number(options['link-mbit']);
  if (!(scale > 0 && scale <= 1) || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
    console.error('--scale is a number above 0 and at most 1, --rounds a whole number from 1.');
    return 2;
  }
  if (linkMbit !== undefined && !(linkMbit > 0)) {
    console.error('--link-mbit is a number above 0.');
    return 2;
  }
  const context = await BenchContext.open(log, { rounds, scale, linkMbit });
  try {
    const results: Record<string, BenchResult> = {};
    for (const [name, bench] of Object.entries(benches)) {
      if (!only.includes(name)) continue;
      log(`Measuring ${name} …`);
      const result = await Promise.race([bench(context), interruption.promise]);
      results[name] = result;
      if (!options.json) console.log(`${formatTable(result)}\n`);
    }
    const run = describeRun(results, scale);
    console.log(options.json ? JSON.stringify(run, null, 2) : formatTargets(results));
    if (options.save) log(`Kept in ${keepRun(run)}. "npm run charts" draws what is kept.`);
    return 0;
  } finally {
    await context.close();
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
