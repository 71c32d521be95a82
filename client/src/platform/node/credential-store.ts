import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { StoredTokens, TokenStore } from '../../api/renewing-tokens.ts';
import { readConfigurationFile, SIGN_IN_AGAIN, writePrivateFile } from './configuration-directory.ts';
import { withConfigurationLock } from './configuration-lock.ts';

const Credentials = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.int() });

/**
 * Tokens in the file `credentials.json` of a configuration directory, readable by its owner alone. Updates of several
 * processes follow one another.
 */
export function createCredentialStore(home: string): TokenStore {
  const file = join(home, 'credentials.json');
  const lock = join(home, 'credentials.lock');
  const read = async (): Promise<StoredTokens | undefined> => {
    const stored = await readConfigurationFile(file, { schema: Credentials, remedy: SIGN_IN_AGAIN });
    return stored === undefined ? undefined : { ...stored, expiresAt: epochMs(stored.expiresAt) };
  };
  return {
    read,
    async update(change) {
      return withConfigurationLock(lock, async () => {
        const present = await read();
        const next = await change(present);
        if (next === undefined) await rm(file, { force: true });
        else if (next !== present) await writePrivateFile(file, `${JSON.stringify(next)}\n`);
        return next;
      });
    },
  };
}
