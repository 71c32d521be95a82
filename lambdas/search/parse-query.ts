import { QUERY_TERMS_MAX } from './limits.ts';
import type { QueryTerm } from './search-index.ts';

export interface ParsedQuery {
  readonly terms: readonly QueryTerm[];
  readonly excluded: readonly QueryTerm[];
  /** More was asked than is looked for. */
  readonly isTooLong: boolean;
}

/** `-` before a word or a phrase, then the phrase in quotes, or a run without spaces. A quote that is not closed ends with the text. */
const PART = /(?<minus>-?)(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/gu;
const HAS_WORD = /[\p{L}\p{N}]/u;

/**
 * Takes a text apart into what is to be there and what is not. There is no more language than words, phrases and `-`: every other character
 * only parts words. The last word is unfinished unless something follows it.
 */
export function parseQuery(text: string): ParsedQuery {
  const terms: QueryTerm[] = [];
  const excluded: QueryTerm[] = [];
  for (const { groups, index, 0: whole } of text.toWellFormed().matchAll(PART)) {
    const { minus, phrase, word } = groups ?? {};
    const part = phrase ?? word ?? '';
    if (!HAS_WORD.test(part)) continue;
    const isLast = index + whole.length === text.length;
    if (phrase !== undefined) (minus === '-' ? excluded : terms).push({ kind: 'phrase', text: part });
    else if (minus === '-') excluded.push({ kind: 'word', text: part });
    else terms.push({ kind: isLast ? 'prefix' : 'word', text: part });
  }
  const isTooLong = terms.length + excluded.length > QUERY_TERMS_MAX;
  return { terms: terms.slice(0, QUERY_TERMS_MAX), excluded: excluded.slice(0, QUERY_TERMS_MAX), isTooLong };
}
