import { expect, test } from '@jest/globals';
import { CHUNK_LENGTHS, type ChunkingStrategy, chunkingFor, FILE_CHUNKS_MAX, GiB, KiB, MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { randomBytesOf } from '../../../test/support/random-bytes.ts';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { BLOCK_BYTES, type BoundaryFinder, type BoundaryKernel, openBoundaryFinder } from './boundary-finder.ts';
import { findBoundary } from './boundary-rule.ts';
import { ChunkCutter, type CutFile } from './chunk-cutter.ts';

const finders = new Map(
  (['simd', 'scalar', 'reference'] as const).map((kernel) => [kernel, openBoundaryFinder(kernel)]),
);
const STRATEGIES: readonly ChunkingStrategy[] = ['fixed-4m', 'cdc-1m-v1', 'cdc-4m-v1'];

function finderOf(kernel: BoundaryKernel): BoundaryFinder {
  const finder = finders.get(kernel);
  if (finder === undefined) throw new Error(kernel);
  return finder;
}

/** Lengths of the chunks of some bytes, when they come in blocks of the lengths that `nextLength` gives. */
function cut(
  bytes: Uint8Array,
  strategy: ChunkingStrategy,
  how: { readonly kernel?: BoundaryKernel; readonly nextLength?: () => number } = {},
): readonly number[] {
  const finder = finderOf(how.kernel ?? 'simd');
  const cutter = new ChunkCutter(finder, { size: bytes.length, strategy });
  const lengths: number[] = [];
  let last = 0;
  for (let start = 0; start < bytes.length; ) {
    const block = bytes.subarray(start, start + (how.nextLength?.() ?? BLOCK_BYTES));
    finder.block.set(block);
    for (let at = 0; at < block.length; ) {
      const end = cutter.next(at, block.length);
      if (end !== undefined) {
        lengths.push(start + end - last);
        last = start + end;
      }
      at = end ?? block.length;
    }
    finder.turn(block.length);
    start += block.length;
  }
  expect(last).toBe(bytes.length);
  return lengths;
}

/** Bytes as files have them: chance, runs, and pieces that come again. */
const files = fc
  .array(
    fc.record({
      kind: fc.constantFrom('chance', 'run', 'text', 'again'),
      length: fc.integer({ min: 1, max: 2 * MiB }),
      seed: fc.nat(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts.map(bytesOf)));

function bytesOf({ kind, length, seed }: { readonly kind: string; readonly length: number; readonly seed: number }) {
  if (kind === 'run') return Buffer.alloc(length, seed % 256);
  if (kind === 'text') return Buffer.alloc(length, `${seed}: a line of text that comes again, ${seed * 7}\n`);
  if (kind === 'again') return Buffer.alloc(length, randomBytesOf(`again ${seed}`, 100 * KiB));
  return Buffer.from(randomBytesOf(`bytes ${seed}`, length));
}

test('all kernels cut all files alike, whatever blocks the bytes come in', () => {
  fc.assert(
    fc.property(files, fc.constantFrom(...STRATEGIES), fc.nat(), (bytes, strategy, seed) => {
      const random = new SeededRandom(`blocks ${seed}`);
      const nextLength = () => 1 + Math.floor(random.fraction() ** 3 * BLOCK_BYTES);
      const expected = cut(bytes, strategy);
      expect(cut(bytes, strategy, { nextLength })).toEqual(expected);
      expect(cut(bytes, strategy, { kernel: 'scalar', nextLength })).toEqual(expected);
      expect(cut(bytes, strategy, { kernel: 'reference' })).toEqual(expected);
    }),
    { numRuns: 12 },
  );
});

test('a boundary is found wherever between the bytes that make it a block ends', () => {
  const [place = 0] = cut(randomBytesOf('golden', 3 * MiB), 'cdc-1m-v1');
  const bytes = randomBytesOf('golden', place + KiB);
  for (let before = 0; before <= 66; before += 3) {
    const lengths = [BLOCK_BYTES, place - before - BLOCK_BYTES, 1, 40];
    expect(cut(bytes, 'cdc-1m-v1', { nextLength: () => lengths.shift() ?? BLOCK_BYTES })).toEqual([place, KiB]);
  }
});

test('every chunk but the last has the lengths of its strategy', () => {
  fc.assert(
    fc.property(files, fc.constantFrom(...STRATEGIES), (bytes, strategy) => {
      const { bytesMin, bytesMax } = CHUNK_LENGTHS[strategy];
      const lengths = cut(bytes, strategy);
      if (bytes.length <= MiB) expect(lengths).toEqual([bytes.length]);
      for (const [index, length] of lengths.entries()) {
        if (length > bytesMax || length < 1) throw new Error(`${length} bytes at ${index}`);
        if (length < bytesMin && index < lengths.length - 1) throw new Error(`only ${length} bytes at ${index}`);
      }
    }),
    { numRuns: 30 },
  );
});

test('finds boundaries at any place of a block, and none that is not one', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(300), fc.nat(40_000), (seed, from, length) => {
      const bytes = randomBytesOf(`places ${seed}`, 64 * KiB);
      const found = [...finders.values()].map((finder) => {
        finder.block.set(bytes);
        return finder.find(64 + from, 64 + from + length, 13);
      });
      expect(new Set(found).size).toBe(1);
    }),
    { numRuns: 300 },
  );
});

test('every kernel finds a boundary at the last place of its memory, and looks at no byte behind it', () => {
  const random = randomBytesOf('last place', 64 * KiB);
  const place = findBoundary(random, { from: 128, to: random.length }, 13) ?? 0;
  const bytes = new Uint8Array(BLOCK_BYTES);
  bytes.set(random.subarray(0, place), BLOCK_BYTES - place);
  for (const finder of finders.values()) {
    finder.block.set(bytes);
    finder.nextBlock.set(bytes);
    for (let block = 0; block < 2; block++) {
      for (let from = BLOCK_BYTES - 60; from <= BLOCK_BYTES; from++) {
        expect(finder.find(from, BLOCK_BYTES + 1, 13)).toBe(BLOCK_BYTES);
        expect(finder.find(from, BLOCK_BYTES, 13)).toBeUndefined();
      }
      finder.turn(BLOCK_BYTES);
    }
  }
});

test('the boundaries of these bytes never change: they are the format in which equal bytes are found again', () => {
  const bytes = Buffer.concat([
    randomBytesOf('golden', 6 * MiB),
    Buffer.alloc(5 * MiB),
    randomBytesOf('golden text', 3 * MiB).map((byte) => 32 + (byte % 96)),
  ]);
  expect(cut(bytes, 'cdc-1m-v1')).toEqual([
    1_539_626, 869_787, 1_512_265, 302_254, 816_616, 1_021_243, 4_194_304, 1_371_939, 1_167_999, 1_091_520, 792_511,
  ]);
  expect(cut(bytes, 'cdc-4m-v1')).toEqual([4_204_544, 8_388_608, 2_086_912]);
  expect(cut(bytes, 'fixed-4m')).toEqual([4 * MiB, 4 * MiB, 4 * MiB, 2 * MiB]);
  expect(cut(bytes.subarray(0, MiB), 'cdc-1m-v1')).toEqual([MiB]);
});

/** Cuts a file of any length at every place where a chunk may end that `isEnd` agrees to, without its bytes. */
function* cutWhere(file: CutFile, isEnd: (chance: number) => boolean): Generator<number> {
  const random = new SeededRandom('ends');
  // One boundary after the other in each range that is asked for, or none: more adversarial than any bytes can be.
  const find = (from: number, to: number) => (from < to && isEnd(random.fraction()) ? from : undefined);
  const cutter = new ChunkCutter({ find }, file);
  for (let start = 0; start < file.size; ) {
    const length = Math.min(8 * MiB, file.size - start);
    for (let at = 0; at < length; ) {
      const end = cutter.next(at, length);
      if (end !== undefined) yield start + end;
      at = end ?? length;
    }
    start += length;
  }
}

test('no file up to the largest has more chunks than a manifest holds, whatever its bytes are', () => {
  const sizes = fc.integer({ min: 1, max: 50 * GiB });
  fc.assert(
    fc.property(
      sizes,
      fc.constantFrom(...STRATEGIES),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (size, of, share) => {
        let count = 0;
        let last = 0;
        for (const end of cutWhere({ size, strategy: of }, (chance) => chance <= share)) {
          if (end <= last || end - last > CHUNK_LENGTHS[of].bytesMax)
            throw new Error(`${end - last} bytes at ${count}`);
          last = end;
          count += 1;
        }
        expect(last).toBe(size);
        expect(count).toBeLessThanOrEqual(FILE_CHUNKS_MAX);
      },
    ),
    {
      numRuns: 40,
      examples: [
        [50 * GiB, 'cdc-1m-v1', 1],
        [50 * GiB, 'cdc-4m-v1', 1],
        [50 * GiB, 'cdc-4m-v1', 0],
      ],
    },
  );
});

test('an edit changes the chunks around it, and no others', () => {
  const base = Buffer.from(randomBytesOf('edited', 48 * MiB));
  const before = new Set(chunksOf(base));
  const edits = fc.record({
    place: fc.nat(base.length - 1),
    removed: fc.constantFrom(0, 0, 16, 4 * KiB),
    added: fc.constantFrom(0, 10, 16, 70 * KiB),
  });
  fc.assert(
    fc.property(edits, ({ place, removed, added }) => {
      const inserted = randomBytesOf(`inserted ${place}`, added);
      const edited = Buffer.concat([base.subarray(0, place), inserted, base.subarray(place + removed)]);
      const changed = chunksOf(edited).filter((chunk) => !before.has(chunk));
      expect(changed.length).toBeLessThanOrEqual(12);
    }),
    { numRuns: 12 },
  );
});

/** Each chunk by its length and some of its bytes, which is enough to tell random ones apart. */
function chunksOf(bytes: Buffer): readonly string[] {
  let start = 0;
  return cut(bytes, chunkingFor(bytes.length)).map((length) => {
    const chunk = bytes.subarray(start, start + length);
    start += length;
    let sample = '';
    for (let at = 0; at < length; at += 4 * KiB) sample += chunk[at]?.toString(16);
    return `${length} ${sample}`;
  });
}
