import { expect, test } from '@jest/globals';
import { TOASTS_MAX } from './limits.ts';
import { type Toast, withToast } from './toast-stack.ts';

const problem = (text: string): Toast => ({ text, isProblem: true });
const shownAfter = (toasts: readonly Toast[]): readonly string[] =>
  toasts.reduce<readonly Toast[]>(withToast, []).map(({ text }) => text);

test('what went well pushes out no problem', () => {
  const done = Array.from({ length: TOASTS_MAX + 2 }, (_, index) => ({ text: `done ${index}` }));
  expect(shownAfter([problem('refused'), ...done])).toEqual(['refused', 'done 2', 'done 3', 'done 4']);
});

test('a problem pushes out nothing that can still be undone', () => {
  const problems = Array.from({ length: TOASTS_MAX + 1 }, (_, index) => problem(`refused ${index}`));
  expect(shownAfter([{ text: 'deleted' }, ...problems])).toEqual(['deleted', 'refused 1', 'refused 2', 'refused 3']);
});

test('a problem that is said again is shown once, as the newest', () => {
  expect(shownAfter([problem('a'), problem('b'), problem('a')])).toEqual(['b', 'a']);
});
