import { expect, test } from '@jest/globals';
import { sayFrom } from './catalogue-texts.ts';

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
