/** Port to the access token of the signed-in account. */
export interface AccessTokens {
  /** The token to send, renewed before when it is about to expire; undefined when nobody is signed in. */
  current(signal?: AbortSignal): Promise<string | undefined>;
  /** Another token than `refused`, or undefined when only signing in again helps. */
  renew(refused: string, signal?: AbortSignal): Promise<string | undefined>;
}
