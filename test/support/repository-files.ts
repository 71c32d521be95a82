import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the repository, by its path from the root with forward slashes. */
export interface RepositoryFile {
  readonly name: string;
  readonly text: string;
}

const IGNORED = ['**/node_modules', '.git', '.local', '**/cdk.out', '**/dist', 'coverage'];
const TEXT = /\.(tsx?|mjs|js|json|md|py|svg|txt|sh|html|css)$|(^|\/)(run|LICENSE|\.[a-z]+)$/;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every text file that belongs to the repository, in the order of names. */
export function repositoryFiles(): readonly RepositoryFile[] {
  return globSync(['**/*', '.ci/*', '.npmrc', '.gitignore'], { cwd: root, exclude: IGNORED, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((name) => TEXT.test(name))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));
}

/** Paths of the pictures that documents show, which are no text. */
export function pictureNames(): readonly string[] {
  return globSync('docs/**/*.webp', { cwd: root }).map((name) => name.replaceAll(path.sep, '/'));
}

const SPECIFIERS =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|(?:\bimport\(|\bnew URL\((?=['"]\.[^'"]+\.ts['"]))\s*['"]([^'"]+)['"]\s*[),]/g;

/** What a module imports or exports from, as it is written. */
export function importedBy({ text }: RepositoryFile): readonly string[] {
  return [...text.matchAll(SPECIFIERS)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '');
}

/** Packages that are types alone are imported by the name of what they describe. */
const TYPES_ONLY: Readonly<Record<string, string>> = { 'aws-lambda': '@types/aws-lambda' };

/** The package that a specifier names: `@scope/name/deep` belongs to `@scope/name`. Undefined for files and Node itself. */
export function packageOf(specifier: string): string | undefined {
  // `#name` is an import that the own package.json maps.
  if (/^([./#]|node:)/.test(specifier)) return undefined;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return TYPES_ONLY[name] ?? name;
}

/** The repository file that a relative specifier leads to. */
export function resolveImport(from: RepositoryFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(from.name), specifier);
}

/** The files that roots import, directly or not, with the roots themselves. */
export function reachableFrom(roots: readonly string[], files: readonly RepositoryFile[]): ReadonlySet<string> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const reached = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const file = byName.get(name);
    if (file === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const specifier of importedBy(file)) {
      if (specifier.startsWith('.')) open.push(resolveImport(file, specifier));
    }
  }
  return reached;
}
