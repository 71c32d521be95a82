import { FACET_VALUES_MAX, PASSAGE_CHARS, PASSAGES_MAX } from './limits.ts';
import { nameWords } from './name-words.ts';
import type { IndexQuery, QueryFilter, QueryTerm, SearchSort } from './search-index.ts';

type Clause = Readonly<Record<string, unknown>>;

/** Around what was found in a text. Texts have no control characters, so these cannot stand in one. */
export const MATCH_START = '\u0002';
export const MATCH_END = '\u0003';

/** How much more a word of a name says than one of a text, and of a folder above. */
const NAME_BOOST = 4;
const TYPO_BOOST = 0.5;
/** Terms that one misspelt or unfinished word may stand for, and those of one query; the index refuses queries of more than 1024. */
const EXPANSIONS_MAX = 50;
const EXPANSIONS_OF_ALL_MAX = 400;
/** Words with fewer characters are not looked for with typing errors: too many others are close. */
const TYPO_CHARS_MIN = 4;

/**
 * The search request of a query. Words of people only ever stand in values, never in a query language, so there is nothing to inject.
 * Whatever is searched for, only documents of the named namespaces are found, counted or scored.
 */
export function queryBody(query: IndexQuery): Clause {
  const { terms, excluded, filter, sort, limit, after } = query;
  const words = terms.flatMap(({ text }) => nameWords(text)).length;
  const expansions = Math.max(1, Math.min(EXPANSIONS_MAX, Math.floor(EXPANSIONS_OF_ALL_MAX / Math.max(1, words))));
  return {
    size: limit,
    track_total_hits: true,
    _source: ['namespaceId', 'nodeId', 'path'],
    query: {
      bool: {
        filter: [{ terms: { namespaceId: query.namespaceIds } }, ...filterClauses(filter)],
        must: terms.map((term) => termClause(term, expansions)),
        // What is only similar is not what somebody does not want.
        must_not: excluded.map((term) => termClause(term, 0)),
      },
    },
    sort: sortClauses(sort, terms.length > 0),
    ...(after === undefined ? {} : { search_after: after }),
    ...(after === undefined ? { aggs: FACETS } : {}),
    ...(terms.length === 0 ? {} : { highlight: highlightOf(terms) }),
  };
}

const FACETS = {
  types: { terms: { field: 'type', size: FACET_VALUES_MAX } },
  extensions: { terms: { field: 'extension', size: FACET_VALUES_MAX } },
} as const;

/** One condition of the text: somewhere in the name, above it, or in the content. Without `expansions` words are as they are written. */
function termClause(term: QueryTerm, expansions: number): Clause {
  return { bool: { should: [...nameClauses(term, expansions), ...textClauses(term)], minimum_should_match: 1 } };
}

function nameClauses({ kind, text }: QueryTerm, expansions: number): readonly Clause[] {
  const words = nameWords(text);
  if (words.length === 0) return [];
  const joined = words.join(' ');
  if (kind === 'phrase') {
    return [
      { match_phrase: { nameWords: { query: joined, boost: NAME_BOOST } } },
      { match_phrase: { pathWords: { query: joined } } },
    ];
  }
  const clauses: Clause[] = [
    { match: { nameWords: { query: joined, operator: 'and', boost: NAME_BOOST } } },
    { match: { pathWords: { query: joined, operator: 'and' } } },
  ];
  if (kind === 'prefix') clauses.push(prefixClause(words));
  if (expansions > 0 && words.every((word) => word.length >= TYPO_CHARS_MIN)) {
    const fuzzy = { fuzziness: 'AUTO', prefix_length: 1, max_expansions: expansions, boost: TYPO_BOOST };
    clauses.push({ match: { nameWords: { query: joined, operator: 'and', ...fuzzy } } });
  }
  return clauses;
}

/** All words but the last as they are, and the last one as far as it was typed. */
function prefixClause(words: readonly string[]): Clause {
  const last = words.at(-1) ?? '';
  const whole = words.slice(0, -1);
  return {
    bool: {
      must: [
        ...whole.map((word) => ({ term: { nameWords: word } })),
        { prefix: { nameWords: { value: last, boost: NAME_BOOST } } },
      ],
    },
  };
}

function textClauses({ kind, text }: QueryTerm): readonly Clause[] {
  if (kind === 'phrase') return [{ match_phrase: { text: { query: text } } }];
  if (kind === 'word') return [{ match: { text: { query: text, operator: 'and' } } }];
  return [{ match_bool_prefix: { text: { query: text, operator: 'and', max_expansions: EXPANSIONS_MAX } } }];
}

function filterClauses(filter: QueryFilter): readonly Clause[] {
  const { type, extension, folderId, modifiedFrom, modifiedTo, sizeMin, sizeMax, isTrashed } = filter;
  const clauses: Clause[] = [{ term: { isTrashed } }];
  if (type !== undefined) clauses.push({ term: { type } });
  if (extension !== undefined) clauses.push({ term: { extension } });
  if (folderId !== undefined) clauses.push({ term: { aboveIds: folderId } });
  const modified = {
    ...(modifiedFrom === undefined ? {} : { gte: modifiedFrom }),
    ...(modifiedTo === undefined ? {} : { lte: modifiedTo }),
  };
  if (Object.keys(modified).length > 0) clauses.push({ range: { modifiedAt: modified } });
  const size = {
    ...(sizeMin === undefined ? {} : { gte: sizeMin }),
    ...(sizeMax === undefined ? {} : { lte: sizeMax }),
  };
  if (Object.keys(size).length > 0) clauses.push({ range: { size } });
  return clauses;
}

/** The id ends every order, so that pages neither repeat nor miss what is equal. */
function sortClauses(sort: SearchSort, hasTerms: boolean): readonly Clause[] {
  const byId = { nodeId: 'asc' };
  if (sort === 'name' || (sort === 'relevance' && !hasTerms)) return [{ sortName: 'asc' }, byId];
  if (sort === 'modified') return [{ modifiedAt: 'desc' }, byId];
  if (sort === 'size') return [{ size: 'desc' }, byId];
  return [{ _score: 'desc' }, byId];
}

function highlightOf(terms: readonly QueryTerm[]): Clause {
  return {
    pre_tags: [MATCH_START],
    post_tags: [MATCH_END],
    fields: {
      text: {
        type: 'unified',
        number_of_fragments: PASSAGES_MAX,
        fragment_size: PASSAGE_CHARS,
        highlight_query: { bool: { should: terms.flatMap(textClauses) } },
      },
    },
  };
}
