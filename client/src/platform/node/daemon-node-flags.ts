/**
 * How Node runs a daemon. Its young objects are few: with room for more of them it takes three quarters more memory for the same
 * work (`npm run bench -- --only large-folder`).
 */
export const DAEMON_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
