import { MiB } from '@syncline/protocol';

/** Of a text that is compared with another one, in bytes. */
export const COMPARED_BYTES_MAX = MiB;
/** Lines by which two texts that are compared may differ: finding them takes the square of this in steps. */
export const COMPARED_EDITS_MAX = 4000;
/** Lines that both texts have and that are shown around each difference. */
export const COMPARED_LINES_AROUND = 3;
