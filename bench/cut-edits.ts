import { type ChunkingStrategy, MiB } from '@syncline/protocol';
import { cutBytes } from '../client/src/transfers/cut-content.ts';
import { randomBytesOf } from '../test/support/random-bytes.ts';
import type { BenchContext } from './bench-context.ts';
import type { Figure } from './bench-report.ts';
import { DELETE, type Edit, INSERT, OVERWRITE } from './edits.ts';

const FILE_BYTES = 256 * MiB;
/** Evenly spread over the file, so that the mean of fixed chunks is that of all places. */
const PLACES = 12;

/** What has to be sent again after one edit of a large file, by the chunks that it had not before. */
export async function measureCutEdits(context: BenchContext): Promise<readonly Figure[]> {
  const base = Buffer.from(randomBytesOf('edited', context.scaled(FILE_BYTES)));
  const places = context.rounds(PLACES);
  const measure = (strategy: ChunkingStrategy, edit: Edit) => meanSentAgain(base, { strategy, edit, places });
  const means = new Map<Edit, number>();
  for (const edit of [OVERWRITE, INSERT, DELETE]) means.set(edit, await measure('cdc-1m-v1', edit));
  const average = base.length / (await cutBytes(base, 'cdc-1m-v1')).length;
  const mean = [...means.values()].reduce((sum, value) => sum + value, 0) / means.size;
  const fixed = await measure('fixed-4m', INSERT);
  return [
    ...[...means].map(([{ name }, value]) => ({ name: `sent again after ${name}`, value: value / MiB, unit: 'MiB' })),
    { name: 'the average chunk', value: average / MiB, unit: 'MiB' },
    {
      name: 'sent again, in average chunks',
      value: mean / average,
      unit: '×',
      aim: { most: 1.25 },
      target: 'P5',
    },
    {
      name: 'sent again after an insert by chunks of 4 MiB, in ours',
      value: fixed / (means.get(INSERT) ?? Number.NaN),
      unit: '×',
      aim: { least: 80 },
      target: 'P5',
    },
  ];
}

async function meanSentAgain(
  base: Buffer,
  job: { readonly strategy: ChunkingStrategy; readonly edit: Edit; readonly places: number },
): Promise<number> {
  const known = new Set((await cutBytes(base, job.strategy)).map(({ hash }) => hash));
  let sum = 0;
  for (let place = 0; place < job.places; place++) {
    const edited = job.edit.apply(base, (place + 0.5) / job.places, `${job.edit.name} ${place}`);
    for (const { hash, size } of await cutBytes(edited, job.strategy)) if (!known.has(hash)) sum += size;
  }
  return sum / job.places;
}
