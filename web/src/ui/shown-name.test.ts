import { expect, test } from '@jest/globals';
import { shownName } from './shown-name.ts';

test.each([
  ['photo\u202egpj.exe', 'photo[U+202E]gpj.exe'],
  ['a\u2066b\u2069', 'a[U+2066]b[U+2069]'],
  ['\u200ereport\u200f.pdf', '[U+200E]report[U+200F].pdf'],
  ['a\u001b[2J\u0085', 'a[U+001B][2J[U+0085]'],
  ['re\u200bport\u00ad.pdf', 're[U+200B]port[U+00AD].pdf'],
])('%j is shown as %s', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});

test.each(['report.pdf', 'תמונה.jpg', 'می\u200cخواهم', '👩\u200d👧', ''])('%j is shown as it is', (name) => {
  expect(shownName(name)).toBe(name);
});
