import { join } from 'node:path';
import { startLocalStack } from '../emulator/local-stack.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, median } from './bench-report.ts';

const ROUNDS = 3;

/** How long does it take from nothing until a fresh deployment answers? On an emulator: AWS takes minutes for what it makes in seconds. */
export async function benchFreshDeploy(context: BenchContext): Promise<BenchResult> {
  const rounds = context.rounds(ROUNDS);
  const all: number[] = [];
  const deploying: number[] = [];
  // What is installed and synthesised once is kept: the first start is left out.
  for (let round = 0; round <= rounds; round++) {
    const startMs = Date.now();
    let deployMs = startMs;
    const log = (line: string): void => {
      if (line.startsWith('Deploying')) deployMs = Date.now();
    };
    const dataDir = join(await context.makeDirectory(`fresh-${round}`), 'data');
    const stack = await startLocalStack({ port: 0, dataDir, isPersistent: false, log });
    const endMs = Date.now();
    await stack.stop();
    if (round === 0) continue;
    all.push((endMs - startMs) / 1000);
    deploying.push((endMs - deployMs) / 1000);
  }
  return {
    question: 'How long from nothing until a fresh deployment on the emulator answers?',
    note: `medians of ${rounds}; the emulator is installed and the templates are synthesised`,
    figures: [
      { name: 'in all', value: median(all), unit: 's' },
      { name: 'of that: deploying all stacks', value: median(deploying), unit: 's' },
    ],
  };
}
