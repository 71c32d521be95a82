import { expect, test } from '@jest/globals';
import { nameDefect } from '@syncline/protocol';
import fc from 'fast-check';
import { nameProblem } from './name-problem.ts';

test.each([
  ['', 'nameEmpty'],
  ['  ', 'nameEmpty'],
  ['..', 'nameDots'],
  ['a/b', 'nameSlash'],
  ['a\u0007', 'nameControl'],
  ['\ud800', 'nameControl'],
  ['x'.repeat(256), 'nameLong'],
  ['there', 'nameTaken'],
  ['free', undefined],
])('%j is answered with %s', (name, problem) => {
  expect(nameProblem(name, new Set(['there']))).toBe(problem);
});

test('whatever passes here is a name for the service', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      if (nameProblem(name, new Set()) === undefined) expect(nameDefect(name)).toBeUndefined();
    }),
  );
});
