/** How long nothing is typed before suggestions are asked for, in milliseconds. */
export const TYPING_PAUSE_MS = 200;
/** Suggestions below the search field. */
export const SUGGESTIONS_MAX = 6;
