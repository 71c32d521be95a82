import { assert, MEMBERS_MAX, UNSHARE_MEMBERS_MAX } from '@syncline/protocol';

/** Times that a change of a membership is tried again after somebody else's came first. */
export const CHANGE_TRIES_MAX = 8;
/** Names that are tried for a mount where the folder's own is taken. */
export const MOUNT_NAMES_MAX = 50;
/** Bytes of randomness in the token of an invitation. */
export const INVITATION_SECRET_BYTES = 32;
/** Members who are removed at once when a folder is no longer shared. */
export const REMOVALS_IN_FLIGHT_MAX = 4;
/** Shared folders of one account whose heads are read at once. */
export const FOLDER_READS_IN_FLIGHT_MAX = 16;
/** Invitations that are withdrawn at once. */
export const WITHDRAWALS_IN_FLIGHT_MAX = 8;

assert(UNSHARE_MEMBERS_MAX <= MEMBERS_MAX, 'a request removes members of one folder');
