import { type EpochMs, epochMs } from '@syncline/protocol';
import type { AccessTokens } from './access-tokens.ts';
import type { Clock } from './clock.ts';
import { TOKEN_MARGIN_MS } from './limits.ts';
import { UnavailableError } from './unavailable-error.ts';
import type { UserPool } from './user-pool.ts';
import { waitFor } from './wait-for.ts';

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

/** Access tokens, with what has to be waited for before the process ends. */
export interface RenewingTokens extends AccessTokens {
  /** Resolves when no renewal is under way. */
  settle(): Promise<void>;
}

/**
 * Access tokens that are renewed before they expire and after they were refused. Safe under several processes that share a
 * store, and under many requests at once: a renewal that another one has made is taken over, not repeated.
 *
 * A sign-in that has ended is forgotten; one that cannot be renewed at the moment is not, and its token is used for as long as it
 * lives. A caller that aborts stops waiting, but a renewal goes on: with rotation, half of one would end the sign-in.
 *
 * @throws UnavailableError by `current` and `renew`, when there is no usable token and the sign-in service does not give one.
 */
export function createRenewingTokens({ userPool, store, clock }: RenewingTokensDependencies): RenewingTokens {
  let cached: StoredTokens | undefined;
  let renewing: Promise<string | undefined> | undefined;

  const livesFor = (tokens: StoredTokens): number => tokens.expiresAt - clock.now();
  const isFresh = (tokens: StoredTokens): boolean => livesFor(tokens) > TOKEN_MARGIN_MS;

  /** `refused` is a token that the service did not take, if there was one. */
  const renewOnce = async (refused: string | undefined): Promise<string | undefined> => {
    cached = await store.update(async (present) => {
      if (present === undefined) return undefined;
      if (present.accessToken !== refused && isFresh(present)) return present;
      const outcome = await userPool.refresh(present.refreshToken);
      if (outcome.kind === 'signed-in') return keepTokens(outcome.tokens, clock);
      if (outcome.reason === 'session-ended') return undefined;
      throw new UnavailableError(`the sign-in could not be renewed: ${outcome.message}`);
    });
    return cached?.accessToken === refused ? undefined : cached?.accessToken;
  };

  const share = (refused: string | undefined): Promise<string | undefined> => {
    renewing ??= renewOnce(refused).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  const renew = async (refused: string, signal?: AbortSignal): Promise<string | undefined> => {
    const token = await waitFor(share(refused), signal);
    // A renewal that was under way for another reason may have found the refused token good enough.
    return token === refused ? waitFor(share(refused), signal) : token;
  };

  return {
    async current(signal) {
      cached ??= await store.read();
      const present = cached;
      if (present === undefined || isFresh(present)) return present?.accessToken;
      try {
        return await waitFor(share(undefined), signal);
      } catch (failure) {
        signal?.throwIfAborted();
        if (!(failure instanceof UnavailableError) || livesFor(present) <= 0) throw failure;
        return present.accessToken;
      }
    },
    renew,
    async settle() {
      await renewing?.catch(() => undefined);
    },
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
