import { createHash } from 'node:crypto';
import { cp, lstat, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MiB } from '@syncline/protocol';

const REPOSITORY = join(import.meta.dirname, '..', '..');
/** Packages with many real files of many kinds; together a little more than 1,500 files. */
const REAL_SOURCES = ['@smithy', 'fast-check', 'zod/v3'];

/** Copies real files (installed packages) into `target`; answers how many files that made. */
export async function copyRealFiles(target: string): Promise<number> {
  for (const source of REAL_SOURCES) {
    await cp(join(REPOSITORY, 'node_modules', source), join(target, source), {
      recursive: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
  }
  return [...(await describeTree(target)).values()].filter((kind) => kind !== 'folder').length;
}

/** Names that sync clients are known to lose: each file's content is its own name. */
export async function writeAwkwardNames(target: string): Promise<void> {
  const names = [
    'cafe\u0301.txt',
    'caf\u00e9.txt',
    'README',
    'readme',
    '🦉👩‍👩‍👧‍👦 emoji.txt',
    `${'é'.repeat(125)}.txt`,
    'x'.repeat(255),
    ' leading space',
    'trailing dot.',
    'a "quoted" <name> | with: everything? *',
    "it's-a-$HOME-`thing`.sh",
    '-rf',
    'CON',
    '.hidden',
    '日本語のファイル名.md',
    'שלום.txt',
  ];
  for (const name of names) await writeFile(join(target, name), name);
  await writeFile(join(target, 'empty file'), '');
  await mkdir(join(target, 'empty folder', 'and one inside'), { recursive: true });
}

/** Writes a file of `bytes` bytes that no chunk of another file resembles; the same seed makes the same bytes. */
export async function writeLargeFile(
  path: string,
  options: { readonly bytes: number; readonly seed: string },
): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < options.bytes; written += MiB) {
      await file.write(pseudoRandomBytes(`${options.seed}/${written}`, Math.min(MiB, options.bytes - written)));
    }
  } finally {
    await file.close();
  }
}

function pseudoRandomBytes(seed: string, bytes: number): Buffer {
  return createHash('shake128', { outputLength: bytes }).update(seed).digest();
}

/** Everything below a folder but Syncline's own: path → `folder`, or the SHA-256 of the file's bytes. */
export async function describeTree(root: string): Promise<ReadonlyMap<string, string>> {
  const entries: [string, string][] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (name === '.syncline' || name.startsWith('.syncline/')) continue;
    entries.push([
      name,
      entry.isDirectory()
        ? 'folder'
        : createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
    ]);
  }
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
