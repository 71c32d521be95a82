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
  const { from, to, precious } = names;
  try {
    await calls.link(from, to);
  } catch (error) {
    const code = errorCode(error);
    if (code !== undefined && NO_LINKS.has(code)) {
      renameIfFree(calls, from, to);
      return;
    }
    if (code !== 'EEXIST' || !isSameFile(calls, from, to)) throw error;
  }
  if (precious) {
    if (dirname(from) !== dirname(to)) await syncDirectory(calls, dirname(to));
    // Whoever saves a file puts another one under its name, and that one has no second name. The name that goes is looked at last.
    if (!isSameFile(calls, to, from)) throw Object.assign(new Error('another file has come'), { code: 'ENOENT' });
  }
  calls.unlinkSync(from);
}

/** Whether the file stands under both names: the rest of a move that was interrupted between its two halves. */
export function isSecondName(occupant: LocalEntry, source: LocalEntry): boolean {
  return occupant.kind === 'file' && isSameInode(occupant, source);
}

export function isSameInode(a: LocalEntry, b: LocalEntry): boolean {
  return a.kind === b.kind && a.identity.inode === b.identity.inode && a.identity.device === b.identity.device;
}

/**
 * Looking first is all that is left where there are no links, and nothing of this process comes between. An empty file that keeps
 * the name would be one for good if the process died, and would not stop a program that opens whatever is there.
 */
function renameIfFree(calls: DiskCalls, from: string, to: string): void {
  if (lookAt(to, '', calls).kind !== 'absent') throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' });
  calls.renameSync(from, to);
}

function isSameFile(calls: DiskCalls, a: string, b: string): boolean {
  const [left, right] = [lookAt(a, '', calls), lookAt(b, '', calls)];
  return left.kind === 'entry' && right.kind === 'entry' && isSecondName(left.entry, right.entry);
}
