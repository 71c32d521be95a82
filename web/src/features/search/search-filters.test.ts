import { expect, test } from '@jest/globals';
import { SearchQuery } from '@syncline/protocol';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { readFilters, searchQuery, writeFilters } from './search-filters.ts';

test('an address says what is searched for, and what it does not say is any', () => {
  expect(readFilters('q=annual+report&type=pdf')).toEqual({
    q: 'annual report',
    type: 'pdf',
    age: 'any',
    owner: 'any',
    sort: 'relevance',
  });
});

test('what cannot be read in an address is as if it was not there', () => {
  expect(readFilters('type=nonsense&age=century&sort=&q=x')).toEqual(readFilters('q=x'));
});

test('an address that was written is read as it was meant', () => {
  const filters = fc.record({
    q: fc.string({ unit: 'grapheme', maxLength: 20 }),
    type: fc.constantFrom('pdf' as const, 'folder' as const, undefined),
    age: fc.constantFrom('any' as const, 'week' as const),
    owner: fc.constantFrom('any' as const, 'others' as const),
    sort: fc.constantFrom('relevance' as const, 'size' as const),
  });
  fc.assert(fc.property(filters, (given) => expect(readFilters(writeFilters(given))).toEqual(given)));
});

test('the service takes each request, and a week ends where it began', () => {
  const query = searchQuery(readFilters('q=x&age=week&owner=me&sort=name&type=image'), Date.UTC(2026, 0, 8));
  expect(query).toEqual({
    q: 'x',
    type: 'image',
    modifiedFrom: '2026-01-01T00:00:00.000Z',
    owner: 'me',
    sort: 'name',
  });
  expect(z.safeParse(SearchQuery, query).success).toBe(true);
});
