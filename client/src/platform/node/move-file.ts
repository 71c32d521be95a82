import { dirname, join } from 'node:path';
import type { LocalEntry } from '../../engine/trees.ts';
import type { AsideFolder } from './aside-folder.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { hasNoLinks, isSameFile, isSameInode, isSecondName, renameIfFree } from './rename-to-free.ts';
import { syncDirectory } from './sync-directory.ts';

/** A synced folder in which people save files at any moment. */
export interface SharedDisk {
  readonly root: string;
  readonly calls: DiskCalls;
  readonly aside: AsideFolder;
}

/**
 * Moves a file to a free name. The second name is durable before the first is taken, and that one is removed only where it is found to be of
 * this very file; what somebody has saved there goes back. Where the disk does not let it lose its first name, the second goes again: a file
 * with two names would be edited under both. `place`: room aside for the first name.
 * @throws Error EEXIST when something stands at the new name, ENOENT when another file has come under the first one.
 */
export async function moveFile(
  { root, calls, aside }: SharedDisk,
  move: { readonly from: string; readonly to: string; readonly source: LocalEntry; readonly place: string },
): Promise<void> {
  const { source, place } = move;
  const [from, to] = [join(root, move.from), join(root, move.to)];
  let isLinked = false;
  try {
    await calls.link(from, to);
    isLinked = true;
  } catch (error) {
    if (hasNoLinks(error)) {
      await moveByName({ calls, aside }, { ...move, to });
      return;
    }
    if (errorCode(error) !== 'EEXIST' || !isSameFile(calls, from, to)) throw error;
  }
  if (dirname(from) !== dirname(to)) await syncDirectory(calls, dirname(to));
  if (!isSameFile(calls, to, from)) throw otherFile();
  try {
    const taken = aside.take(move.from, place);
    if (taken !== undefined && isSecondName(taken, source)) {
      aside.remove(place);
      return;
    }
    await aside.putBack(place);
    throw otherFile();
  } catch (error) {
    if (isLinked && errorCode(error) !== undefined) await withdrawName({ root, calls, aside }, move);
    throw error;
  }
}

/** Takes back a name that was just given, where the file stands under its first one, too. A disk that refuses that as well leaves both. */
async function withdrawName(
  { root, calls, aside }: SharedDisk,
  move: { readonly from: string; readonly to: string },
): Promise<void> {
  try {
    const place = await aside.room(move.to);
    const from = join(root, move.from);
    if (!isSameFile(calls, from, join(root, move.to))) return;
    aside.take(move.to, place);
    if (isSameFile(calls, from, place)) aside.remove(place);
    else await aside.putBack(place);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/** Where there are no second names. */
async function moveByName(
  { calls, aside }: Pick<SharedDisk, 'calls' | 'aside'>,
  { from, to, source, place }: Parameters<typeof moveFile>[1],
): Promise<void> {
  const taken = aside.take(from, place);
  try {
    if (taken === undefined || !isSameInode(taken, source)) throw otherFile();
    renameIfFree({ ...calls, renameSync: (_, target) => aside.moveOn(place, target) }, place, to);
  } catch (error) {
    await aside.putBack(place);
    throw error;
  }
}

function otherFile(): Error {
  return Object.assign(new Error('another file has come'), { code: 'ENOENT' });
}
