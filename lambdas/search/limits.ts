import { PAGE_ENTRIES_MAX } from '@syncline/protocol';

/** Words of a name, or of a query, that count; what is longer is looked for by its first ones. */
export const WORDS_MAX = 64;
/** Characters of one word that count. */
export const WORD_CHARS_MAX = 64;
/** First characters of a word by which it is found while it is typed. */
export const PREFIX_CHARS_MAX = 12;
/** Documents in one request to the index. */
export const DOCUMENTS_AT_ONCE = 500;
/** Most bytes of one request to the index: half of what the smallest domains of AWS take. */
export const REQUEST_BYTES_MAX = 5 * 1024 * 1024;
/** Bytes of texts that are fetched from the index together. */
export const TEXT_BYTES_AT_ONCE = 4 * 1024 * 1024;
/** Hits that are told of one query, over all pages. Deeper pages cost the index as much as all before them. */
export const HITS_MAX = 10_000;
/** Values of a facet. */
export const FACET_VALUES_MAX = 20;
/** Passages of a text that show why it was found, and their length. */
export const PASSAGES_MAX = 2;
export const PASSAGE_CHARS = 160;
/** Journal entries between two steps of a namespace's position in the index. */
export const INDEX_ENTRIES_AT_ONCE = PAGE_ENTRIES_MAX;
/** Steps of one namespace in one call; more is for the next. */
export const INDEX_PAGES_MAX = 50;
/** Nodes below a folder that one message's work covers; the rest becomes a message of its own. */
export const SUBTREE_NODES_AT_ONCE = 2000;
/** Folders that one task names. */
export const TASK_FOLDERS_MAX = 500;
/** Children that one query of a task reads. */
export const CHILDREN_AT_ONCE = PAGE_ENTRIES_MAX;
/** Tasks that are sent together. */
export const SENDS_IN_FLIGHT_MAX = 16;
/** Words and phrases of one query. */
export const QUERY_TERMS_MAX = 16;
/** Pages of a folder that are looked through where there is no index. */
export const NAME_PAGES_MAX = 20;
/** Tasks of one batch that are followed together. */
export const TASKS_IN_FLIGHT_MAX = 4;
/** Namespaces that are worked at together when the index is made anew. */
export const NAMESPACES_AT_ONCE = 4;
/** Pages of namespaces: a table of a terabyte. */
export const NAMESPACE_PAGES_MAX = 1_000_000;
/** Tasks of one namespace: some 2,000 nodes each. */
export const NAMESPACE_TASKS_MAX = 1_000_000;
/** Passes over all namespaces before an index that was made anew serves; whatever is left then is brought up right afterwards. */
export const CATCH_UPS_MAX = 5;
/** For how long a collection may not show what was written to it: twice the longest interval of its refreshes. Source: Amazon OpenSearch Service Developer Guide. */
export const UNSEEN_SECONDS_MAX = 120;
/** Pages of documents without a text, when an index was made anew. */
export const UNREAD_PAGES_MAX = 1_000_000;
/** Times that nodes are looked at again because something changed while they were written. */
export const LOOKS_MAX = 10;
