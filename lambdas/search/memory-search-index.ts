import { assert, type NodeId } from '@syncline/protocol';
import { DOCUMENTS_AT_ONCE, FACET_VALUES_MAX, PASSAGE_CHARS } from './limits.ts';
import { foldWord, nameWords } from './name-words.ts';
import type {
  FacetValue,
  IndexAnswer,
  IndexChange,
  IndexedNode,
  IndexedText,
  IndexHit,
  IndexQuery,
  PassagePart,
  QueryFilter,
  QueryTerm,
  SearchDocument,
  SearchIndex,
  TextDescription,
} from './search-index.ts';

interface Row {
  readonly version: number;
  readonly document?: SearchDocument;
}

/** Nodes in the memory of one process. Finds what the real index finds, but for typing errors, and scores nothing. */
export class MemorySearchIndex implements SearchIndex {
  readonly #rows = new Map<string, Row>();

  async apply(changes: readonly IndexChange[]): Promise<void> {
    assert(changes.length <= DOCUMENTS_AT_ONCE, 'changes are applied in batches');
    for (const change of changes) {
      const key = rowKey(change.kind === 'put' ? change.document : change);
      const { version } = change;
      if ((this.#rows.get(key)?.version ?? -1) > version) continue;
      this.#rows.set(key, change.kind === 'put' ? { version, document: change.document } : { version });
    }
  }

  async describeTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, TextDescription>> {
    const texts = [...(await this.getTexts(nodes))];
    return new Map(
      texts.map(([nodeId, { contentHash, text }]) => [nodeId, { contentHash, bytes: Buffer.byteLength(text ?? '') }]),
    );
  }

  async findText({ namespaceId, contentHash }: Parameters<SearchIndex['findText']>[0]) {
    return this.documents().find(
      (document) => document.namespaceId === namespaceId && document.text?.contentHash === contentHash,
    )?.text;
  }

  async getTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, IndexedText>> {
    const texts = new Map<NodeId, IndexedText>();
    for (const node of nodes) {
      const text = this.#rows.get(rowKey(node))?.document?.text;
      if (text !== undefined) texts.set(node.nodeId, text);
    }
    return texts;
  }

  async listBelow({ namespaceId, folderId, after, limit }: Parameters<SearchIndex['listBelow']>[0]) {
    return [...this.#rows.values()]
      .flatMap(({ version, document }) => (document === undefined ? [] : [{ version, document }]))
      .filter(
        ({ document }) => document.namespaceId === namespaceId && (after === undefined || document.nodeId > after),
      )
      .filter(({ document }) => folderId === undefined || document.aboveIds.includes(folderId))
      .map(({ version, document: { nodeId } }) => ({ nodeId, version }))
      .toSorted((left, right) => (left.nodeId < right.nodeId ? -1 : 1))
      .slice(0, limit);
  }

  async listUnread({ after, limit }: Parameters<SearchIndex['listUnread']>[0]): Promise<readonly IndexedNode[]> {
    return this.documents()
      .filter(({ contentHash, size, text }) => contentHash !== undefined && size > 0 && text === undefined)
      .filter((document) => after === undefined || comparePlaces(idPlace(document), idPlace(after)) > 0)
      .toSorted((left, right) => comparePlaces(idPlace(left), idPlace(right)))
      .slice(0, limit)
      .map(({ namespaceId, nodeId }) => ({ namespaceId, nodeId }));
  }

  async find(query: IndexQuery): Promise<IndexAnswer> {
    assert(query.namespaceIds.length > 0, 'a search is one of some namespaces');
    const { terms, excluded, filter, sort, limit, after } = query;
    const found = this.documents()
      .filter(({ namespaceId }) => query.namespaceIds.includes(namespaceId))
      .filter((document) => passes(document, filter))
      .filter((document) => terms.every((term) => matches(document, term)))
      .filter((document) => !excluded.some((term) => matches(document, term)))
      .map((document) => ({ document, place: [sortValue(document, sort), document.nodeId] }))
      .toSorted((left, right) => comparePlaces(left.place, right.place));
    const page = found.filter(({ place }) => after === undefined || comparePlaces(place, after) > 0).slice(0, limit);
    return {
      hits: page.map(({ document: { namespaceId, nodeId, path, text }, place }) => ({
        namespaceId,
        nodeId,
        path,
        place,
        passages: passagesOf(text?.text ?? '', terms),
      })),
      total: found.length,
      facets: {
        types: facetOf(found.map(({ document }) => document.type)),
        extensions: facetOf(found.flatMap(({ document }) => document.extension ?? [])),
      },
    };
  }

  documents(): readonly SearchDocument[] {
    return [...this.#rows.values()].flatMap(({ document }) => document ?? []);
  }
}

function rowKey({ namespaceId, nodeId }: IndexedNode): string {
  return `${namespaceId}.${nodeId}`;
}

function idPlace({ namespaceId, nodeId }: IndexedNode): readonly string[] {
  return [namespaceId, nodeId];
}

function passes(document: SearchDocument, filter: QueryFilter): boolean {
  const { type, extension, folderId, modifiedFrom, modifiedTo, sizeMin, sizeMax, isTrashed } = filter;
  return (
    document.isTrashed === isTrashed &&
    (type === undefined || document.type === type) &&
    (extension === undefined || document.extension === extension) &&
    (folderId === undefined || document.aboveIds.includes(folderId)) &&
    (modifiedFrom === undefined || Date.parse(document.modifiedAt) >= Date.parse(modifiedFrom)) &&
    (modifiedTo === undefined || Date.parse(document.modifiedAt) <= Date.parse(modifiedTo)) &&
    (sizeMin === undefined || document.size >= sizeMin) &&
    (sizeMax === undefined || document.size <= sizeMax)
  );
}

function matches(document: SearchDocument, term: QueryTerm): boolean {
  const above = document.path.slice(0, document.path.length - document.name.length);
  const text = wordsOf(document.text?.text ?? '').map(({ word }) => word);
  const spoken = wordsOf(term.text).map(({ word }) => word);
  return [
    [nameWords(document.name), nameWords(term.text)],
    [nameWords(above), nameWords(term.text)],
    [text, spoken],
  ].some(([words = [], wanted = []], place) =>
    has(words, wanted, place === 1 && term.kind === 'prefix' ? 'word' : term.kind),
  );
}

/** The words of a text with their places. */
function wordsOf(text: string): readonly { readonly word: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: run, index }) => ({
    word: run.toLowerCase(),
    start: index,
    end: index + run.length,
  }));
}

/** One passage, around the first word of the text that is looked for. */
function passagesOf(text: string, terms: readonly QueryTerm[]): IndexHit['passages'] {
  const wanted = terms.flatMap((term) => {
    const words = wordsOf(term.text);
    return words.map(({ word }, at) => ({ word, isPrefix: term.kind === 'prefix' && at === words.length - 1 }));
  });
  const isMatch = (candidate: string): boolean =>
    wanted.some(({ word, isPrefix }) => (isPrefix ? candidate.startsWith(word) : candidate === word));
  const found = wordsOf(text).filter(({ word }) => isMatch(word));
  const [first] = found;
  if (first === undefined) return [];
  const start = Math.max(0, first.start - PASSAGE_CHARS / 2);
  const end = Math.min(text.length, start + PASSAGE_CHARS);
  const parts: PassagePart[] = [];
  let at = start;
  for (const match of found.filter((one) => one.end <= end)) {
    if (match.start > at) parts.push({ text: text.slice(at, match.start), isMatch: false });
    parts.push({ text: text.slice(match.start, match.end), isMatch: true });
    at = match.end;
  }
  if (at < end) parts.push({ text: text.slice(at, end), isMatch: false });
  return [parts];
}

function has(words: readonly string[], wanted: readonly string[], kind: QueryTerm['kind']): boolean {
  if (wanted.length === 0) return false;
  if (kind === 'phrase') {
    return words.some((_, from) => wanted.every((word, index) => words[from + index] === word));
  }
  return wanted.every((word, index) =>
    kind === 'prefix' && index === wanted.length - 1
      ? words.some((candidate) => candidate.startsWith(word))
      : words.includes(word),
  );
}

/** Ascending in the order that is asked for; what has no score is in the order of names. */
function sortValue(document: SearchDocument, sort: IndexQuery['sort']): string | number {
  if (sort === 'modified') return -Date.parse(document.modifiedAt);
  return sort === 'size' ? -document.size : foldWord(document.name);
}

function comparePlaces(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? '';
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

function facetOf(values: readonly string[]): readonly FacetValue[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((left, right) =>
      left.count === right.count ? (left.value < right.value ? -1 : 1) : right.count - left.count,
    )
    .slice(0, FACET_VALUES_MAX);
}
