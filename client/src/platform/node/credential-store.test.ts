import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import type { StoredTokens } from '../../api/renewing-tokens.ts';
import { createCredentialStore } from './credential-store.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'syncline-credentials-'));
});
afterEach(() => rm(home, { recursive: true }));

const tokens = (count: number): StoredTokens => ({
  accessToken: `access-${count}`,
  refreshToken: `refresh-${count}`,
  expiresAt: epochMs(count),
});

test('updates of several stores of one directory follow one another, and none is lost', async () => {
  const raise = (present: StoredTokens | undefined) => Promise.resolve(tokens((present?.expiresAt ?? 0) + 1));
  await Promise.all(Array.from({ length: 20 }, () => createCredentialStore(home).update(raise)));
  expect(await createCredentialStore(home).read()).toEqual(tokens(20));
});

test('an update that fails changes nothing and lets the next one in', async () => {
  const store = createCredentialStore(home);
  await store.update(async () => tokens(1));
  await expect(store.update(() => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
  expect(await store.update(async (present) => present)).toEqual(tokens(1));
});

test('tokens are readable by their owner alone, and forgotten when they are taken away', async () => {
  const store = createCredentialStore(home);
  await store.update(async () => tokens(1));
  expect((await stat(join(home, 'credentials.json'))).mode & 0o777).toBe(0o600);
  await store.update(async () => undefined);
  expect(await store.read()).toBeUndefined();
});
