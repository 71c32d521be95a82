import { expect, test } from '@jest/globals';
import { localNames } from './local-names.ts';

const windows = localNames('windows');
const apple = localNames('apple');
const posix = localNames('posix');

test.each([
  ['report.pdf', 'report.pdf'],
  ['what?.txt', 'what‛？.txt'],
  ['12:30 "draft" <a|b>*\\', '12‛：30 ‛＂draft‛＂ ‛＜a‛｜b‛＞‛＊‛＼'],
  // Wide forms are what people write where the others are refused.
  ['何？.txt', '何？.txt'],
  ['what‛？', 'what‛‛？'],
  ['Mr.', 'Mr.‛'],
  ['end ', 'end ‛'],
  ['con', '‛con'],
  ['Aux.tar.gz', '‛Aux.tar.gz'],
  ['com\u00b9.txt', '‛com\u00b9.txt'],
  ['console', 'console'],
  ['.profile', '.profile'],
  ['‛quoted’', '‛quoted’'],
])('%j is called %j on Windows, and read back', (name, local) => {
  expect(windows.toLocal(name)).toBe(local);
  expect(windows.toName(local)).toBe(name);
  expect(posix.toLocal(name)).toBe(name);
  expect(apple.toLocal(name)).toBe(name);
});

test('a twin keeps its extension, and a name that looks like a twin is none', () => {
  expect(apple.twin('README.md', 1)).toBe('README‛1.md');
  expect(apple.toName('README‛1.md')).toBe('README.md');
  expect(apple.toLocal('README‛1.md')).toBe('README‛‛1.md');
  // To this disk it would be the same name as one with a hash.
  expect(apple.toLocal('n‛~0123456789ABC')).toBe('n‛‛~0123456789ABC');
  expect(windows.twin('.profile', 12)).toBe('.profile‛12');
});

test('a name that grows past the limit keeps its beginning and its extension, and says that it is shortened', () => {
  const name = `${'?'.repeat(200)}.docx`;
  const local = windows.toLocal(name);
  expect(local).toMatch(/^(?:‛？){110,}‛~[0-9a-v]{13}\.docx$/);
  expect(local.length).toBeLessThanOrEqual(255);
  expect(windows.isShortened(local)).toBe(true);
  expect(windows.isShortened(`${'n'.repeat(240)}.docx`)).toBe(false);
  expect(windows.toLocal(`?${name}`)).not.toBe(local);
});

test('a disk that holds every name changes none, whatever it looks like', () => {
  for (const name of ['README‛1.md', 'what‛？', 'CON', 'a ‛', 'n‛~0123456789abc']) {
    expect([posix.toLocal(name), posix.toName(name), posix.key(name)]).toEqual([name, name, name]);
    expect(posix.isShortened(name)).toBe(false);
  }
});

test.each([
  ['README', 'readme'],
  ['STRASSE', 'straße'],
  ['ΟΔΟΣ', 'οδος'],
  ['caf\u00e9', 'CAFE\u0301'],
  ['\u212bngstr\u00f6m', '\u00e5ngstr\u00f6m'],
])('%j and %j are one name to a disk that folds case and form', (one, other) => {
  expect(apple.key(one)).toBe(apple.key(other));
  expect(posix.key(one)).not.toBe(posix.key(other));
});

test('a disk that folds case alone tells forms apart, and the reverse', () => {
  const formOnly = localNames('posix', { foldsForm: true });
  expect(windows.key('caf\u00e9')).not.toBe(windows.key('cafe\u0301'));
  expect(windows.key('A')).toBe(windows.key('a'));
  expect(formOnly.key('caf\u00e9')).toBe(formOnly.key('cafe\u0301'));
  expect(formOnly.key('A')).not.toBe(formOnly.key('a'));
});
