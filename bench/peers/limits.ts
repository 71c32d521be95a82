import { assert, MINUTE_MS, SECOND_MS } from '@syncline/protocol';

/** For a program that only says its version or writes its configuration. */
export const SHORT_RUN_MS_MAX = 30 * SECOND_MS;
/** For anything that looks at all files: a first scan, a run, a start. */
export const LONG_RUN_MS_MAX = 15 * MINUTE_MS;
/** Between two looks at a daemon that cannot call back. */
export const LOOK_PAUSE_MS = 20;

assert(SHORT_RUN_MS_MAX < LONG_RUN_MS_MAX, 'a long run may take longer than a short one');
