import { join } from 'node:path';
import { type LocalIdentity, sameState, sameWrite } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import type { SharedDisk } from './move-file.ts';
import { hasNoLinks, renameIfFree } from './rename-to-free.ts';
import { lookAt } from './scan-folder.ts';

/**
 * Puts a file of the engine's own folder under a name in the place of one that is in the given state, and answers whether it did. What
 * is replaced is taken aside first, for as long as the two calls take: what somebody has saved under the name until then goes back, and what is
 * saved while the name is free stays. `place`: room aside for what is replaced, which lies there until `AsideFolder.clear`.
 */
export async function replaceFile(
  { root, calls, aside }: SharedDisk,
  file: { readonly staged: string; readonly path: string; readonly replaces: LocalIdentity; readonly place: string },
): Promise<boolean> {
  const { staged, path, replaces, place } = file;
  const present = lookAt(root, path, calls);
  if (present.kind !== 'entry' || !sameState(present.entry.identity, replaces)) return false;
  const taken = aside.take(path, place);
  if (taken === undefined || !sameWrite(taken.identity, replaces)) {
    await aside.putBack(place);
    return false;
  }
  let hasTwoNames: boolean;
  try {
    hasTwoNames = nameFree(calls, staged, join(root, path));
  } catch (error) {
    // Somebody has saved a file there. What was to be replaced is what the service has, and is not needed.
    if (errorCode(error) !== 'EEXIST') {
      await aside.putBack(place);
      throw error;
    }
    aside.remove(place);
    return false;
  }
  aside.spend(place, taken.identity);
  if (hasTwoNames) calls.unlinkSync(staged);
  return true;
}

/**
 * Gives a file a free name, and answers whether it has the other one still. At once: nobody finds nothing there for longer than that takes.
 * @throws Error EEXIST when something stands there.
 */
function nameFree(calls: DiskCalls, from: string, to: string): boolean {
  try {
    calls.linkSync(from, to);
    return true;
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    renameIfFree(calls, from, to);
    return false;
  }
}
