import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

export interface Sources {
  readonly projectDir: string;
  /** Files, and directories with all that counts below them, relative to the project. */
  readonly places: readonly string[];
  /** Ends of the names of files that count in directories. */
  readonly endings: readonly string[];
  /** Whatever else decides what is made of them. */
  readonly settings: string;
}

/** The same for the same sources, whatever machine; tests are none. */
export async function sourceFingerprint({ projectDir, places, endings, settings }: Sources): Promise<string> {
  const hash = createHash('sha256').update(settings);
  for (const place of places) {
    const root = path.join(projectDir, place);
    const isDirectory = (await stat(root)).isDirectory();
    for (const name of isDirectory ? await namesBelow(root, endings) : ['']) {
      const content = await readFile(path.join(root, name));
      hash.update(`${place}/${name} ${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 32);
}

async function namesBelow(directory: string, endings: readonly string[]): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  const isSource = (name: string): boolean =>
    endings.some((ending) => name.endsWith(ending)) && !name.endsWith('.test.ts');
  return names.filter(isSource).toSorted();
}
