import { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { LocalEntry } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { lookAt } from './scan-folder.ts';
import { syncDirectory } from './sync-directory.ts';

/** Error codes with which file systems say that they have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Renames a file to a free name. `rename` would replace what somebody puts there at the last moment; a second name followed by
 * the removal of the first cannot. `precious`: nobody else has these bytes, so the second name is durable before the first goes.
 * @throws Error EEXIST when something stands there, ENOENT when the file is no longer under its first name.
 */
export async function renameToFree(
  calls: DiskCalls,
  names: { readonly from: string; readonly to: string; readonly precious: boolean },
): Promise<void> {
  const { from, to } = names;
  try {
    await calls.link(from, to);
  } catch (error) {
    const code = errorCode(error);
    if (code !== undefined && NO_LINKS.has(code)) return renameIfFree(calls, from, to);
    if (code !== 'EEXIST' || !isSameFile(calls, from, to)) throw error;
  }
  if (names.precious) {
    if (dirname(from) !== dirname(to)) await syncDirectory(calls, dirname(to));
    // Whoever saves a file puts another one under its name, and that one has no second name.
    if (!isSameFile(calls, from, to)) throw Object.assign(new Error('another file has come'), { code: 'ENOENT' });
  }
  await calls.unlink(from);
}

/** Whether the file stands under both names: the rest of a move that was interrupted between its two halves. */
export function isSecondName(occupant: LocalEntry, source: LocalEntry): boolean {
  return occupant.kind === 'file' && isSameInode(occupant, source);
}

export function isSameInode(a: LocalEntry, b: LocalEntry): boolean {
  return a.kind === b.kind && a.identity.inode === b.identity.inode && a.identity.device === b.identity.device;
}

/** An empty file that takes the name keeps others from it. If the process dies before the rename, it stays there. */
async function renameIfFree(calls: DiskCalls, from: string, to: string): Promise<void> {
  const claim = await calls.open(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  await claim.close();
  try {
    await calls.rename(from, to);
  } catch (error) {
    if (calls.lstatSync(to)?.size === 0n) await calls.unlink(to);
    throw error;
  }
}

function isSameFile(calls: DiskCalls, a: string, b: string): boolean {
  const [left, right] = [lookAt(a, '', calls), lookAt(b, '', calls)];
  return left.kind === 'entry' && right.kind === 'entry' && isSecondName(left.entry, right.entry);
}
