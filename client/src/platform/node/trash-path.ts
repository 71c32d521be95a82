import { dirname, join } from 'node:path';
import { DiskRefusedError } from '../../engine/ports.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { makeDirectories } from './make-directories.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';
import { syncDirectory } from './sync-directory.ts';

/** Names that are tried in the trash. */
const TRASH_NAMES_MAX = 10_000;

/** A free place in the trash, sorted by day, that keeps the path of what is put there. */
export async function trashPath(
  calls: DiskCalls,
  doomed: { readonly root: string; readonly path: string; readonly day: string },
): Promise<string> {
  for (let attempt = 1; attempt <= TRASH_NAMES_MAX; attempt++) {
    const turn = attempt === 1 ? doomed.day : `${doomed.day} ${attempt}`;
    const target = join(doomed.root, ENGINE_FOLDER, 'trash', turn, doomed.path);
    if (isTaken(calls, target)) continue;
    // What is moved there must not be in a folder that a power failure takes away.
    for (const changed of await makeDirectories(calls, dirname(target))) await syncDirectory(calls, changed);
    return target;
  }
  throw new DiskRefusedError('the trash has no free name');
}

/** Also where a file stands in the place of a folder above. */
function isTaken(calls: DiskCalls, target: string): boolean {
  try {
    return calls.lstatSync(target) !== undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return true;
    throw error;
  }
}
