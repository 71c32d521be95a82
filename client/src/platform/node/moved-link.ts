import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { rootNodeId } from '@syncline/protocol';
import { errorCode } from './error-code.ts';
import { MOVED_NAMES_MAX } from './limits.ts';
import { type LinkedFolder, stateFile } from './linked-folders.ts';
import { readRootMarker } from './root-marker.ts';

/**
 * What a folder that is not linked at its place is to this installation, by its marker:
 * - `moved`   a linked folder that is not at its own place any more;
 * - `copied`  a copy of a linked folder that is still there, or may be.
 */
export interface StrayFolder {
  readonly kind: 'moved' | 'copied';
  readonly folder: LinkedFolder;
}

/** Undefined when none of these links has made the marker of the folder at this path. */
export async function findStrayFolder(
  folders: readonly LinkedFolder[],
  path: string,
): Promise<StrayFolder | undefined> {
  const marker = await readRootMarker(path);
  if (typeof marker === 'string') return undefined;
  const folder = folders.find(({ folderId }) => folderId === marker.folderId);
  if (folder === undefined || folder.path === path || folder.deviceId !== marker.deviceId) return undefined;
  const there = await readRootMarker(folder.path);
  const isGone = there === 'missing' || (there !== 'damaged' && there.folderId !== folder.folderId);
  return { kind: isGone ? 'moved' : 'copied', folder };
}

/**
 * Whether the folder at a path is the one that was linked: by its marker at its own place, else by what it holds, since a marker travels with copies
 * and can get lost.
 */
export async function isLinkedFolder(home: string, folder: LinkedFolder, path: string): Promise<boolean> {
  const marker = folder.path === path ? await readRootMarker(path) : 'missing';
  if (typeof marker === 'object' && marker.folderId === folder.folderId) return true;
  return holdsSyncedObjects(home, folder, path);
}

/**
 * Whether a folder holds the very objects that were synced, as after a rename, and not copies of them. Only then does what is missing in it say
 * that somebody has removed it: a copy may be an old one, or one of a part.
 */
export function holdsSyncedObjects(home: string, { folderId, namespaceId }: LinkedFolder, path: string): boolean {
  const file = stateFile(home, folderId);
  if (!existsSync(file)) return false;
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const query = database.prepare('SELECT name, localName, device, inode FROM synced WHERE parentId = ? LIMIT ?');
      query.setReadBigInts(true);
      const rows = query.all(rootNodeId(namespaceId), MOVED_NAMES_MAX);
      const kept = rows.filter((row) => isObject(join(path, String(row['localName'] ?? row['name'])), row));
      // Some may have been edited since, by programs that put another file in their place.
      return kept.length * 2 >= rows.length;
    } finally {
      database.close();
    }
  } catch (error) {
    // A state that cannot be read says nothing.
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function isObject(path: string, row: Readonly<Record<string, unknown>>): boolean {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return false;
  return BigInt.asIntN(64, stat.dev) === row['device'] && BigInt.asIntN(64, stat.ino) === row['inode'];
}
