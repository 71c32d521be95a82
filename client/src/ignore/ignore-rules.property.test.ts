import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { propertyCases } from '../../../test/support/property-runs.ts';
import { BUILT_IN, BUILT_IN_PATTERNS, mayBeBuiltIn } from './built-in-patterns.ts';
import { FolderIgnoreRules } from './ignore-rules.ts';
import { GLOBSTARS_MAX } from './limits.ts';

/** Without the settings of whoever runs the tests. */
const ENVIRONMENT = { PATH: process.env['PATH'], HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1' };
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-ignore-'));
  execFileSync('git', ['init', '-q', '--bare', join(root, 'git')], { env: ENVIRONMENT });
  // To git, too, these are weaker than any file in the tree.
  writeFileSync(join(root, 'git', 'info', 'exclude'), `${BUILT_IN_PATTERNS.join('\n')}\n`);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

interface Tree {
  /** Paths of files, of folders with a slash at the end. */
  readonly paths: readonly string[];
  /** The text of the ignore file of some folders. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What git ignores in a tree: by path, the file and the pattern that git names. A path without an entry is not ignored. */
function askGit(tree: Tree, ignoreCase: boolean): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(root, 'tree-'));
  for (const path of tree.paths) if (path.endsWith('/')) mkdirSync(join(folder, path), { recursive: true });
  for (const path of tree.paths) if (!path.endsWith('/')) writeFileSync(join(folder, path), '');
  for (const [at, text] of tree.texts) writeFileSync(join(folder, at, '.gitignore'), text);
  const asked = tree.paths.map((path) => path.replace(/\/$/, '')).join('\0');
  const words = ['-c', `core.ignorecase=${ignoreCase}`, 'check-ignore', '-v', '-z', '--no-index', '--stdin'];
  const { stdout, stderr, status } = spawnSync('git', [`--git-dir=${join(root, 'git')}`, '--work-tree=.', ...words], {
    cwd: folder,
    encoding: 'utf8',
    input: asked,
    env: ENVIRONMENT,
  });
  // 1 says that nothing is ignored.
  if (status !== 0 && status !== 1) throw new Error(`git: ${stderr}`);
  const answer = stdout;
  rmSync(folder, { recursive: true });
  const found = new Map<string, string>();
  const fields = answer.split('\0');
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = '', , pattern = '', path = ''] = fields.slice(at, at + 4);
    if (pattern.startsWith('!')) continue;
    found.set(
      path,
      `${source.endsWith('exclude') ? BUILT_IN : source.replace('.gitignore', '.synclineignore')}: ${pattern}`,
    );
  }
  return found;
}

function askOurs(tree: Tree, ignoreCase: boolean): ReadonlyMap<string, string> {
  const rules = new FolderIgnoreRules({ ignoreCase });
  for (const [folder, text] of tree.texts) rules.setRules(folder, text);
  const found = new Map<string, string>();
  for (const path of tree.paths) {
    const name = path.replace(/\/$/, '');
    const reason = rules.whyIgnored(name, path.endsWith('/') ? 'folder' : 'file');
    if (reason !== undefined) found.set(name, `${reason.source}: ${reason.pattern}`);
  }
  return found;
}

const name = fc.constantFrom(
  'a',
  'b',
  'build',
  'x.log',
  'y.tmp',
  'A',
  '!a',
  '#a',
  'a b',
  'a ',
  '[a]',
  'a*b',
  '.DS_Store',
  'é.log',
);
const folder = fc.constantFrom('a', 'b', 'build', 'A', 'a b', '[a]', '!a', 'a*b');
const path = fc
  .tuple(fc.array(folder, { maxLength: 3 }), name, fc.boolean())
  .map(([folders, last, isFolder]) => ({ folders, last, isFolder }));
const tree = fc.array(path, { minLength: 1, maxLength: 14 }).map((paths) => {
  const folders = new Set<string>();
  const files = new Set<string>();
  for (const { folders: above, last, isFolder } of paths) {
    for (let depth = 1; depth <= above.length; depth++) folders.add(above.slice(0, depth).join('/'));
    (isFolder ? folders : files).add([...above, last].join('/'));
  }
  return {
    folders: [...folders],
    paths: [...[...folders].map((one) => `${one}/`), ...[...files].filter((one) => !folders.has(one))],
  };
});

const segment = fc.oneof(
  { weight: 5, arbitrary: name },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      '*',
      '**',
      '*.log',
      '?',
      'a*',
      '*b',
      '[a-z]',
      '[!a]',
      '\\!a',
      '\\#a',
      'a\\ ',
      '[[]a]',
      '\\[a\\]',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '***',
      'a**',
      '**b',
      '[',
      '[]a]',
      '[^a]',
      '[[:alpha:]]',
      '\\a',
      'a\\',
      '[b-a]',
      '{a,b}',
      '$a',
      '(a|b)',
    ),
  },
);
// What git reads otherwise: more `**` than we take, and two stars beside something in a name of a path, which git lets match a
// slash at some places. Its documentation says, and we do, that they are one star.
function isComparable(written: string): boolean {
  const names = written.split('/');
  const globstars = names.filter((one) => one === '**').length;
  return globstars <= GLOBSTARS_MAX && (names.length === 1 || !names.some((one) => /[^]\*\*|\*\*[^]/.test(one)));
}

const pattern = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '!', '!!'),
    fc.constantFrom('', '', '/', '//'),
    fc.array(segment, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '/', '  ', '/**', '//'),
  )
  .map(([sign, start, segments, end]) => sign + start + segments.join('/') + end)
  .filter(isComparable);
const text = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 8, arbitrary: pattern }, fc.constantFrom('', '# a', '!', '/', '**', '!.DS_Store', '!*')),
      { maxLength: 6 },
    ),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([lines, end]) => lines.join(end));

const cases = tree.chain(({ folders, paths }) =>
  fc
    .tuple(
      text,
      fc.array(fc.tuple(fc.nat({ max: Math.max(0, folders.length - 1) }), text), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([top, deeper, ignoreCase]) => {
      const texts = new Map([['', top]]);
      for (const [index, one] of deeper) {
        const at = folders[index];
        if (at !== undefined) texts.set(at, one);
      }
      return { tree: { paths, texts }, ignoreCase };
    }),
);

const RUNS = propertyCases(200);

test('what is ignored, and by which pattern of which file, is what git says', () => {
  let ignored = 0;
  let asked = 0;
  fc.assert(
    fc.property(cases, ({ tree: one, ignoreCase }) => {
      const ours = askOurs(one, ignoreCase);
      ignored += ours.size;
      asked += one.paths.length;
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(askGit(one, ignoreCase)));
    }),
    { numRuns: RUNS },
  );
  // Neither nothing nor everything.
  expect(ignored / asked).toBeGreaterThan(0.1);
  expect(ignored / asked).toBeLessThan(0.9);
});

test('every name that a built-in pattern matches is one that may be', () => {
  const part = fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'Z', '.', '~', '#', '$', ' ', 'é') });
  const likeAPattern = fc
    .tuple(fc.constantFrom(...BUILT_IN_PATTERNS), part, fc.boolean())
    .map(([written, filling, isUpper]) => {
      const like = written
        .replace('/', '')
        .replaceAll('*', filling)
        .replace('[Tt]', 't')
        .replace('[Dd]', 'D')
        .replace('[a-p]', 'o');
      return isUpper ? like.toUpperCase() : like;
    });
  const rules = [true, false].map((ignoreCase) => new FolderIgnoreRules({ ignoreCase }));
  let matched = 0;
  fc.assert(
    fc.property(fc.oneof(likeAPattern, part), fc.constantFrom('file', 'folder'), (entry, kind) => {
      fc.pre(entry !== '' && entry !== '.' && entry !== '..');
      for (const one of rules) {
        if (one.whyIgnored(entry, kind) === undefined) continue;
        matched += 1;
        expect([entry, mayBeBuiltIn(entry)]).toEqual([entry, true]);
      }
    }),
    { numRuns: propertyCases(3000) },
  );
  expect(matched).toBeGreaterThan(500);
});
