import type { StoredTokens, TokenStore } from '@syncline/client';
import { epochMs } from '@syncline/protocol';
import type { SessionDatabase } from './session-database.ts';

/** One of this name for all tabs: a refresh token that two of them use at once would end the sign-in. */
const LOCK = 'syncline-tokens';

/**
 * The access token is kept in memory alone; of the refresh token the database has the newest. Tabs renew one after the other, each
 * with what the one before has left.
 */
export function createBrowserTokenStore(database: SessionDatabase): TokenStore {
  let held: StoredTokens | undefined;

  const read = async (): Promise<StoredTokens | undefined> => {
    const refreshToken = await database.read('refresh-token');
    if (typeof refreshToken !== 'string') return undefined;
    if (held?.refreshToken === refreshToken) return held;
    return { accessToken: held?.accessToken ?? '', refreshToken, expiresAt: held?.expiresAt ?? epochMs(0) };
  };

  return {
    read,
    update: (change) =>
      navigator.locks.request(LOCK, async () => {
        const present = await read();
        const next = await change(present);
        if (next === undefined) await database.remove('refresh-token');
        else if (next.refreshToken !== present?.refreshToken) await database.write('refresh-token', next.refreshToken);
        held = next;
        return next;
      }),
  };
}
