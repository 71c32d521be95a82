import { dirname, join } from 'node:path';
import type { DiskCalls } from './disk-calls.ts';
import { makeDirectories } from './make-directories.ts';
import { ENGINE_FOLDER, lookAt } from './scan-folder.ts';

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
    if (lookAt(target, '', calls).kind !== 'absent') continue;
    await makeDirectories(calls, dirname(target));
    return target;
  }
  throw new Error('the trash has no free name');
}
