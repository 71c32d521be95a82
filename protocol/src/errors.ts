import * as z from 'zod/mini';

/** What a client may do after a refusal. The server decides, the client obeys; message texts are for people. */
export const Remedy = z.enum([
  'fix-request', // The request itself is wrong: never send it again.
  'retry', // The same bytes after a pause: throttled or unavailable.
  'upload-chunks', // Send what is named as missing, then repeat.
  'resync', // Read changes from the cursor, plan again.
  'reset-cursor', // List the namespace from the start.
  'sign-in',
]);
export type Remedy = z.infer<typeof Remedy>;

/** The closed list of refusals. Source: docs/PROTOCOL.md, "Errors". */
export const ERRORS = {
  invalid_request: { status: 400, remedy: 'fix-request' },
  unauthenticated: { status: 401, remedy: 'sign-in' },
  forbidden: { status: 403, remedy: 'fix-request' },
  not_found: { status: 404, remedy: 'resync' },
  conflict: { status: 409, remedy: 'resync' },
  cursor_reset: { status: 409, remedy: 'reset-cursor' },
  chunks_missing: { status: 409, remedy: 'upload-chunks' },
  upload_expired: { status: 410, remedy: 'upload-chunks' },
  too_large: { status: 413, remedy: 'fix-request' },
  rate_limited: { status: 429, remedy: 'retry' },
  internal: { status: 500, remedy: 'retry' },
  unavailable: { status: 503, remedy: 'retry' },
  quota_exceeded: { status: 507, remedy: 'fix-request' },
  link_ended: { status: 410, remedy: 'fix-request' },
  password_needed: { status: 403, remedy: 'fix-request' },
  moved: { status: 421, remedy: 'retry' },
} as const satisfies Record<string, { readonly status: number; readonly remedy: Remedy }>;

export const ErrorCode = z.enum(Object.keys(ERRORS) as [keyof typeof ERRORS, ...(keyof typeof ERRORS)[]]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** What a part of a request is refused with: only a request as a whole is in another cell. */
const PartCode = z.enum(ErrorCode.options.filter((code) => code !== 'moved') as [ErrorCode, ...ErrorCode[]]);

/** One place in a request that is wrong, and why. */
export const FieldDefect = z.strictObject({ path: z.string(), message: z.string() });

/** Typed facts beside a refusal; which of them are present depends on the code. */
export const ProblemDetails = z.strictObject({
  fields: z.optional(z.array(FieldDefect)),
  limit: z.optional(z.string()),
  max: z.optional(z.number()),
  missing: z.optional(z.array(z.string())),
  retryAfterSeconds: z.optional(z.number()),
  quotaBytes: z.optional(z.number()),
  usedBytes: z.optional(z.number()),
  /** Why a link opens nothing (links.ts, LinkEnd). */
  end: z.optional(z.string()),
  /**
   * Of a cursor that is reset: its journal goes on behind it, and only what comes next is not kept any more. Without it the namespace may have
   * been set back to an earlier point: what it does not have was perhaps never deleted.
   */
  expired: z.optional(z.boolean()),
  /** Of what has moved: the base of the API of the cell where it is (docs/PROTOCOL.md, "Cells") … */
  apiBase: z.optional(z.string()),
  /** … and the namespace that is there; the caller's account when absent. */
  namespaceId: z.optional(z.string()),
  /** The device that asks was unlinked: GET /v1/devices tells whether it is to remove what it has synced. */
  unlinked: z.optional(z.boolean()),
});
export type ProblemDetails = z.infer<typeof ProblemDetails>;

/** The refusal of one operation in a batch. */
export const OperationError = z.strictObject({
  code: PartCode,
  remedy: Remedy,
  detail: z.string(),
  details: z.optional(ProblemDetails),
});
export type OperationError = z.infer<typeof OperationError>;

/** The body of every refused request, as `application/problem+json`. Source: RFC 9457. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
  remedy: Remedy,
  detail: z.string(),
  details: z.optional(ProblemDetails),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export function operationError(code: ErrorCode, detail: string, details?: ProblemDetails): OperationError {
  return { code, remedy: ERRORS[code].remedy, detail, ...(details === undefined ? {} : { details }) };
}
