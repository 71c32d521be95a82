import { dirname } from 'node:path';
import type { LocalEntry } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { lookAt } from './scan-folder.ts';
import { syncDirectory } from './sync-directory.ts';

/** Error codes with which file systems say that they have no hard links. Windows has EISDIR for a function that a volume does not know. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']);

/**
 * Renames a file of the engine's own folder, where nobody else puts another one under its name, to a free name. `rename` would replace what
 * somebody puts there at the last moment; a second name followed by the removal of the first cannot. `precious`: nobody else has these bytes,
 * so the second name is durable before the first goes.
 * @throws Error EEXIST when something stands there.
 */
export async function renameToFree(
  calls: DiskCalls,
  names: { readonly from: string; readonly to: string; readonly precious: boolean },
): Promise<void> {
  const { from, to, precious } = names;
  try {
    await calls.link(from, to);
  } catch (error) {
    if (hasNoLinks(error)) {
      renameIfFree(calls, from, to);
      return;
    }
    if (errorCode(error) !== 'EEXIST' || !isSameFile(calls, from, to)) throw error;
  }
  if (precious && dirname(from) !== dirname(to)) await syncDirectory(calls, dirname(to));
  calls.unlinkSync(from);
}

/** Whether a call failed because the file system has no second names. */
export function hasNoLinks(error: unknown): boolean {
  return NO_LINKS.has(errorCode(error) ?? '');
}

/** Whether the file stands under both names: the rest of a move that was interrupted between its two halves. */
export function isSecondName(occupant: LocalEntry, source: LocalEntry): boolean {
  return occupant.kind === 'file' && isSameInode(occupant, source);
}

/** What tells one object from another, whatever it is called. */
type Seen = Pick<LocalEntry, 'kind' | 'identity'>;

export function isSameInode(a: Seen, b: Seen): boolean {
  return a.kind === b.kind && a.identity.inode === b.identity.inode && a.identity.device === b.identity.device;
}

/**
 * Looking first is all that is left where there are no links, and nothing of this process comes between. An empty file that keeps
 * the name would be one for good if the process died, and would not stop a program that opens whatever is there.
 * @throws Error EEXIST when something stands there.
 */
export function renameIfFree(calls: DiskCalls, from: string, to: string): void {
  if (lookAt(to, '', calls).kind !== 'absent') throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' });
  calls.renameSync(from, to);
}

export function isSameFile(calls: DiskCalls, a: string, b: string): boolean {
  const [left, right] = [lookAt(a, '', calls), lookAt(b, '', calls)];
  return left.kind === 'entry' && right.kind === 'entry' && isSecondName(left.entry, right.entry);
}
