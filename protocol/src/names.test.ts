import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conflictedName, NAME_KEY_BYTES_MAX, nameDefect, nameKey, parseConflictedName, utf8Length } from './names.ts';

test('names that some disk would take for one are different names to the service', () => {
  const names = ['Straße.TXT', 'STRASSE.txt', 'cafe\u0301', 'caf\u00e9', 'notes', 'notes.', 'Notes', 'notes '];
  expect(new Set(names.map(nameKey)).size).toBe(names.length);
});

test('the key of a name is within its limit', () => {
  const longest = `${'\u{1f989}'.repeat(63)}abc`;
  expect(nameDefect(longest)).toBeUndefined();
  expect(utf8Length(nameKey(longest))).toBe(NAME_KEY_BYTES_MAX);
});

test.each(['', '.', '..', 'a/b', 'a\u0000b', 'tab\tbed', '\ud800', 'é'.repeat(128)])(
  '%j is refused as a name',
  (name) => {
    expect(nameDefect(name)).toBeDefined();
  },
);

test('a conflicted copy of any legal name has a legal name and keeps the extension', () => {
  const names = fc
    .tuple(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
      fc.constantFrom('', '.pdf', `.${'x'.repeat(31)}`),
    )
    .map((parts) => parts.join(''))
    .filter((name) => nameDefect(name) === undefined);
  fc.assert(
    fc.property(
      names,
      fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), fc.constant('漢'.repeat(64))),
      fc.integer({ min: 1, max: 99 }),
      (name, deviceName, attempt) => {
        const copy = conflictedName({ name, deviceName, at: new Date(0), attempt });
        expect(nameDefect(copy)).toBeUndefined();
        expect(utf8Length(copy)).toBeLessThanOrEqual(255);
        expect(copy).not.toMatch(/^ \(conflicted/);
      },
    ),
  );
  expect(conflictedName({ name: 'a.pdf', deviceName: 'desk', at: new Date(0), attempt: 2 })).toBe(
    'a (conflicted copy from desk 1970-01-01 000000 2).pdf',
  );
});

test('the name of a conflicted copy tells the file, the device and the moment', () => {
  const names = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((name) => nameDefect(name) === undefined);
  const moments = fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(names, moments, fc.integer({ min: 1, max: 99 }), (name, moment, attempt) => {
      const at = new Date(Math.floor(moment.getTime() / 1000) * 1000);
      const copy = conflictedName({ name, deviceName: 'Ada’s (old) desk', at, attempt });
      expect(parseConflictedName(copy)).toEqual({ name, deviceName: 'Ada’s (old) desk', at });
    }),
  );
  expect(parseConflictedName('report (1).pdf')).toBeUndefined();
});
