import { newOpId, openApiDevice, valueOf } from '../test/support/api-device.ts';
import { type BenchResult, percentile } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';

const COMMITS = 200;
const WARM_UP = 20;

/** How long does one commit take through the whole local stack? An emulator's time, so only good for comparing two versions. */
export async function benchCommitLatency({ outputs }: BenchStack): Promise<BenchResult> {
  const device = await openApiDevice({ apiUrl: outputs.apiUrl, email: `bench-${newOpId()}@example.org`.toLowerCase() });
  const namespaceId = device.account.homeNamespaceId;
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + COMMITS; index++) {
    const mkdir = {
      type: 'mkdir' as const,
      opId: newOpId(),
      namespaceId,
      parentId: namespaceId as never,
      name: `f${index}`,
    };
    const before = performance.now();
    valueOf(await device.api.commit({ body: { operations: [mkdir] } }));
    times.push(performance.now() - before);
  }
  const measured = times.slice(WARM_UP);
  return {
    question: 'How long does one commit take on the local stack?',
    note: 'an emulator’s time, good for comparing two versions alone',
    figures: [
      { name: 'commit: p50', value: percentile(measured, 0.5), unit: 'ms' },
      { name: 'commit: p95', value: percentile(measured, 0.95), unit: 'ms' },
    ],
  };
}
