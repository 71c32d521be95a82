import { assert, STARS_MAX } from '@syncline/protocol';
import { NODE_KEYS_MAX } from '../namespaces/namespace-store.ts';

/** Namespaces whose stars are read at one time. */
export const STAR_NAMESPACES_AT_ONCE = 8;
/** Stars that are removed at one time. */
export const STARS_REMOVED_AT_ONCE = 16;

assert(STARS_MAX < NODE_KEYS_MAX, 'all that an account has starred is read in one step');
