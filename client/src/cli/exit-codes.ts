/** What the exit code of a command says. Documented in docs/CLI.md, which a test compares with this table. */
export const EXIT_CODES = {
  /** It worked. */
  ok: 0,
  /** The command line is wrong. */
  usage: 2,
  /** Nobody is signed in, or the sign-in was refused. */
  notSignedIn: 3,
  /** A file, folder or device does not exist. */
  notFound: 4,
  /** Something stands in the way or has changed meanwhile; nothing was overwritten. */
  conflict: 5,
  /** The service refuses it. */
  refused: 6,
  /** The account's storage is full. */
  quota: 7,
  /** The service could not be reached, or is not available. */
  unavailable: 8,
  /** Some files could not be synced; the others were. */
  partial: 9,
  /** A local file or folder could not be read or written. */
  localFile: 10,
  /** A sync would delete or rewrite so much that somebody has to say that it is meant; nothing was done. */
  massChange: 11,
  /** Syncline does not run in the background, or does not answer. */
  notRunning: 12,
  /** `doctor` has found a problem. */
  unhealthy: 13,
  /** A defect of Syncline. */
  internal: 70,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitReason = keyof typeof EXIT_CODES;
