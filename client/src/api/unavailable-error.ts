/** The service, the store or the way to them failed, after every retry that was allowed; `cause` says how. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
