import { expect, test } from '@jest/globals';
import { LinkEnd } from '@syncline/protocol';
import { describeRefusal } from './describe-refusal.ts';

/** Says which text is said, and with what. */
const texts = {
  language: 'en' as const,
  locale: 'en-GB',
  say: (text: string, values = {}) => [text, ...Object.values(values)].join(' '),
};

test.each(LinkEnd.options)('a link that has ended as %s says why, in words of its own', (end) => {
  const { title } = describeRefusal({ code: 'link_ended', details: { end } }, texts);
  expect(title).toBe(`link.${end}Title`);
});

test('who must wait is told for how many minutes, rounded up', () => {
  const { text } = describeRefusal({ code: 'rate_limited', details: { retryAfterSeconds: 61 } }, texts);
  expect(text).toBe('link.waitText 2');
});

test('an address that is none and a link that is none are the same, and what fails otherwise is no fault of the link', () => {
  for (const code of ['not_found', 'invalid_request'] as const)
    expect(describeRefusal({ code }, texts).title).toBe('link.unknownTitle');
  expect(describeRefusal({ code: 'unavailable' }, texts).title).toBe('link.failedTitle');
});
