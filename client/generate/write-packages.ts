/**
 * `npm run package`: writes the packages @syncline/protocol and @syncline/client as they are published, into dist/packages or into a folder that
 * is named as the argument. `npm pack` and `npm publish` work there.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** The oldest Node that the tests run on. */
const ENGINES = { node: '>=24' };

interface PublishedPackage {
  readonly folder: 'protocol' | 'client';
  /** Files that nothing imports, besides those that the package exports: they are started, or chosen by a condition. */
  readonly besides: readonly string[];
  readonly readme: string;
  /** What stands in the package besides what is compiled. */
  readonly files: readonly string[];
}

const PACKAGES: readonly PublishedPackage[] = [
  { folder: 'protocol', besides: [], readme: 'docs/PROTOCOL.md', files: [] },
  {
    folder: 'client',
    besides: ['sha256.ts', 'zstd.ts', 'cutting-thread.ts'].map((name) => `src/platform/node/${name}`),
    readme: 'docs/SDK.md',
    files: ['bin'],
  },
];

const out = resolve(process.argv[2] ?? join(ROOT, 'dist', 'packages'));
rmSync(out, { recursive: true, force: true });
for (const one of PACKAGES) writePackage(one);
// The bundled command line, which `bin` starts.
execFileSync(process.execPath, [join(ROOT, 'client', 'build.ts'), join(out, 'client', 'dist')], { stdio: 'inherit' });

function writePackage({ folder, besides, readme, files }: PublishedPackage): void {
  const source = join(ROOT, folder);
  const target = join(out, folder);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  const { exports, imports, scripts: _scripts, ...rest } = manifest;
  const entries = Object.values(exports);
  compile(source, target, [...entries, ...besides]);
  for (const name of files) cpSync(join(source, name), join(target, name), { recursive: true });
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  cpSync(join(ROOT, readme), join(target, 'README.md'));
  const published = {
    ...rest,
    engines: ENGINES,
    files: ['dist', ...files],
    exports: mapValues(exports, (entry) => ({ types: compiled(entry, '.d.ts'), default: compiled(entry, '.js') })),
    ...(imports === undefined ? {} : { imports: mapValues(imports, conditions) }),
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly scripts?: unknown;
  readonly [field: string]: unknown;
}

function conditions(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return mapValues(files, (file, condition) => compiled(file, condition === 'types' ? '.d.ts' : '.js'));
}

function compiled(file: string, ending: string): string {
  return file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, ending);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** Only what the entries reach is compiled: each file to one of JavaScript and one of its types. */
function compile(source: string, target: string, entries: readonly string[]): void {
  mkdirSync(target, { recursive: true });
  const project = join(target, 'tsconfig.json');
  const options = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      lib: ['ES2024', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      rootDir: join(source, 'src'),
      outDir: join(target, 'dist'),
    },
    files: entries.map((entry) => join(source, entry)),
  };
  writeFileSync(project, JSON.stringify(options));
  execFileSync(process.execPath, [COMPILER, '-p', project], { stdio: 'inherit' });
  rmSync(project);
  for (const name of readdirSync(join(target, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) nameCompiled(join(target, 'dist', name));
  }
}

/** The compiler renames imports in what runs, and leaves them in types. */
function nameCompiled(file: string): void {
  const types = readFileSync(file, 'utf8');
  writeFileSync(file, types.replaceAll(/((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
}
