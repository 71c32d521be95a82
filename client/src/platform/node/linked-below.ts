import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import { NESTED_FOLDERS_MAX } from './limits.ts';
import type { LinkedFolder } from './linked-folders.ts';
import { readRootMarker } from './root-marker.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';

/**
 * A folder below this one that another installation has linked, or once had: it has a marker that none of these links has made, or one that
 * cannot be read. The two would send each other's files. Undefined when none was found.
 *
 * Looks into at most `foldersMax` folders, those of a level before those below them, and follows no links. A folder that cannot be read has
 * nothing in it. Cost: one readdir a folder.
 */
export async function findLinkedBelow(
  path: string,
  own: readonly LinkedFolder[],
  foldersMax = NESTED_FOLDERS_MAX,
): Promise<string | undefined> {
  const folders = [path];
  for (const folder of folders) {
    // Synchronous calls, as in the walk of a sync, whose reasons hold here too.
    for (const { name } of entriesOf(folder).filter((entry) => entry.isDirectory())) {
      if (name !== ENGINE_FOLDER) {
        if (folders.length < foldersMax) folders.push(join(folder, name));
      } else if (folder !== path && (await isMarkedByOthers(folder, own))) return folder;
    }
  }
  return undefined;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

/** The marker of another person's installation cannot be read, and is one all the same. */
async function isMarkedByOthers(folder: string, own: readonly LinkedFolder[]): Promise<boolean> {
  const marker = await readRootMarker(folder);
  if (typeof marker === 'string') return marker === 'damaged';
  return !own.some(({ folderId }) => folderId === marker.folderId);
}
