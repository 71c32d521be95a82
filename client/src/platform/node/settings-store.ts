import { join } from 'node:path';
import * as z from 'zod/mini';
import { readConfigurationFile, writePrivateFile } from './configuration-directory.ts';
import { withConfigurationLock } from './configuration-lock.ts';

const Rate = z.optional(z.int().check(z.positive()));

/** How fast all folders of an installation together may send and fetch; absent: as fast as it goes. */
export const TransferLimits = z.object({ upBytesPerSecond: Rate, downBytesPerSecond: Rate });
export type TransferLimits = z.infer<typeof TransferLimits>;

/** What a person has set for a whole installation. */
export const Settings = z.object({ limits: TransferLimits });
export type Settings = z.infer<typeof Settings>;

function fileOf(home: string): string {
  return join(home, 'settings.json');
}

/** @throws DamagedConfigurationError */
export async function readSettings(home: string): Promise<Settings> {
  const expected = { schema: Settings, remedy: 'Move it away, then set again what was set with `syncline limit`.' };
  return (await readConfigurationFile(fileOf(home), expected)) ?? { limits: {} };
}

/** Replaces the settings by what `change` makes of them, whatever other processes change meanwhile. */
export async function changeSettings(home: string, change: (present: Settings) => Settings): Promise<Settings> {
  return withConfigurationLock(join(home, 'settings.lock'), async () => {
    const changed = change(await readSettings(home));
    await writePrivateFile(fileOf(home), `${JSON.stringify(changed, undefined, 2)}\n`);
    return changed;
  });
}
