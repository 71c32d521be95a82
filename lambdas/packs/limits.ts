import { assert, DAY_MS, HOUR_MS, MINUTE_MS, SIGNED_URL_MS } from '@syncline/protocol';

/**
 * How long a pack is left alone after it was recorded. It outlasts by far everything that may still be recording members of it: a
 * function lives at most 15 minutes. Source: AWS Lambda Developer Guide, "Quotas".
 */
export const PACK_REST_MS = 48 * HOUR_MS;
const FUNCTION_LIFE_MS_MAX = 15 * MINUTE_MS;

/** Sweep time between the condemnation of a pack and its removal: a table restored to an earlier point never points at missing bytes. */
export const PACK_GRACE_MS = 35 * DAY_MS;

/** Members of one pack of which it is asked together whether a file needs them. */
export const MEMBERS_IN_FLIGHT_MAX = 8;

/** A pack of which less than this part is alive is rewritten: one half. */
export const PACK_ALIVE_PART_MIN = 0.5;

assert(PACK_REST_MS > 2 * FUNCTION_LIFE_MS_MAX, 'whoever records members of a pack must have ended before it is swept');
assert(PACK_GRACE_MS > SIGNED_URL_MS, 'a signed URL of a pack must end before the pack is removed');
