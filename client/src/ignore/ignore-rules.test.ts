import { expect, test } from '@jest/globals';
import { BUILT_IN } from './built-in-patterns.ts';
import { FolderIgnoreRules, type IgnoreReason } from './ignore-rules.ts';
import { CACHED_ANSWERS_MAX, GLOBSTARS_MAX, IGNORE_DEPTH_MAX, PATTERN_LENGTH_MAX, PATTERNS_MAX } from './limits.ts';

function rulesOf(texts: Readonly<Record<string, string>>, ignoreCase = false): FolderIgnoreRules {
  const rules = new FolderIgnoreRules({ ignoreCase });
  for (const [folder, text] of Object.entries(texts)) rules.setRules(folder, text);
  return rules;
}

/** A path with a slash at the end is a folder. */
function why(rules: FolderIgnoreRules, path: string): IgnoreReason | undefined {
  return path.endsWith('/') ? rules.whyIgnored(path.slice(0, -1), 'folder') : rules.whyIgnored(path, 'file');
}

test.each([
  '.DS_Store',
  'a/Thumbs.db',
  '~$report.docx',
  '.~lock.report.odt#',
  '.notes.txt.swp',
  'film.mkv.part',
  '.nfs0001',
  '.Trash-1000/',
  '$RECYCLE.BIN/x',
  '.syncline-x',
])('%s is ignored without being told', (path) => {
  expect(why(rulesOf({}), path)?.source).toBe(BUILT_IN);
});

test.each(['notes.txt~', 'a.bak', '.gitignore', '.synclineignore', '.Trash-file', 'thumbs.dbx', 'part', '.env'])(
  '%s is a file like any other',
  (path) => {
    expect(why(rulesOf({}), path)).toBeUndefined();
  },
);

test('a built-in pattern can be taken back for a whole tree, or for a folder', () => {
  const rules = rulesOf({ '': '!*.tmp', 'd/e': '!.DS_Store' });
  expect(why(rules, 'd/x.tmp')).toBeUndefined();
  expect(why(rules, 'd/e/f/.DS_Store')).toBeUndefined();
  expect(why(rules, 'd/.DS_Store')).toEqual({ source: BUILT_IN, pattern: '.DS_Store' });
});

test('the deeper file wins, and names itself and its own pattern', () => {
  const rules = rulesOf({ '': '*.log\nbuild/', a: '!keep.log\n/only-here\nout/', 'a b[1]': '*.txt' });
  expect(why(rules, 'a/x.log')).toEqual({ source: '.synclineignore', pattern: '*.log' });
  expect(why(rules, 'a/b/keep.log')).toBeUndefined();
  expect(why(rules, 'a/only-here')).toEqual({ source: 'a/.synclineignore', pattern: '/only-here' });
  expect(why(rules, 'a/b/only-here')).toBeUndefined();
  expect(why(rules, 'only-here')).toBeUndefined();
  expect(why(rules, 'a/b/out/')).toEqual({ source: 'a/.synclineignore', pattern: 'out/' });
  expect(why(rules, 'a b[1]/x.txt')).toEqual({ source: 'a b[1]/.synclineignore', pattern: '*.txt' });
});

test('nothing in an ignored folder comes back, and a folder that came back is like any other', () => {
  const rules = rulesOf({ '': 'build/', 'build/x': '!*', a: '!build/' });
  expect(why(rules, 'build/x/y')).toEqual({ source: '.synclineignore', pattern: 'build/' });
  expect(why(rules, 'a/build/')).toBeUndefined();
  expect(why(rules, 'a/build/x')).toBeUndefined();
  expect(why(rules, 'build')).toBeUndefined();
});

// What git says of each.
test.each([
  ['a\\/**', 'a/', false],
  ['a\\/**', 'a/x', true],
  ['a\\/b', 'a/b', true],
  ['a\\/b', 'x/a/b', false],
  ['!a\\/**', 'a/x', false],
  ['\\/a', 'a', false],
  ['a\\\\/b', 'a/b', false],
  ['[a\\/]', 'a', true],
])('a slash behind a backslash is a slash: %s, asked of %s, says %s', (pattern, path, isIgnored) => {
  expect(why(rulesOf({ '': pattern }), path) !== undefined).toBe(isIgnored);
  expect(why(rulesOf({ d: pattern }), `d/${path}`) !== undefined).toBe(isIgnored);
});

test('case counts, unless the disk folds it', () => {
  expect(why(rulesOf({ '': 'Build' }), 'build')).toBeUndefined();
  expect(why(rulesOf({ '': 'Build' }, true), 'build')).toBeDefined();
});

test('a question mark stands for one character of any alphabet', () => {
  expect(why(rulesOf({ '': '?.x' }), 'é.x')).toBeDefined();
});

test('only a change of patterns is a change, and the rules above stay in force below', () => {
  const rules = rulesOf({ '': '*.log' });
  expect(why(rules, 'a/b/x.log')).toBeDefined();
  expect(rules.setRules('a', '# nothing\n')).toBe(false);
  expect(rules.setRules('', '*.log\r\n# said again\r\n')).toBe(false);
  expect(rules.setRules('a', '!x.log')).toBe(true);
  expect(why(rules, 'a/b/x.log')).toBeUndefined();
  expect(rules.setRules('a', '!x.log\n*.x')).toBe(true);
  expect(why(rules, 'a/b/y.x')).toBeDefined();
  expect(rules.setRules('a/b', '!y.x')).toBe(true);
  expect(why(rules, 'a/b/y.x')).toBeUndefined();
  expect(why(rules, 'a/b/z.x')).toBeDefined();
  expect(rules.setRules('a', undefined)).toBe(true);
  expect(why(rules, 'a/b/z.x')).toBeUndefined();
  expect(rules.setRules('', undefined)).toBe(true);
  expect(rules.setRules('', undefined)).toBe(false);
  expect(why(rules, 'y.log')).toBeUndefined();
});

test('what makes no sense or passes a limit is not taken, and told', () => {
  const odd = ['[', '[z-a]', 'a\\', '\\', '!', '(', '{', '/', '//', '\u0000', '\ud800', '*'.repeat(500)];
  const many = Array.from({ length: PATTERNS_MAX + 1 }, (_, index) => `many-${index}`);
  const slow = `${'a/**/'.repeat(GLOBSTARS_MAX + 1)}b`;
  const rules = rulesOf({ '': [...odd, 'x'.repeat(PATTERN_LENGTH_MAX + 1), slow, ...many].join('\n') });
  expect(why(rules, 'plain')).toEqual({ source: '.synclineignore', pattern: '*'.repeat(500) });
  const [file] = rules.files();
  expect(file?.patterns).toHaveLength(PATTERNS_MAX);
  expect(file?.refused).toEqual(['x'.repeat(PATTERN_LENGTH_MAX + 1), slow, ...many.slice(PATTERNS_MAX - odd.length)]);
});

test('many stars cost no more than few, however deep a path is', () => {
  const patterns = ['*a'.repeat(200), '**/a/**/a/**b', `${'/**'.repeat(300)}/b`, '**/*a*b/**/*a*c', '?*'.repeat(300)];
  const rules = rulesOf({ '': patterns.map((pattern) => `${pattern}b`).join('\n') });
  const deep = `${'a/'.repeat(IGNORE_DEPTH_MAX * 10)}${'a'.repeat(255)}`;
  expect(why(rules, deep)).toBeUndefined();
  // Ends in time, which it does not when the matching goes back at each star.
  expect(why(rules, `${'a/'.repeat(IGNORE_DEPTH_MAX - 2)}ab`)).toBeUndefined();
});

test('what lies deeper than can be stored is ignored with a folder above', () => {
  const deep = `build/${'a/'.repeat(IGNORE_DEPTH_MAX)}x`;
  expect(why(rulesOf({ '': 'build/' }), deep)).toEqual({ source: '.synclineignore', pattern: 'build/' });
});

test('answers stay the same when the ones that are kept are thrown away', () => {
  const rules = rulesOf({ '': '*.log', a: '!x.log' });
  for (let index = 0; index < 2 * CACHED_ANSWERS_MAX + 2; index++) {
    expect(why(rules, `a/${index}.log`)?.pattern).toBe('*.log');
    expect(why(rules, 'a/x.log')).toBeUndefined();
  }
});
