import { assert, DEVICES_MAX, MINUTE_MS, MOUNTS_MAX } from '@syncline/protocol';

/** Devices that an account ever had, unlinked ones included: what one listing reads and answers. */
export const DEVICES_EVER_MAX = 1000;

/** Journals that are looked at once, to tell how far devices are behind. */
export const LAG_READS_IN_FLIGHT_MAX = 8;

/** Entries that a device has made itself, one after the other, up to which it does not count as behind them. */
export const OWN_ENTRIES_READ_MAX = 1000;

/** Time after which it is kept again that a device is there, and how far it has come while it has not come to the end. */
export const SEEN_IDLE_MS = 5 * MINUTE_MS;
export const SEEN_BUSY_MS = MINUTE_MS;
/** Journals of one device whose positions are kept: its home, and all that may be mounted in it. */
export const POSITIONS_KEPT_MAX = MOUNTS_MAX + 1;

assert(DEVICES_EVER_MAX >= 2 * DEVICES_MAX, 'an account must be able to replace all of its devices');
