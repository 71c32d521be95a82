import type { EngineKind } from './engine-kind.ts';
import { HITS_MAX, PREFIX_CHARS_MAX } from './limits.ts';

/** Counts changes of what stands below: an index of another version is made anew beside the one that serves. */
export const INDEX_VERSION = 1;
/** Readers and writers name these; which indices stand behind them changes while nobody notices. */
export const READ_ALIAS = 'syncline-nodes';
export const WRITE_ALIAS = 'syncline-nodes-write';

/** The name of an index of the present definition. */
export function generationName(number: number): string {
  return `${READ_ALIAS}-v${INDEX_VERSION}-${number}`;
}

/** What the name of an index says; undefined when it is none of ours. */
export function generationNamed(
  name: string,
): { readonly name: string; readonly definition: number; readonly number: number } | undefined {
  const [, definition, number] = new RegExp(`^${READ_ALIAS}-v(\\d+)-(\\d+)$`).exec(name) ?? [];
  if (definition === undefined || number === undefined) return undefined;
  return { name, definition: Number(definition), number: Number(number) };
}

/**
 * How nodes lie in the index: explicit, and of what the core of OpenSearch has, so that it is the same everywhere.
 *
 * Words of names are taken apart by us (name-words.ts), so that a name and a query are taken apart alike, and the analyser has only spaces to
 * split at. Contents are split by Unicode's rules, in whatever language they are. What was removed is remembered for GC_DELETES, so that
 * a change that was under way cannot bring it back.
 * Source: docs/decisions/0150-the-index-follows-the-tables.md
 */
export const indexDefinition = {
  settings: {
    'index.refresh_interval': '1s',
    'index.gc_deletes': '1h',
    'index.max_result_window': HITS_MAX,
    'index.mapping.total_fields.limit': 40,
  },
  mappings: {
    dynamic: 'strict',
    _routing: { required: true },
    properties: {
      namespaceId: { type: 'keyword' },
      nodeId: { type: 'keyword' },
      parentId: { type: 'keyword', index: false, doc_values: false },
      aboveIds: { type: 'keyword', doc_values: false },
      kind: { type: 'keyword', index: false, doc_values: false },
      type: { type: 'keyword' },
      extension: { type: 'keyword' },
      name: { type: 'keyword', index: false, doc_values: false },
      /** For sorting: folded, and short enough for a term. */
      sortName: { type: 'keyword', index: false },
      nameWords: {
        type: 'text',
        analyzer: 'whitespace',
        index_prefixes: { min_chars: 1, max_chars: PREFIX_CHARS_MAX },
      },
      path: { type: 'keyword', index: false, doc_values: false },
      pathWords: { type: 'text', analyzer: 'whitespace', norms: false },
      size: { type: 'long' },
      modifiedAt: { type: 'date' },
      isTrashed: { type: 'boolean' },
      contentHash: { type: 'keyword', index: false, doc_values: false },
      /** The content whose text, or reason why there is none, stands here; and the bytes of the text. */
      textHash: { type: 'keyword', doc_values: false },
      textBytes: { type: 'integer', index: false, doc_values: false },
      unread: { type: 'keyword', index: false, doc_values: false },
      text: { type: 'text', analyzer: 'standard', index_options: 'offsets' },
    },
  },
} as const;

/** The same as an engine takes it: a collection has settings of its own, and no routing. */
export function definitionFor(engine: EngineKind): { readonly settings: object; readonly mappings: object } {
  if (engine === 'domain') return indexDefinition;
  const { _routing, ...mappings } = indexDefinition.mappings;
  return { settings: {}, mappings };
}
