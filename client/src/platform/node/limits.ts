/** Rows of the state that are read together. */
export const STATE_ROWS_PER_PAGE = 1000;
