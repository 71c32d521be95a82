import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NAME_BYTES_MAX } from './limits.ts';
import { conflictedName, NAME_KEY_BYTES_MAX, nameDefect, nameKey, utf8Length } from './names.ts';

test('names that differ only in case, Unicode form or trailing dots are one name in a folder', () => {
  expect(nameKey('Straße.TXT')).toBe(nameKey('STRASSE.txt'));
  expect(nameKey('cafe\u0301')).toBe(nameKey('café'));
  expect(nameKey('notes. .')).toBe(nameKey('Notes'));
  expect(nameKey('...')).not.toBe('');
});

test('the key of a name is at most three times as long, whatever its characters', () => {
  const longest = { times: 0 };
  // Beyond these planes no character has a case or parts.
  for (let point = 0x20; point <= 0x2ffff; point++) {
    const character = String.fromCodePoint(point);
    if (nameDefect(character) !== undefined) continue;
    longest.times = Math.max(longest.times, utf8Length(nameKey(character)) / utf8Length(character));
  }
  expect(longest.times).toBe(NAME_KEY_BYTES_MAX / NAME_BYTES_MAX);
});

test('the key of a key is that key', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => nameKey(nameKey(name)) === nameKey(name)));
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
