import { assert, DEVICES_MAX } from '@syncline/protocol';

/** Devices that an account ever had, unlinked ones included: what one listing reads and answers. */
export const DEVICES_EVER_MAX = 1000;

assert(DEVICES_EVER_MAX >= 2 * DEVICES_MAX, 'an account must be able to replace all of its devices');
