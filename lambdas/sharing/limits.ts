import { assert, MEMBERS_MAX, MOUNTS_MAX, UNSHARE_MEMBERS_MAX } from '@syncline/protocol';

/** Times that a change of a membership is tried again after somebody else's came first. */
export const CHANGE_TRIES_MAX = 8;
/** Names that are tried for a mount where the folder's own is taken. */
export const MOUNT_NAMES_MAX = 50;
/** Bytes of randomness in the token of an invitation. */
export const INVITATION_SECRET_BYTES = 32;
/** Invitations that can be found by one address. Others have to be shown by their tokens. */
export const POINTERS_MAX = 200;
/** How many of them one account can have made, so that nobody fills an address alone: one for each of its folders. */
export const POINTERS_OF_ONE_MAX = MOUNTS_MAX;
/** Pointers that are removed at once. */
export const POINTERS_IN_FLIGHT_MAX = 8;
/** Members who are removed at once when a folder is no longer shared. */
export const REMOVALS_IN_FLIGHT_MAX = 4;
/** Shared folders of one account whose heads are read at once. */
export const FOLDER_READS_IN_FLIGHT_MAX = 16;
/** Invitations that are withdrawn at once. */
export const WITHDRAWALS_IN_FLIGHT_MAX = 8;

assert(2 * POINTERS_OF_ONE_MAX < POINTERS_MAX, 'nobody shuts others out from an address');
assert(UNSHARE_MEMBERS_MAX <= MEMBERS_MAX, 'a request removes members of one folder');
