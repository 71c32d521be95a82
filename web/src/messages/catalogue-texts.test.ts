import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sayFrom } from './catalogue-texts.ts';
import type english from './en/link.json';

const catalogue = { one: 'Moved {{name}} to {{folder}}', files_one: '{{count}} file', files_other: '{{count}} files' };
const say = sayFrom('en', catalogue);

test('values stand in the places of a text, and a value that is not given leaves its place empty', () => {
  expect(say('one', { name: 'a.txt', folder: 'Photos' })).toBe('Moved a.txt to Photos');
  expect(say('one', { name: 'a.txt' })).toBe('Moved a.txt to ');
});

test('what is put into a text is not read as a text with places itself', () => {
  expect(say('one', { name: '{{folder}}', folder: '$&' })).toBe('Moved {{folder}} to $&');
});

test('a character of a value that is seen nowhere stands there as its number', () => {
  expect(say('one', { name: 'gpj\u202eexe', folder: 'b' })).toBe('Moved gpj[U+202E]exe to b');
});

test('a value that is written from the right turns nothing around it, and any other stands there as it is', () => {
  expect(say('one', { name: 'דוח', folder: '3 b' })).toBe('Moved \u2068דוח\u2069 to 3 b');
});

test.each([
  [0, '0 files'],
  [1, '1 file'],
  [2, '2 files'],
])('%d is counted as %j', (count, text) => {
  expect(say('files', { count })).toBe(text);
});

test('a language that has more forms than a catalogue takes the last one', () => {
  expect(sayFrom('es', catalogue)('files', { count: 1_000_000 })).toBe('1000000 files');
});

test.each([
  ['en', 'This link allows 1 more download, and the folder has 3 files.'],
  ['de', 'Dieser Link erlaubt noch 1 Download, und im Ordner sind 3 Dateien.'],
  ['es', 'Este enlace permite 1 descarga más, y la carpeta tiene 3 archivos.'],
])('in %s, a link with one download left says so of one', (language, text) => {
  const link = JSON.parse(readFileSync(new URL(`${language}/link.json`, import.meta.url), 'utf8')) as typeof english;
  expect(sayFrom(language, link)('link.zipUses', { count: 1, files: 3 })).toBe(text);
});
