import { DAY_MS, FileType, SEARCH_CHARS_MAX, type SearchQuery } from '@syncline/protocol';

export const SEARCH_SORTS = ['relevance', 'name', 'modified', 'size'] as const;
export const SEARCH_OWNERS = ['any', 'me', 'others'] as const;
export const SEARCH_AGES = ['any', 'week', 'month', 'year'] as const;

/** What is searched for, as it stands in the address. */
export interface SearchFilters {
  readonly q: string;
  readonly type: FileType | undefined;
  readonly age: (typeof SEARCH_AGES)[number];
  readonly owner: (typeof SEARCH_OWNERS)[number];
  readonly sort: (typeof SEARCH_SORTS)[number];
}

const DAYS = { week: 7, month: 31, year: 366 } as const;

/** Reads what is searched for from the query of an address; what cannot be read is as if it was not there. */
export function readFilters(query: string): SearchFilters {
  const given = new URLSearchParams(query);
  return {
    q: (given.get('q') ?? '').slice(0, SEARCH_CHARS_MAX),
    type: oneOf(FileType.options, given.get('type')),
    age: oneOf(SEARCH_AGES, given.get('age')) ?? 'any',
    owner: oneOf(SEARCH_OWNERS, given.get('owner')) ?? 'any',
    sort: oneOf(SEARCH_SORTS, given.get('sort')) ?? 'relevance',
  };
}

/** The query of the address for what is searched for, without what is as it is anyway. */
export function writeFilters(filters: SearchFilters): string {
  const query = new URLSearchParams();
  if (filters.q !== '') query.set('q', filters.q);
  if (filters.type !== undefined) query.set('type', filters.type);
  if (filters.age !== 'any') query.set('age', filters.age);
  if (filters.owner !== 'any') query.set('owner', filters.owner);
  if (filters.sort !== 'relevance') query.set('sort', filters.sort);
  return query.toString();
}

/** The request for what is searched for. `nowMs` is when "within a week" is counted from. */
export function searchQuery(
  { q, type, age, owner, sort }: SearchFilters,
  nowMs: number,
): Pick<SearchQuery, 'q' | 'type' | 'modifiedFrom' | 'owner' | 'sort'> {
  return {
    ...(q.trim() === '' ? {} : { q }),
    ...(type === undefined ? {} : { type }),
    ...(age === 'any' ? {} : { modifiedFrom: new Date(nowMs - DAYS[age] * DAY_MS).toISOString() }),
    ...(owner === 'any' ? {} : { owner }),
    ...(sort === 'relevance' ? {} : { sort }),
  };
}

function oneOf<T extends string>(values: readonly T[], given: string | null): T | undefined {
  return values.find((value) => value === given);
}
