import { describe, expect, test } from '@jest/globals';
import { nameDefect, utf8Length } from '@syncline/protocol';
import fc from 'fast-check';
import type { DiskKind, DiskNameRules } from './disk-name-rules.ts';
import { type LocalNames, localNames } from './local-names.ts';

const DISKS: readonly (readonly [string, DiskKind, Partial<DiskNameRules>])[] = [
  ['posix', 'posix', {}],
  ['posix that folds', 'posix', { foldsCase: true, foldsForm: true }],
  ['apple', 'apple', {}],
  ['windows', 'windows', {}],
  ['vfat under linux', 'posix', { foldsCase: true, refusedCharacters: '"*:<>?|\\', lengthUnit: 'utf16-units' }],
  ['short names', 'posix', { lengthMax: 143 }],
  ['refusing, in bytes', 'posix', { refusedCharacters: '?:', refusesEnds: true }],
];

/** What matters to the mapping comes often, above all next to each other. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('\u201b', '.', ' ', '1', '20', '~0123456789abv', '~0123456789ABV') },
  { weight: 3, arbitrary: fc.constantFrom('?', '？', ':', '：', '\\', '＼', '"', '|', '*', '<', '>', '＜') },
  { weight: 2, arbitrary: fc.constantFrom('CON', 'nul', 'COM1', 'lpt²', 'CONOUT$', '.txt', 'a', 'A') },
  { weight: 1, arbitrary: fc.constantFrom('caf\u00e9', 'cafe\u0301', '\u{1F600}', 'n'.repeat(60), '？'.repeat(20)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }) },
);
const anyText = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));
const shortName = anyText.filter((candidate) => nameDefect(candidate) === undefined);
/** Up to the very limit, and nearly so. */
const longName = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 250 }), fc.integer({ min: 100, max: 255 }))
  .map(([pieces, bytesMax]) => {
    let long = '';
    for (const character of pieces.join('')) if (utf8Length(long + character) <= bytesMax) long += character;
    return long;
  })
  .filter((candidate) => nameDefect(candidate) === undefined);
const anyName = fc.oneof(shortName, longName);

const NOT_ON_WINDOWS =
  /[<>:"|?*\\]|[. ]$|^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9\u00b9\u00b2\u00b3]|LPT[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;

function rulesOf(kind: DiskKind, known: Partial<DiskNameRules>) {
  const isWindows = kind === 'windows';
  const unit = known.lengthUnit ?? (isWindows ? 'utf16-units' : 'utf8-bytes');
  const refused = known.refusedCharacters ?? (isWindows ? '<>:"|?*\\' : '');
  return {
    holds(localName: string): boolean {
      const length = unit === 'utf8-bytes' ? utf8Length(localName) : localName.length;
      const isRefused =
        (isWindows && NOT_ON_WINDOWS.test(localName)) || (known.refusesEnds === true && /[. ]$/.test(localName));
      return (
        length <= (known.lengthMax ?? 255) && !isRefused && !refused.split('').some((one) => localName.includes(one))
      );
    },
  };
}

describe.each(DISKS)('on a disk of the kind: %s', (_, kind, known) => {
  const names = localNames(kind, known);
  const rules = rulesOf(kind, known);

  test('a local name is one that the disk can hold, and tells the name unless it is shortened', () => {
    fc.assert(
      fc.property(anyName, (one) => {
        const local = names.toLocal(one);
        expect(nameDefect(one)).toBeUndefined();
        expect([local, rules.holds(local)]).toEqual([local, true]);
        if (!names.isShortened(local)) expect(names.toName(local)).toBe(one);
      }),
      { numRuns: 1000 },
    );
  });

  test('what somebody calls a file there comes back as it was, and is not refused because of us', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, longName), (local) => {
        fc.pre(rules.holds(local) && local !== '.' && local !== '..' && !local.includes('/'));
        const read = names.toName(local);
        if (nameDefect(local) === undefined) expect(nameDefect(read)).toBeUndefined();
        fc.pre(nameDefect(read) === undefined && !names.isShortened(local));
        if (!isTwinOf(names, read, local)) expect(names.toLocal(read)).toBe(local);
      }),
      { numRuns: 1000 },
    );
  });

  test('different names have different local names, and shortened ones do too', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { minLength: 2, maxLength: 12 }), (all) => {
        expect(new Set(all.map((one) => names.toLocal(one))).size).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });

  test("a twin's name is nobody's own, tells whose it is unless it is shortened, and differs for every attempt", () => {
    fc.assert(
      fc.property(anyName, anyName, fc.integer({ min: 1, max: 99_999 }), (one, other, attempt) => {
        const twin = names.twin(one, attempt);
        expect([twin, rules.holds(twin)]).toEqual([twin, true]);
        expect(twin).not.toBe(names.twin(one, (attempt % 99_999) + 1));
        if (kind === 'posix' && Object.keys(known).length === 0) return;
        expect(names.toLocal(other)).not.toBe(twin);
        if (nameDefect(twin) === undefined) expect(names.toLocal(twin)).not.toBe(twin);
        if (!names.isShortened(twin)) expect(names.toName(twin)).toBe(one);
      }),
      { numRuns: 1000 },
    );
  });

  test('a key is its own key', () => {
    const any = fc.oneof(anyName, fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(any, (one) => expect(names.key(names.key(one))).toBe(names.key(one))),
      { numRuns: 300 },
    );
  });
});

test('every short text of the characters that mean something is told apart, in both directions', () => {
  const names = localNames('windows');
  const all = textsOf(['\u201b', '.', ' ', '1', '?', '？', 'a'], 5).filter((one) => nameDefect(one) === undefined);
  const locals = new Map(all.map((one) => [names.toLocal(one), one]));
  const twins = new Map(all.map((one) => [names.twin(one, 1), one]));
  expect(locals.size + twins.size).toBe(2 * all.length);
  for (const [local, one] of [...locals, ...twins]) if (names.toName(local) !== one) expect(local).toBe(one);
  for (const local of all.filter((one) => !NOT_ON_WINDOWS.test(one))) {
    const read = names.toName(local);
    expect([local, names.toLocal(read) === local || isTwinOf(names, read, local)]).toEqual([local, true]);
  }
});

function isTwinOf(names: LocalNames, name: string, local: string): boolean {
  const attempts = [...local.matchAll(/\u201b([1-9][0-9]{0,4})/g)].map(([, digits]) => Number(digits));
  return attempts.some((attempt) => names.twin(name, attempt) === local);
}

function textsOf(characters: readonly string[], lengthMax: number): readonly string[] {
  let longest = [''];
  const all: string[] = [];
  for (let length = 1; length <= lengthMax; length++) {
    longest = longest.flatMap((text) => characters.map((character) => text + character));
    all.push(...longest);
  }
  return all;
}
