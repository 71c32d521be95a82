import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import { AHEAD_DAYS, STAGING_DAYS, TRASH_DAYS } from './limits.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';

/** As stagings are named whose content was not committed yet. */
const AHEAD_PREFIX = 'ahead-';
const DAY_MS = 24 * 60 * 60 * 1000;
/** As the trash names its folders; a second one of a day has a number. */
const DAY_FOLDER = /^(?<day>\d{4}-\d\d-\d\d)(?: \d+)?$/;

/**
 * Removes for good what has lain in the trash of a synced folder for more than TRASH_DAYS, and what was fetched in part and not
 * asked for again for STAGING_DAYS, or for AHEAD_DAYS when it came ahead of a commit. Nothing outside of the two folders is touched: links are never followed, and what has another
 * name than the engine gives is left alone. What cannot be removed now is tried again the next time.
 */
export async function expireTrash({ root, now }: { readonly root: string; readonly now: Date }): Promise<void> {
  if ((await namesIn(join(root, ENGINE_FOLDER))).length === 0) return;
  const trash = join(root, ENGINE_FOLDER, 'trash');
  const lastDay = new Date(now.getTime() - TRASH_DAYS * DAY_MS).toISOString().slice(0, 10);
  for (const name of await namesIn(trash)) {
    const day = DAY_FOLDER.exec(name)?.groups?.['day'];
    if (day !== undefined && day < lastDay) await remove(join(trash, name));
  }
  const staging = join(root, ENGINE_FOLDER, 'staging');
  for (const name of await namesIn(staging)) {
    const changedAtMs = await changedAt(join(staging, name));
    const days = name.startsWith(AHEAD_PREFIX) ? AHEAD_DAYS : STAGING_DAYS;
    if (changedAtMs !== undefined && now.getTime() - changedAtMs > days * DAY_MS) await remove(join(staging, name));
  }
}

/** None where the folder is not there, or is no folder of its own. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await lstat(directory)).isDirectory() ? await readdir(directory) : [];
  } catch (error) {
    expectDiskError(error);
    return [];
  }
}

async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).ctimeMs;
  } catch (error) {
    expectDiskError(error);
    return undefined;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    expectDiskError(error);
  }
}

/** @throws what is no answer of the operating system: a defect. */
function expectDiskError(error: unknown): void {
  if (errorCode(error) === undefined) throw error;
}
