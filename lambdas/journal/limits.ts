import {
  assert,
  CHUNK_PIN_MS,
  DEPTH_MAX,
  JOURNAL_RETENTION_MS,
  MOUNTS_MAX,
  OPERATION_RESULT_MS,
  UPLOAD_SESSION_MS,
} from '@syncline/protocol';

/** Times that one transaction is decided again after somebody else's commit came first. */
export const COMMIT_TRIES_MAX = 8;
/** Most items that one operation touches: entry, node, revision, place, trash, and a new item of results. Some touch one more. */
export const OPERATION_ITEMS_MAX = 6;
/** Folders above a node that are walked. Twice the depth at which a node may be put, because a folder may be moved with all below it. */
export const ANCESTORS_MAX = 2 * DEPTH_MAX;
/** Names of a conflicted copy that are tried; each is taken only by another copy of the same device and second. */
export const CONFLICT_NAMES_MAX = 256;
/** Names that are looked up together. */
export const CONFLICT_NAMES_AT_ONCE = 16;
/** Chunks that one operation names as missing: a full request of such operations must fit into an answer. */
export const MISSING_NAMED_MAX = 400;
/** Objects that are asked for at one time. */
export const HEADS_AT_ONCE = 32;
/**
 * Chunks whose objects are asked for while they are looked up. A single small file is confirmed in one step by that; of more chunks
 * most are known already, because they came in a pack, and have no object of their own.
 */
export const HEADS_UNSEEN_MAX = 4;
/** How long beyond a commit its chunks must be pinned at least. What an open session or a pack has pinned is. */
export const COMMITTED_PIN_MS_MIN = CHUNK_PIN_MS - UPLOAD_SESSION_MS;
/** Pause between two looks at a head, in milliseconds. */
export const WAIT_PAUSE_MS = 500;
/** Namespaces in one cursor. */
export const CURSOR_NAMESPACES_MAX = 50;

/**
 * Levels below the root at which a node is still of its namespace, where the rows of several lie together. A read each; what is deeper,
 * by moves of deep folders into deep folders, is not there until it is moved up.
 */
export const OWN_ANCESTORS_MAX = 8 * DEPTH_MAX;

assert(CURSOR_NAMESPACES_MAX > MOUNTS_MAX, 'a cursor must hold the home namespace and all that is mounted in it');
assert(OWN_ANCESTORS_MAX >= ANCESTORS_MAX, 'whatever may be changed is of its namespace');
assert(OPERATION_RESULT_MS < JOURNAL_RETENTION_MS, 'the entry of a stored result must still be readable');
