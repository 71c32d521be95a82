import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '../test/support/seeded-random.ts';

/** Of the logarithm of sizes: half of all bytes are in the largest tenth of the files, much as in people's folders. */
const SIZE_SPREAD = 1.2;
const SIZE_BYTES_MAX = 1_000_000;

export interface RandomTree {
  readonly files: number;
  readonly folders: number;
  /** Half of the files are smaller. Sizes are lognormal, or all the same where `isUniform`. */
  readonly medianBytes: number;
  readonly isUniform: boolean;
  readonly seed: string;
}

/**
 * Writes files of random bytes, which no compression and no other file's chunks make smaller, in folders of two levels. The same description
 * makes the same bytes. Answers how many bytes there are.
 */
export function writeRandomTree(root: string, tree: RandomTree): number {
  const random = new SeededRandom(tree.seed);
  let sizeBytes = 0;
  for (let file = 0; file < tree.files; file++) {
    const folder = file % tree.folders;
    const path = join(root, `part ${Math.floor(folder / 10)}`, `folder ${folder}`);
    if (file < tree.folders) mkdirSync(path, { recursive: true });
    const bytes = tree.isUniform ? tree.medianBytes : Math.round(tree.medianBytes * lognormal(random));
    const length = Math.min(Math.max(bytes, 1), Math.max(tree.medianBytes, SIZE_BYTES_MAX));
    writeFileSync(join(path, `file ${file}.bin`), randomContent(`${tree.seed} ${file}`, length));
    sizeBytes += length;
  }
  return sizeBytes;
}

/** Bytes that look random, the same for the same seed. */
export function randomContent(seed: string, length: number): Buffer {
  return createHash('shake128', { outputLength: length }).update(seed).digest();
}

/** Its median is 1. Source: Box and Muller, "A Note on the Generation of Random Normal Deviates". */
function lognormal(random: SeededRandom): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
  return Math.exp(SIZE_SPREAD * normal);
}
