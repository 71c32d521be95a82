import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { UnavailableError } from '../../api/unavailable-error.ts';
import { withConfigurationLock } from './configuration-lock.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'syncline-lock-'));
});
afterEach(() => rm(home, { recursive: true }));

test('a lock that another one does not give back is a failure that passes, not a defect', async () => {
  const file = join(home, 'a.lock');
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const holding = withConfigurationLock(file, async () => {
    take();
    await released;
  });
  await taken;
  const inVain = withConfigurationLock(file, async () => 'mine', { waitMsMax: 50 });
  await expect(inVain).rejects.toBeInstanceOf(UnavailableError);
  release();
  await holding;
  expect(await withConfigurationLock(file, async () => 'mine')).toBe('mine');
});
