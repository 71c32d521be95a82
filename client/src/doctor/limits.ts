import { assert, GiB, MINUTE_MS, MiB, SECOND_MS } from '@syncline/protocol';
import { DISK_RESERVE_BYTES_MAX } from '../engine/limits.ts';

/** How long the service may take to answer. */
export const CONNECTION_MS_MAX = 10 * SECOND_MS;
/** Longest answer of the service that is read: its configuration. */
export const CONFIGURATION_BYTES_MAX = MiB;
/** A clock that is off by more than this is told. */
export const CLOCK_SKEW_MS_MAX = 2 * MINUTE_MS;
/** A disk with less free space than this is told. */
export const DISK_FREE_BYTES_LOW = GiB;
/** Watches that other programs are left, as a share of what the system allows. */
export const WATCHES_SHARE_LOW = 0.75;

assert(DISK_RESERVE_BYTES_MAX < DISK_FREE_BYTES_LOW, 'a disk is low before files are held back');
