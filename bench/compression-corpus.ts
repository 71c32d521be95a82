import { hash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { KiB, MiB } from '@syncline/protocol';
import { randomContent } from './random-tree.ts';

/** Real bytes of one kind, as the chunks that would travel: a file of at most a MiB is one, a larger one several. */
export interface Corpus {
  readonly kind: string;
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
}

const REPOSITORY = join(import.meta.dirname, '..');
const CHUNK_BYTES = MiB;
/** Folders that are looked into for one kind: a whole system has hundreds of thousands. */
const FOLDERS_MAX = 20_000;

interface CorpusSource {
  readonly kind: string;
  readonly roots: readonly string[];
  readonly extensions: ReadonlySet<string>;
}

/** Files of source text that are longer are not small. */
const TEXT_BYTES_MAX = 256 * KiB;

const SOURCES: readonly [CorpusSource, ...CorpusSource[]] = [
  {
    kind: 'source text',
    roots: [join(REPOSITORY, 'node_modules')],
    extensions: new Set(['.ts', '.js', '.mjs', '.md']),
  },
  { kind: 'JSON', roots: [join(REPOSITORY, 'node_modules')], extensions: new Set(['.json', '.map']) },
  { kind: 'libraries', roots: ['/usr/lib', '/usr/bin'], extensions: new Set(['.so', '.node', '.a', '']) },
  {
    kind: 'compressed files',
    roots: ['/usr/share', '/usr/lib', REPOSITORY],
    extensions: new Set(['.gz', '.png', '.jpg', '.xz', '.zip', '.whl', '.jar', '.woff2', '.mo.gz']),
  },
];

/** As much of each kind as there is on this machine, up to `bytesMax`; kinds of which there is less than a MiB are left out. */
export function collectCorpora(bytesMax: number): readonly Corpus[] {
  return [
    ...SOURCES.map(({ kind, roots, extensions }) => corpusOf(kind, readFiles(roots, extensions, bytesMax))),
    corpusOf('a table in CSV', cut(listingOf([REPOSITORY, '/usr'], bytesMax))),
    corpusOf('random bytes', cut(randomContent('compression', bytesMax))),
  ].filter(({ bytes }) => bytes >= Math.min(MiB, bytesMax));
}

/** So many files of source text that fit into a pack, or as many as there are. */
export function collectTexts(count: number): readonly Uint8Array[] {
  const [{ roots, extensions }] = SOURCES;
  const texts = readFiles(roots, extensions, count * TEXT_BYTES_MAX);
  return texts.filter(({ length }) => length <= TEXT_BYTES_MAX).slice(0, count);
}

function corpusOf(kind: string, chunks: readonly Buffer[]): Corpus {
  return { kind, chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
}

function readFiles(roots: readonly string[], extensions: ReadonlySet<string>, bytesMax: number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  // The same bytes travel once, whatever else is done to them.
  const known = new Set<string>();
  let left = bytesMax;
  for (const path of walk(roots)) {
    if (left <= 0) break;
    if (!extensions.has(extname(path))) continue;
    const bytes = readFileSync(path).subarray(0, left);
    const name = hash('sha256', bytes);
    if (bytes.length === 0 || known.has(name)) continue;
    known.add(name);
    left -= bytes.length;
    chunks.push(...cut(bytes));
  }
  return chunks;
}

/** A row for each file below some folders: numbers, times and paths, as tables have them. */
function listingOf(roots: readonly string[], bytesMax: number): Buffer {
  const rows = ['path,size,inode,modified,changed,mode'];
  let bytes = 0;
  for (const path of walk(roots)) {
    if (bytes >= bytesMax) break;
    const { size, ino, mtime, ctimeMs, mode } = lstatSync(path);
    const row = `"${path}",${size},${ino},${mtime.toISOString()},${ctimeMs},${mode.toString(8)}`;
    bytes += row.length + 1;
    rows.push(row);
  }
  return Buffer.from(rows.join('\n')).subarray(0, bytesMax);
}

/** The regular files below, breadth first: a little of everything instead of all of one package. */
function* walk(roots: readonly string[]): Generator<string> {
  const folders = [...roots];
  for (let index = 0; index < Math.min(folders.length, FOLDERS_MAX); index++) {
    const folder = folders[index] ?? '';
    for (const entry of listIfReadable(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) yield path;
    }
  }
}

function listIfReadable(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Not every kind is on every machine, and not everything may be read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return [];
    throw error;
  }
}

function cut(bytes: Buffer): readonly Buffer[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_none, index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}
