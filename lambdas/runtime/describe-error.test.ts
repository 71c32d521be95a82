import { expect, test } from '@jest/globals';
import { describeError } from './describe-error.ts';
import { CAUSES_MAX, STACK_FRAMES_MAX } from './limits.ts';
import { UnavailableError } from './unavailable-error.ts';

test('the words of our own errors are kept, those of others are not', () => {
  const cause = new TypeError('cannot read secret.txt');
  const described = describeError(new UnavailableError('the table did not answer', { cause }));
  expect(described).toMatchObject({
    name: 'UnavailableError',
    message: 'the table did not answer',
    causes: ['TypeError'],
  });
  expect(JSON.stringify(described)).not.toContain('secret');
  expect(JSON.stringify(describeError(cause))).not.toContain('secret');
});

test('a message of several lines hides nothing among the frames', () => {
  const described = describeError(new Error('line\nsecret.txt\nend'));
  expect(described.frames.length).toBeGreaterThan(0);
  expect(JSON.stringify(described)).not.toContain('secret');
});

test('frames and causes are bounded', () => {
  let error = new Error('first');
  for (let depth = 0; depth < 2 * CAUSES_MAX; depth++) error = new Error('next', { cause: error });
  error.stack = `Error\n${'    at call (file.ts:1:1)\n'.repeat(100)}`;
  const described = describeError(error);
  expect(described.frames.length).toBe(STACK_FRAMES_MAX);
  expect(described.causes?.length).toBe(CAUSES_MAX);
});

test('whatever else is thrown is named by its type alone', () => {
  expect(describeError('secret.txt')).toEqual({ name: 'string', frames: [] });
});
