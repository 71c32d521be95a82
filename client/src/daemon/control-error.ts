/** Why a command could not have from the daemon what it asked for: what happened (`message`) and what to do (`remedy`). */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** A code of the daemon, or `no_answer`, `disconnected`. */
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(facts: {
    readonly code: string;
    readonly message: string;
    readonly remedy?: string | undefined;
    readonly cause?: unknown;
  }) {
    super(facts.message, { cause: facts.cause });
    this.code = facts.code;
    this.remedy = facts.remedy;
  }
}
