import { type OperationError, operationError } from '@syncline/protocol';
import type { Outcome } from '../runtime/outcome.ts';

export const NO_ROOM = 'there is no room left for this: ask whoever gave you the link';

/** A refusal as visitors may see it: how much room the namespace has is its owner's to know. */
export function hideNumbers(error: OperationError): OperationError {
  return error.code === 'quota_exceeded' ? operationError('quota_exceeded', NO_ROOM) : error;
}

export function withoutNumbers<T>(outcome: Outcome<T>): Outcome<T> {
  return outcome.kind === 'done' ? outcome : { ...outcome, error: hideNumbers(outcome.error) };
}
