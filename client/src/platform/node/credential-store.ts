import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { StoredTokens, TokenStore } from '../../api/renewing-tokens.ts';
import {
  DamagedConfigurationError,
  makePrivateDirectory,
  readTextFile,
  writePrivateFile,
} from './configuration-directory.ts';
import { withConfigurationLock } from './configuration-lock.ts';

const Credentials = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });

/**
 * Tokens in the file `credentials.json` of a configuration directory, readable by its owner alone. Updates of several
 * processes follow one another.
 */
export function createCredentialStore(home: string): TokenStore {
  const file = join(home, 'credentials.json');
  const lock = join(home, 'credentials.lock');
  const read = async (): Promise<StoredTokens | undefined> => decode(file, await readTextFile(file));
  return {
    read,
    async update(change) {
      await makePrivateDirectory(home);
      return withConfigurationLock(lock, async () => {
        await chmod(lock, 0o600);
        const present = await read();
        const next = await change(present);
        if (next === undefined) await rm(file, { force: true });
        else if (next !== present) await writePrivateFile(file, `${JSON.stringify(next)}\n`);
        return next;
      });
    },
  };
}

function decode(file: string, text: string | undefined): StoredTokens | undefined {
  if (text === undefined) return undefined;
  try {
    const { accessToken, refreshToken, expiresAt } = z.parse(Credentials, JSON.parse(text));
    return { accessToken, refreshToken, expiresAt: epochMs(expiresAt) };
  } catch (cause) {
    throw new DamagedConfigurationError(`'${file}' is damaged.`, { cause });
  }
}
