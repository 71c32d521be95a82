import { hash } from 'node:crypto';
import { MiB } from '@syncline/protocol';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { type Corpus, collectCorpora } from './compression-corpus.ts';
import { COMPRESSION_WAYS, type CompressionWay, restoreChunks, type Stored, storeChunks } from './compression-ways.ts';

const CORPUS_BYTES_MAX = 24 * MiB;
const TIMED_BYTES_MIN = 32 * MiB;
const ROUNDS = 1;
const GB = 1_000_000_000;
const MB = 1_000_000;
const MICROSECONDS = 1_000_000;
/** What people have upstream, in bits a second. */
const LINKS_MBIT = [20, 100, 1000];
const BITS = 8;

/** What would it save to compress chunks before they travel, on real data of several kinds, and what would it cost? */
export async function benchCompression(context: BenchContext): Promise<BenchResult> {
  const corpora = collectCorpora(context.scaled(CORPUS_BYTES_MAX));
  const rounds = context.rounds(ROUNDS);
  return {
    question: 'What would it save to compress chunks before they travel, and what would it cost?',
    figures: corpora.flatMap((corpus) => measureCorpus(corpus, rounds)),
    note:
      `times are of the CPU, one thread; ${rounds} rounds in turns; at most ${CORPUS_BYTES_MAX / MiB} MiB of a kind, from what is on ` +
      'this machine; at a link the slower of link and compression counts, against the link without compression',
  };
}

interface Measured {
  readonly way: CompressionWay;
  readonly stored: Stored;
  readonly storeSeconds: number[];
  readonly restoreSeconds: number[];
}

function measureCorpus(corpus: Corpus, rounds: number): readonly Figure[] {
  const { kind, chunks, bytes } = corpus;
  const all = COMPRESSION_WAYS.map(
    (way): Measured => ({ way, stored: storeChunks(way, chunks), storeSeconds: [], restoreSeconds: [] }),
  );
  const hashSeconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    hashSeconds.push(secondsOf(bytes, () => chunks.forEach((chunk) => hash('sha256', chunk))));
    for (const { way, stored, storeSeconds, restoreSeconds } of all) {
      storeSeconds.push(secondsOf(bytes, () => storeChunks(way, chunks)));
      restoreSeconds.push(secondsOf(bytes, () => restoreChunks(way, stored)));
    }
  }
  const hashing = median(hashSeconds);
  return [
    { name: `${kind}: chunks`, value: chunks.length, unit: `of ${Math.round(bytes / chunks.length)} bytes on average` },
    { name: `${kind}: SHA-256`, value: (hashing / bytes) * GB, unit: 's/GB' },
    ...all.flatMap((measured) => describe(corpus, measured)),
  ];
}

function describe({ kind, bytes }: Corpus, { way, stored, storeSeconds, restoreSeconds }: Measured): readonly Figure[] {
  const share = stored.bytes / bytes;
  const [store, back] = [median(storeSeconds), median(restoreSeconds)];
  const name = (what: string): string => `${kind}, ${way.name}: ${what}`;
  return [
    { name: name('stored'), value: share * 100, unit: '% of the bytes' },
    { name: name('CPU to compress'), value: (store / bytes) * GB, unit: 's/GB' },
    { name: name('CPU to decompress'), value: (back / bytes) * GB, unit: 's/GB' },
    ...(way.isSampled ? LINKS_MBIT : []).map((mbit) => {
      const plain = bytes / ((mbit * MB) / BITS);
      return { name: name(`time at ${mbit} Mbit/s`), value: (Math.max(store, plain * share) / plain) * 100, unit: '%' };
    }),
  ];
}

/** CPU of this thread for one go. Where a go is short there are several of them: the system counts in steps of milliseconds. */
function secondsOf(bytes: number, task: () => unknown): number {
  const times = Math.ceil(TIMED_BYTES_MIN / bytes);
  const before = process.threadCpuUsage();
  for (let index = 0; index < times; index++) task();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / MICROSECONDS / times;
}
