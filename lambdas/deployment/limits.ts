/** Files of the web app that are written at once. */
export const SITE_FILES_AT_ONCE = 16;
