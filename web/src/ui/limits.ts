/** How long a message stays at the edge of the window, in milliseconds: long enough to read it and to press its button. */
export const TOAST_MS = 10_000;
/** Messages of one kind, problems or others, at the edge of the window at once; older ones make room. */
export const TOASTS_MAX = 3;
/** Rows that are drawn above and below what is seen, so that fast scrolling meets drawn ones. */
export const OVERSCAN_ROWS = 8;
/** Between messages and what stands below them at the edge of the window. */
export const EDGE_GAP_PX = 8;
