import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type BenchResult, type Figure, median } from './bench-report.ts';

const run = promisify(execFile);
const KB = 1000;
const STARTS = 15;
const BUNDLE_KB_MAX = 150;
const INIT_MS_MAX = 80;

/** A bundle as it is deployed, and the environment that it needs to be loaded. */
export interface BundledFunction {
  readonly name: string;
  readonly file: string;
  readonly servesApi: boolean;
}

/** How large is each function, and how long does a fresh process take to load it, on one CPU where the system can pin it? */
export async function benchFunctionStart(
  bundles: readonly BundledFunction[],
  environment: Readonly<Record<string, string>>,
): Promise<BenchResult> {
  const startsOf = bundles.map((): number[] => []);
  // In turns, so that a moment in which the machine is busy is not all of one function's starts.
  for (let round = 0; round < STARTS; round++) {
    for (const [index, { file }] of bundles.entries()) startsOf[index]?.push(await startOnce(file, environment));
  }
  const figures: Figure[] = [];
  for (const [index, { name, file, servesApi }] of bundles.entries()) {
    const kilobytes = (await stat(file)).size / KB;
    const starts = startsOf[index] ?? [];
    figures.push(
      {
        name: `${name}: bundle`,
        value: kilobytes,
        unit: 'KB',
        aim: { most: BUNDLE_KB_MAX },
      },
      { name: `${name}: init, least`, value: Math.min(...starts), unit: 'ms' },
      {
        name: `${name}: init, median`,
        value: median(starts),
        unit: 'ms',
        ...(servesApi ? { aim: { most: INIT_MS_MAX } } : {}),
      },
    );
  }
  return { question: 'How large is each function, and how long does it take to initialise on one CPU?', figures };
}

// Lambda's own global, which a function that streams asks for when it is loaded.
const PROGRAM = `globalThis.awslambda = { streamifyResponse: (handler) => handler }; const before = performance.now(); await import(process.argv[1]); console.log(performance.now() - before); process.exit(0);`;

async function startOnce(file: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const node = [process.execPath, '--input-type=module', '--eval', PROGRAM, file];
  const [command = '', ...args] = process.platform === 'linux' ? ['taskset', '-c', '0', ...node] : node;
  const { stdout } = await run(command, args, { env: { ...environment, PATH: process.env['PATH'] } });
  return Number(stdout.trim().split('\n').at(-1));
}
