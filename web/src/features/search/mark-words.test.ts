import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { markWords } from './mark-words.ts';

const marked = (text: string, query: string) =>
  markWords(text, query)
    .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
    .join('');

test.each([
  ['Annual report 2026.pdf', 'rep', 'Annual [rep]ort 2026.pdf'],
  ['Annual report 2026.pdf', 'REPORT annual', '[Annual] [report] 2026.pdf'],
  ['Résumé.doc', 'resu', '[Résu]mé.doc'],
  ['Re\u0301sume\u0301.doc', 'resume', '[Re\u0301sume\u0301].doc'],
  ['no-match-here.txt', 'atch', 'no-match-here.txt'],
  ['draft final.txt', 'final -draft', 'draft [final].txt'],
  ['a "quoted phrase".txt', '"quoted phrase"', 'a "[quoted] [phrase]".txt'],
  ['anything', '', 'anything'],
])('in %j for %j', (text, query, expected) => {
  expect(marked(text, query)).toBe(expected);
});

test('the parts are the text again, whatever is looked for', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (name, query) => {
      expect(
        markWords(name, query)
          .map((part) => part.text)
          .join(''),
      ).toBe(name);
    }),
  );
});
