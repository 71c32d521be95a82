/** Uploads that the panel shows at once. */
export const PANEL_ROWS_MAX = 100;
