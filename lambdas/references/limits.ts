import { assert, FILE_CHUNKS_MAX, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import { CHUNK_KEYS_MAX } from '../chunks/chunk-index.ts';

/** Passes over a node that may be begun again because another one was begun meanwhile. */
export const NODE_PASSES_MAX = 8;
/** Revisions of a node that one query reads. */
export const REVISIONS_AT_ONCE = PAGE_ENTRIES_MAX;
/** Pages of revisions of one node: a million contents. */
export const REVISION_PAGES_MAX = 1000;
/** Journal entries between two steps of a namespace's position. Little is done again when a call ends in the middle. */
export const ENTRIES_AT_ONCE = 25;
/** Steps that one call may take. What is left is for the next call. */
export const ENTRY_PAGES_MAX = 400;
/** Nodes of a namespace, and grounds, that are looked at together. */
export const NODES_IN_FLIGHT_MAX = 4;
export const GROUNDS_IN_FLIGHT_MAX = 2;
/** References that are written together. */
export const REFERENCES_IN_FLIGHT_MAX = 64;

assert(
  CHUNK_KEYS_MAX > FILE_CHUNKS_MAX,
  'the chunks of the longest manifest, and the manifest, are looked up together',
);
