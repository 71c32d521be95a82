/** A dependency did not answer, or refused for load, after its retry budget: the caller may repeat the same request. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
