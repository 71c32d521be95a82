import { type ErrorCode, type OperationError, operationError, type ProblemDetails } from '@syncline/protocol';

/**
 * What an operation answers: its value, or a refusal that a caller can act on. Refusals are values and never thrown;
 * what is thrown is a broken invariant, or an UnavailableError.
 */
export type Outcome<T> = Done<T> | Refused;

export interface Done<T> {
  readonly kind: 'done';
  readonly value: T;
}

export interface Refused {
  readonly kind: 'refused';
  readonly error: OperationError;
}

export function done<T>(value: T): Done<T> {
  return { kind: 'done', value };
}

/** `detail` is for people and names no file; `details` are the typed facts of the code. */
export function refused(code: ErrorCode, detail: string, details?: ProblemDetails): Refused {
  return { kind: 'refused', error: operationError(code, detail, details) };
}
