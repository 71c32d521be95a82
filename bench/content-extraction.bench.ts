import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KiB, MiB, NamespaceId } from '@syncline/protocol';
import { formatOf } from '../lambdas/extraction/content-format.ts';
import { ProcessContentReader } from '../lambdas/extraction/process-content-reader.ts';
import { bundleOf } from '../lib/bundles.ts';
import { DOCUMENTS } from '../test/support/documents.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';

const ROUNDS = 5;
const SMALL_DOCUMENTS = 50;
/** A page or two, and about as much as is kept. */
const SMALL_CHARS = 4000;
const LARGE_CHARS = 900_000;
/** Of lines, which a description of an image has not: its segment has at most 64 KiB. */
const IMAGE_CHARS = 60_000;
const SECOND_MS = 1000;
const NAMESPACE = NamespaceId.parse('01J0000000000000000000000A');

/** What does it cost to read the words out of documents, in the process that may do nothing else? */
export async function benchContentExtraction(context: BenchContext): Promise<BenchResult> {
  const entry = join(context.directory, 'reader.mjs');
  const bundle = bundleOf('extract').beside.get('reader.mjs');
  if (bundle === undefined) throw new Error('the extractor has a reader beside it');
  await writeFile(entry, bundle.bytes);
  const rounds = context.rounds(ROUNDS);
  const figures: Figure[] = [await measureStart(entry, rounds)];
  for (const [name, { write }] of Object.entries(DOCUMENTS)) {
    const small = Array.from({ length: context.scaled(SMALL_DOCUMENTS) }, (_, index) =>
      write(wordsOf(SMALL_CHARS, index)),
    );
    const chars = name.startsWith('JPEG') ? IMAGE_CHARS : LARGE_CHARS;
    const large = write(wordsOf(chars, 0));
    figures.push(...(await measureKind({ entry, name, small, large, rounds })));
  }
  return {
    question: 'What does it cost to read the words out of documents?',
    figures,
    note:
      `one process after another on one thread; small ones have ${SMALL_CHARS} characters, large ones ${LARGE_CHARS}, of an image ${IMAGE_CHARS}; ` +
      `medians of ${rounds} rounds; memory is all that the process had at most, with Node itself; a MB of a document is one of its text`,
  };
}

interface MeasuredKind {
  readonly entry: string;
  readonly name: string;
  readonly small: readonly Uint8Array[];
  readonly large: Uint8Array;
  readonly rounds: number;
}

async function measureKind({ entry, name, small, large, rounds }: MeasuredKind): Promise<readonly Figure[]> {
  const perSecond: number[] = [];
  const largeMs: number[] = [];
  const peakMiB: number[] = [];
  let megabytes = 1;
  for (let round = 0; round < rounds; round++) {
    const reader = new ProcessContentReader({ entry, readable: [] });
    await read(reader, small[0]);
    const begin = performance.now();
    for (const bytes of small) await read(reader, bytes);
    perSecond.push((small.length * SECOND_MS) / (performance.now() - begin));
    const beginLarge = performance.now();
    megabytes = (await read(reader, large)) / 1_000_000;
    largeMs.push(performance.now() - beginLarge);
    peakMiB.push(childPeakBytes() / MiB);
    reader.end();
  }
  return [
    { name: `${name}: small documents`, value: median(perSecond), unit: 'documents/s' },
    { name: `${name}: a large one`, value: median(largeMs) / megabytes, unit: 'ms per MB of text' },
    { name: `${name}: memory for it`, value: median(peakMiB), unit: 'MiB' },
  ];
}

/** What a namespace costs more whose contents come after another's. */
async function measureStart(entry: string, rounds: number): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const reader = new ProcessContentReader({ entry, readable: [] });
    const begin = performance.now();
    await read(reader, Buffer.from('a text'));
    times.push(performance.now() - begin);
    reader.end();
  }
  return { name: 'a new process and its first text', value: median(times), unit: 'ms' };
}

/** Answers the bytes of the text. */
async function read(reader: ProcessContentReader, bytes: Uint8Array | undefined): Promise<number> {
  const format = bytes === undefined ? undefined : formatOf(bytes);
  if (bytes === undefined || format === undefined) throw new Error('there is a document that is read');
  const outcome = await reader.read({ namespaceId: NAMESPACE, format, bytes });
  if (outcome.kind !== 'read') throw new Error(`it was not read: ${outcome.reason}`);
  return Buffer.byteLength(outcome.text);
}

/** Words as a text has them: some often, most rarely. */
function wordsOf(chars: number, seed: number): string {
  const words: string[] = [];
  let length = 0;
  for (let index = seed; length < chars; index++) {
    const word = index % 3 === 0 ? 'and' : `word${((index * 2_654_435_761) % 50_000).toString(36)}`;
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ');
}

/** The most memory that the child of this process had which has most. Source: proc(5), "VmHWM". */
function childPeakBytes(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const peaks = children.map((pid) => {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * KiB;
  });
  return Math.max(...peaks);
}
