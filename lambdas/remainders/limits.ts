import { assert, SECOND_MS } from '@syncline/protocol';
import { TRANSACTION_ITEMS_MAX } from '../namespaces/namespace-store.ts';

/** Remainders that are read together. */
export const REMAINDERS_AT_ONCE = 25;
/** What lies in a folder and is counted together. */
export const FREED_CHILDREN_MAX = 1000;
/** Folders in a folder that one transaction leaves for steps of their own. */
export const FREED_FOLDERS_MAX = 90;
/** What lies in a folder and is looked at together, to be removed. */
export const REMOVED_CHILDREN_MAX = 30;
/** Items of a transaction that removes rows, without the head, the row of the folder in the trash and the remainder itself. */
export const REMOVED_ITEMS_MAX = 90;
/** Revisions of one file that one transaction removes. */
export const REMOVED_REVISIONS_MAX = 80;
/** Times that a step is tried again after somebody's commit came first. */
export const SETTLE_TRIES_MAX = 8;
/** Steps of one call. */
export const SETTLE_STEPS_MAX = 100_000;
/** How long a call goes on that a change of the journal has made, in milliseconds: others wait behind it. */
export const SETTLE_RECORD_MS = 20 * SECOND_MS;

assert(REMOVED_ITEMS_MAX + 4 <= TRANSACTION_ITEMS_MAX, 'a step is one transaction');
assert(FREED_FOLDERS_MAX + 4 <= TRANSACTION_ITEMS_MAX, 'a step is one transaction');
// Of a file with as many: each of them, that contents went, the node, and its place.
assert(REMOVED_REVISIONS_MAX + 3 <= REMOVED_ITEMS_MAX, 'a file with few revisions goes in one step');
