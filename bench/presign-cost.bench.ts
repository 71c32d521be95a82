import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, median } from './bench-report.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'handlers', 'presign-process.ts');
const ROUNDS = 11;
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret/of+the+bench',
  AWS_SESSION_TOKEN: 't'.repeat(800),
};

interface Round {
  readonly ms: number;
  /** Processor time: what the same takes on a CPU that does nothing else. */
  readonly cpuMs: number;
}

interface Presigned {
  readonly took: Readonly<Record<'own' | 'library' | 'sdk', readonly Round[]>>;
  readonly same: number;
}

/** How long does it take to sign 1,000 PUTs, beside AWS's presigner and its library, on one CPU where the system can pin it? */
export async function benchPresignCost(context: BenchContext): Promise<BenchResult> {
  const rounds = context.rounds(ROUNDS);
  const node = [process.execPath, PROGRAM, String(rounds)];
  const [command = '', ...args] = process.platform === 'linux' ? ['taskset', '-c', '0', ...node] : node;
  const { stdout } = await run(command, args, { env: { ...ENVIRONMENT, PATH: process.env['PATH'] } });
  const { took, same } = JSON.parse(stdout) as Presigned;
  const cpuMs = (signer: keyof typeof took): number => median(took[signer].map((round) => round.cpuMs));
  const own = cpuMs('own');
  return {
    question: 'How long does it take to sign 1,000 PUTs of chunks?',
    note: `medians of ${rounds} rounds in turns, in one process`,
    figures: [
      { name: '1,000 URLs, processor time', value: own, unit: 'ms', aim: { most: 40 }, target: 'P13' },
      { name: '1,000 URLs, time', value: median(took.own.map(({ ms }) => ms)), unit: 'ms' },
      { name: '@smithy/signature-v4, processor time', value: cpuMs('library'), unit: 'ms' },
      { name: '@aws-sdk/s3-request-presigner, processor time', value: cpuMs('sdk'), unit: 'ms' },
      {
        name: 'faster than AWS’s presigner (stretch)',
        value: cpuMs('sdk') / own,
        unit: '×',
        aim: { least: 10 },
        target: 'P13',
      },
      { name: 'URLs with the library’s signature', value: same, unit: 'of 1,000', aim: { least: 1000 }, target: 'P13' },
    ],
  };
}
