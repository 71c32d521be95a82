/** A broken invariant: a defect in Syncline itself, never a condition that a caller can meet. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** @throws InvariantError when `condition` is false. Caught only at the edge of a process. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
