import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { decodeAnswer } from './decode-answer.ts';

const Answer = z.strictObject({
  name: z.string(),
  parts: z.array(z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('a'), size: z.int() })])),
});

test('members that a client does not know are left out, wherever they stand, and what was answered stays as it is', () => {
  const answered = { name: 'x', more: 1, parts: [{ kind: 'a', size: 1, more: { inner: 2 } }] };
  const before = structuredClone(answered);
  expect(decodeAnswer(Answer, answered)).toEqual({
    success: true,
    data: { name: 'x', parts: [{ kind: 'a', size: 1 }] },
  });
  expect(answered).toEqual(before);
});

test.each([
  ['a member is missing', { parts: [], more: 1 }],
  ['a member is of another type', { name: 1, parts: [], more: 1 }],
  ['a kind is not known', { name: 'x', parts: [{ kind: 'b', size: 1 }] }],
  ['it is no object', 'x'],
])('what does not fit otherwise is refused: %s', (_, answered) => {
  expect(decodeAnswer(Answer, answered).success).toBe(false);
});
