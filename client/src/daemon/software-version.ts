/** The version of this program, as `client/package.json` has it; a test compares the two. */
export const SOFTWARE_VERSION = '0.1.0';
