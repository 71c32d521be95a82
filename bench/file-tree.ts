import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '../test/support/seeded-random.ts';

/** Folders that one folder of the first level holds. */
const FOLDERS_TOGETHER = 50;
const FILE_BYTES_MIN = 100;
const FILE_BYTES_SPREAD = 200;

export interface FileTree {
  readonly folders: number;
  readonly filesPerFolder: number;
  readonly seed: string;
}

/**
 * Writes a tree of small files in folders of two levels; the same description makes the same bytes. Each file is 100 to 299
 * bytes, and no two hold the same, as they would in life.
 */
export function writeFileTree(root: string, { folders, filesPerFolder, seed }: FileTree): void {
  const random = new SeededRandom(seed);
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(join(root, filePath({ folder, file: 0 }).folder), { recursive: true });
    for (let file = 0; file < filesPerFolder; file++) {
      const size = FILE_BYTES_MIN + Math.floor(random.fraction() * FILE_BYTES_SPREAD);
      const line = `${seed} ${folder} ${file}\n`;
      const path = filePath({ folder, file });
      writeFileSync(join(root, path.folder, path.name), line.repeat(Math.ceil(size / line.length)).slice(0, size));
    }
  }
}

/** Where a file of the tree lies, with `/` between names. */
export function filePath({ folder, file }: { readonly folder: number; readonly file: number }): {
  readonly folder: string;
  readonly name: string;
} {
  const group = Math.floor(folder / FOLDERS_TOGETHER);
  return { folder: `group ${group}/folder ${folder % FOLDERS_TOGETHER}`, name: `file ${file}.txt` };
}
