import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ComparedLine, compareTexts, pairLines } from './compare-texts.ts';
import { COMPARED_EDITS_MAX } from './limits.ts';

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join('');
const told = (line: ComparedLine) => (line.kind === 'gap' ? `gap ${line.count}` : `${line.kind} ${line.text}`);

test('a line that was changed is taken out and added, with three lines around it', () => {
  const compared = compareTexts(lines(20), lines(20).replace('line 10\n', 'another\n'));
  expect(compared?.map(told)).toEqual([
    'gap 7',
    'same line 7',
    'same line 8',
    'same line 9',
    'removed line 10',
    'added another',
    'same line 11',
    'same line 12',
    'same line 13',
    'gap 6',
  ]);
});

test('what replaces a line stands beside it, and what was only added stands alone', () => {
  const compared = compareTexts('a\nb\nc\nd\n', 'a\nB\nB2\nd\n');
  const sides = pairLines(compared ?? []).map(({ before, after }) => [
    before === undefined ? '' : told(before),
    after === undefined ? '' : told(after),
  ]);
  expect(sides).toEqual([
    ['same a', 'same a'],
    ['removed b', 'added B'],
    ['removed c', 'added B2'],
    ['same d', 'same d'],
  ]);
  const added = pairLines(compareTexts('a\n', 'a\nb\n') ?? []);
  expect(added.map(({ before, after }) => [before?.kind, after?.kind])).toEqual([
    ['same', 'same'],
    [undefined, 'added'],
  ]);
});

test('ends of lines are no difference, and equal texts have none', () => {
  expect(compareTexts('a\r\nb\r\n', 'a\nb')).toEqual([]);
});

test('texts that have hardly a line in common are not compared', () => {
  expect(compareTexts(lines(COMPARED_EDITS_MAX), lines(COMPARED_EDITS_MAX, 100_000))).toBeUndefined();
});

describe('whatever two texts hold', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((words) => words.join('\n'));

  test('each line that is told stands at its number in its text, and all differences are told', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const compared = compareTexts(before, after) ?? [];
        const [old, young] = [before.split('\n'), after.split('\n')];
        for (const line of compared) {
          if ('text' in line && 'before' in line) expect(old[line.before - 1]).toBe(line.text);
          if ('text' in line && 'after' in line) expect(young[line.after - 1]).toBe(line.text);
        }
        const count = (kind: ComparedLine['kind']) => compared.filter((line) => line.kind === kind).length;
        const length = (all: string) => all.replace(/\n$/, '').split('\n').length - (all === '' ? 1 : 0);
        if (compared.length > 0) expect(count('added') - count('removed')).toBe(length(after) - length(before));
      }),
    );
  });

  test('two columns hold each line once, in the order of its text', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const compared = compareTexts(before, after) ?? [];
        const pairs = pairLines(compared);
        const left = pairs.flatMap((pair) => pair.before ?? []);
        const right = pairs.flatMap((pair) => pair.after ?? []);
        expect(left).toEqual(compared.filter(({ kind }) => kind !== 'added'));
        expect(right).toEqual(compared.filter(({ kind }) => kind !== 'removed'));
      }),
    );
  });
});
