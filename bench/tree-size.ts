import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What sync programs keep for themselves in a folder. */
const OWN_NAME = /^\.(syncline|stfolder|syncthing\..*)$/;

/** How many files are below a folder, and bytes in them, without what sync programs keep there for themselves. */
export function measureTree(root: string): { readonly files: number; readonly bytes: number } {
  let [files, bytes] = [0, 0];
  visit(root, (path) => {
    files += 1;
    bytes += lstatSync(path).size;
  });
  return { files, bytes };
}

/** How many files are below a folder, by their names alone, so that asking often takes little time. */
export function countFiles(root: string): number {
  let files = 0;
  visit(root, () => {
    files += 1;
  });
  return files;
}

function visit(folder: string, onFile: (path: string) => void): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (OWN_NAME.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) visit(path, onFile);
    else onFile(path);
  }
}
