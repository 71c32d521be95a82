import type { OperationError, Problem } from '@syncline/protocol';
import type { ExitReason } from './exit-codes.ts';

/** Why a command failed: what happened and to what (`message`), what to do (`remedy`), and how it ends (`reason`). */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly reason: ExitReason;
  /** Names the failure for scripts: a code of the protocol, or one of ours in the same form. */
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(facts: {
    readonly reason: ExitReason;
    readonly code: string;
    readonly message: string;
    readonly remedy?: string | undefined;
    readonly cause?: unknown;
  }) {
    super(facts.message, { cause: facts.cause });
    this.reason = facts.reason;
    this.code = facts.code;
    this.remedy = facts.remedy;
  }
}

const REASONS: Readonly<Record<Problem['code'], ExitReason>> = {
  invalid_request: 'refused',
  unauthenticated: 'notSignedIn',
  forbidden: 'refused',
  not_found: 'notFound',
  conflict: 'conflict',
  cursor_reset: 'conflict',
  chunks_missing: 'conflict',
  upload_expired: 'conflict',
  too_large: 'refused',
  rate_limited: 'unavailable',
  internal: 'unavailable',
  unavailable: 'unavailable',
  quota_exceeded: 'quota',
  link_ended: 'refused',
  password_needed: 'refused',
  moved: 'unavailable',
};

const REMEDIES: Readonly<Partial<Record<Problem['code'], string>>> = {
  unauthenticated: 'Sign in with `syncline login`.',
  not_found: 'Look what there is with `syncline ls`.',
  conflict: 'Look at it again and repeat the command.',
  chunks_missing: 'Repeat the command.',
  upload_expired: 'Repeat the command.',
  password_needed: 'Give the password of the link: `printf %s "$PASSWORD" | syncline send FILE LINK --password-stdin`.',
  rate_limited: 'Wait a minute and repeat the command.',
  internal: 'Repeat the command later; the operator finds the request by its id.',
  unavailable: 'Repeat the command later.',
  quota_exceeded:
    'Delete what you do not need, or ask for a larger quota. `syncline usage` tells where the space goes.',
};

/** Wrong fields that the service names in its text. */
const DEFECTS_TOLD = 3;

/** A refusal of the service as a command's failure; `subject` is what it happened to, such as a quoted path. */
export function problemError(problem: Problem | OperationError, subject: string): CommandError {
  const defects = problem.details?.fields ?? [];
  // The first few stand in the detail already.
  const fields =
    defects.length <= DEFECTS_TOLD ? undefined : defects.map((field) => `${field.path} ${field.message}`).join('; ');
  const id = 'requestId' in problem && problem.code === 'internal' ? ` (request ${problem.requestId})` : '';
  return new CommandError({
    reason: REASONS[problem.code],
    code: problem.code,
    message: `${subject}: ${problem.detail}${fields === undefined ? '' : ` (${fields})`}${id}`.replace(
      /(?<![.!?])$/,
      '.',
    ),
    remedy: REMEDIES[problem.code],
  });
}
