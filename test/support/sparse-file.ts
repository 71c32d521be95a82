import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { assert } from '@syncline/protocol';

export interface SparseFile {
  readonly bytes: number;
  /** After every so many bytes there are some that are no hole … */
  readonly everyBytes: number;
  /** … this many, which nothing resembles. */
  readonly filledBytes: number;
  readonly seed: string;
}

/** Writes a file of holes with bytes between them; it takes the room of those alone. The same seed makes the same bytes. */
export async function writeSparseFile(path: string, options: SparseFile): Promise<void> {
  const { bytes, everyBytes, filledBytes, seed } = options;
  assert(filledBytes > 0 && filledBytes <= everyBytes, 'what is filled lies in its stretch');
  const file = await open(path, 'w');
  try {
    await file.truncate(bytes);
    for (let start = 0; start + filledBytes <= bytes; start += everyBytes) {
      const part = createHash('shake128', { outputLength: filledBytes }).update(`${seed}/${start}`).digest();
      await file.write(part, 0, part.length, start);
    }
  } finally {
    await file.close();
  }
}
