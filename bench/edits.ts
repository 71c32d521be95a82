import { randomContent } from './random-tree.ts';

/** Makes of the bytes of a file those that it has after an edit at a place (0 to 1) of it; `seed` chooses what is written. */
export interface Edit {
  readonly name: string;
  apply(bytes: Buffer, at: number, seed: string): Buffer;
}

const SCATTERED = 100;
const KiB = 1024;

export const OVERWRITE: Edit = {
  name: 'overwrite 16 B',
  apply: (bytes, at, seed) => {
    const edited = Buffer.from(bytes);
    randomContent(seed, 16).copy(edited, Math.floor(at * (bytes.length - 16)));
    return edited;
  },
};

export const INSERT: Edit = {
  name: 'insert 10 B',
  apply: (bytes, at, seed) => {
    const offset = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, offset), randomContent(seed, 10), bytes.subarray(offset)]);
  },
};

export const DELETE: Edit = {
  name: 'delete 4 KiB',
  apply: (bytes, at) => {
    const offset = Math.floor(at * (bytes.length - 4 * KiB));
    return Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + 4 * KiB)]);
  },
};

/** One write in each hundredth of the file, at the same place of each. */
export const SCATTER: Edit = {
  name: '100 scattered writes of 16 B',
  apply: (bytes, at, seed) => {
    const step = Math.floor(bytes.length / SCATTERED);
    const edited = Buffer.from(bytes);
    for (let index = 0; index < SCATTERED; index++) {
      const offset = index * step + Math.floor(at * (step - 16));
      randomContent(`${seed} ${index}`, 16).copy(edited, offset);
    }
    return edited;
  },
};

export const EDITS: readonly Edit[] = [OVERWRITE, INSERT, DELETE, SCATTER];
