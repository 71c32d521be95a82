import type { Operation } from '@syncline/protocol';
import { type ApiDevice, newOpId, openApiDevice, valueOf } from '../test/support/api-device.ts';
import { type BenchResult, percentile } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';

const WRITERS = 32;
const COMMITS_EACH = 5;
/** Of one commit, before the race is taken for one that nobody can win. */
const TRIES_MAX = 50;

/** What do writers get done who all commit to one namespace at once? Its journal has one head, so they take turns. */
export async function benchCommitRace({ outputs }: BenchStack): Promise<BenchResult> {
  const device = await openApiDevice({ apiUrl: outputs.apiUrl, email: `bench-${newOpId()}@example.org`.toLowerCase() });
  const namespaceId = device.account.homeNamespaceId;
  const times: number[] = [];
  let resent = 0;
  const commitOne = async (name: string) => {
    const mkdir = { type: 'mkdir', opId: newOpId(), namespaceId, parentId: namespaceId as never, name } as const;
    const before = performance.now();
    let tries = 1;
    while (!(await isCommitted(device, mkdir))) {
      if (++tries > TRIES_MAX) throw new Error(`no commit in ${TRIES_MAX} tries`);
      resent++;
    }
    times.push(performance.now() - before);
  };
  const began = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let index = 0; index < COMMITS_EACH; index++) await commitOne(`${writer} ${index}`);
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return {
    question: `How fast do ${WRITERS} writers commit to one namespace on the local stack?`,
    note: 'an emulator’s time, good for comparing two versions alone',
    figures: [
      { name: 'commits of all writers together', value: (WRITERS * COMMITS_EACH) / seconds, unit: 'commits/s' },
      { name: 'commit of one writer: p50', value: percentile(times, 0.5), unit: 'ms' },
      { name: 'commit of one writer: p95', value: percentile(times, 0.95), unit: 'ms' },
      { name: 'commits that the device had to send again', value: resent, unit: 'commits' },
    ],
  };
}

/** False when the service asks to send the same once more. */
async function isCommitted(device: ApiDevice, operation: Operation): Promise<boolean> {
  const { results } = valueOf(await device.api.commit({ body: { operations: [operation] } }));
  const [result] = results;
  if (result?.status === 'error' && result.error.remedy === 'retry') return false;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
  return true;
}
