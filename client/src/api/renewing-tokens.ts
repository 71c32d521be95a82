import { type EpochMs, epochMs } from '@syncline/protocol';
import type { AccessTokens } from './access-tokens.ts';
import type { Clock } from './clock.ts';
import { TOKEN_MARGIN_MS } from './limits.ts';
import type { UserPool } from './user-pool.ts';

/** Tokens as they are kept. */
export interface StoredTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: EpochMs;
}

/** Port to where an installation keeps its tokens. */
export interface TokenStore {
  /** Undefined when nobody is signed in. */
  read(): Promise<StoredTokens | undefined>;
  /**
   * Replaces the tokens by what `change` makes of the present ones; undefined forgets them. Between reading and writing no
   * other process changes them: a refresh token that is used twice would end the sign-in.
   */
  update(
    change: (present: StoredTokens | undefined) => Promise<StoredTokens | undefined>,
  ): Promise<StoredTokens | undefined>;
}

export interface RenewingTokensDependencies {
  readonly userPool: Pick<UserPool, 'refresh'>;
  readonly store: TokenStore;
  readonly clock: Clock;
}

/**
 * Access tokens that are renewed before they expire and after they were refused. Safe under several processes that share a
 * store, and under many requests at once: a renewal that another one has made is taken over, not repeated.
 * A sign-in that has ended is forgotten. A renewal is not aborted: with rotation, half of one would end the sign-in.
 */
export function createRenewingTokens({ userPool, store, clock }: RenewingTokensDependencies): AccessTokens {
  let cached: StoredTokens | undefined;
  let renewing: Promise<string | undefined> | undefined;

  const isFresh = (tokens: StoredTokens): boolean => tokens.expiresAt - clock.now() > TOKEN_MARGIN_MS;

  /** `refused` is a token that the service did not take, if there was one. */
  const renewOnce = async (refused: string | undefined): Promise<string | undefined> => {
    cached = await store.update(async (present) => {
      if (present === undefined) return undefined;
      if (present.accessToken !== refused && isFresh(present)) return present;
      const outcome = await userPool.refresh(present.refreshToken);
      if (outcome.kind === 'refused') return outcome.reason === 'session-ended' ? undefined : present;
      return keepTokens(outcome.tokens, clock);
    });
    return cached?.accessToken === refused ? undefined : cached?.accessToken;
  };

  const renew = (refused: string | undefined): Promise<string | undefined> => {
    renewing ??= renewOnce(refused).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  return {
    async current() {
      cached ??= await store.read();
      if (cached === undefined || isFresh(cached)) return cached?.accessToken;
      return renew(undefined);
    },
    renew,
  };
}

/** Tokens of a sign-in, with the instant at which they expire instead of a duration. */
export function keepTokens(
  tokens: { readonly accessToken: string; readonly refreshToken: string; readonly expiresInSeconds: number },
  clock: Clock,
): StoredTokens {
  const { accessToken, refreshToken, expiresInSeconds } = tokens;
  return { accessToken, refreshToken, expiresAt: epochMs(clock.now() + Math.floor(expiresInSeconds) * 1000) };
}
