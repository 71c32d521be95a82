import { createHash } from 'node:crypto';
import { GiB, MiB } from '@syncline/protocol';
import { BLOCK_BYTES, type BoundaryKernel, openBoundaryFinder } from '../client/src/chunking/boundary-finder.ts';
import { ChunkCutter } from '../client/src/chunking/chunk-cutter.ts';
import { randomBytesOf } from '../test/support/random-bytes.ts';
import { type Figure, median } from './bench-report.ts';

const PASS_BYTES = 256 * MiB;
const BYTES = randomBytesOf('finders', 16 * MiB);

/** Boundaries alone against SHA-256 alone, on this thread, in turns, on bytes that are in the core's cache as they are when a file is cut. */
export function measureFinders(rounds: number): readonly Figure[] {
  const kernels = new Map<BoundaryKernel, number[]>([
    ['simd', []],
    ['scalar', []],
  ]);
  const speeds: number[] = [];
  // The first turn is not counted: it compiles.
  for (let round = 0; round <= rounds; round++) {
    for (const [kernel, ratios] of kernels) {
      const hashSeconds = secondsOfHashing();
      const ratio = hashSeconds / secondsOfFinding(kernel);
      if (round === 0) continue;
      ratios.push(ratio);
      speeds.push(PASS_BYTES / 1e6 / hashSeconds);
    }
  }
  const ratioOf = (kernel: BoundaryKernel) => median(kernels.get(kernel) ?? []);
  return [
    { name: 'SHA-256 alone', value: median(speeds), unit: 'MB/s' },
    { name: 'boundaries alone, against SHA-256', value: ratioOf('simd'), unit: '×', aim: { least: 2 }, target: 'P3' },
    {
      name: 'boundaries alone, without SIMD, against SHA-256',
      value: ratioOf('scalar'),
      unit: '×',
      aim: { least: 1.1 },
      target: 'P3',
    },
  ];
}

function secondsOfFinding(kernel: BoundaryKernel): number {
  const finder = openBoundaryFinder(kernel);
  const cutter = new ChunkCutter(finder, { size: GiB, strategy: 'cdc-1m-v1' });
  return secondsOfPass(
    () => finder.block,
    () => {
      for (let at = 0; at < BLOCK_BYTES; ) at = cutter.next(at, BLOCK_BYTES) ?? BLOCK_BYTES;
      finder.turn(BLOCK_BYTES);
    },
  );
}

function secondsOfHashing(): number {
  const hashing = createHash('sha256');
  const block = new Uint8Array(BLOCK_BYTES);
  return secondsOfPass(
    () => block,
    () => void hashing.update(block),
  );
}

/** Only what is done with a block counts, not how it came there. */
function secondsOfPass(block: () => Uint8Array, look: () => void): number {
  let ms = 0;
  for (let at = 0; at < PASS_BYTES; at += BLOCK_BYTES) {
    const start = at % BYTES.length;
    block().set(BYTES.subarray(start, start + BLOCK_BYTES));
    const startedMs = performance.now();
    look();
    ms += performance.now() - startedMs;
  }
  return ms / 1000;
}
