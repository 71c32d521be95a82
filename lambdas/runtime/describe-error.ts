import { InvariantError } from '@syncline/protocol';
import { CAUSES_MAX, STACK_FRAMES_MAX } from './limits.ts';
import { UnavailableError } from './unavailable-error.ts';

/** What may be logged of an error: where it came from, and the words of our own errors, which are constant. */
export interface ErrorDescription {
  readonly name: string;
  readonly message?: string;
  readonly frames: readonly string[];
  readonly causes?: readonly string[];
}

/** Messages of foreign errors are left out: a parser or an SDK quotes the content that it stumbled over. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const isOurs = error instanceof InvariantError || error instanceof UnavailableError;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const causes = causeNames(error);
  return {
    name: error.name,
    ...(isOurs ? { message: error.message } : {}),
    frames: frames.slice(0, STACK_FRAMES_MAX).map((frame) => frame.trim()),
    ...(causes.length > 0 ? { causes } : {}),
  };
}

function causeNames(error: Error): readonly string[] {
  const names: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && names.length < CAUSES_MAX) {
    names.push(cause.name);
    cause = cause.cause;
  }
  return names;
}
