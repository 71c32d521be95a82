import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { findStrayFolder, type StrayFolder } from '../platform/node/moved-link.ts';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { realPlace } from './real-place.ts';

/** The linked folders that a command is about: the named one, or all. */
export async function findLinkedFolders(home: string, given: string | undefined): Promise<readonly LinkedFolder[]> {
  const folders = await readLinkedFolders(home);
  if (given === undefined) {
    if (folders.length > 0) return folders;
    throw notLinked('No folder is linked on this device.');
  }
  const path = await placeOf(given);
  const found = folders.filter((folder) => folder.path === path);
  if (found.length > 0) return found;
  throw notLinkedThere(given, await findStrayFolder(folders, path));
}

/** A linked folder whose disk is away has no real path; then it is known by the path that it was linked with. */
async function placeOf(given: string): Promise<string> {
  const absolute = resolve(given);
  return realpath(absolute).catch(() => realPlace(absolute));
}

/** The folder that was named, for a request; nothing for all of them. */
export async function targetOf(home: string, given: string | undefined): Promise<{ readonly folderId?: string }> {
  const [folder] = await findLinkedFolders(home, given);
  return given === undefined || folder === undefined ? {} : { folderId: folder.folderId };
}

/** The one linked folder that was named. @throws CommandError when it is none. */
export async function requireLinkedFolder(home: string, given: string): Promise<LinkedFolder> {
  const [folder] = await findLinkedFolders(home, given);
  if (folder === undefined) throw notLinked(`${quote(given)} is not linked.`, SEE_STATUS);
  return folder;
}

/** A linked folder by the place that it was moved to; undefined when none was moved there. */
export async function findMovedFolder(home: string, given: string): Promise<LinkedFolder | undefined> {
  const path = await placeOf(given);
  const stray = await findStrayFolder(await readLinkedFolders(home), path);
  return stray?.kind === 'moved' ? { ...stray.folder, path } : undefined;
}

function notLinkedThere(given: string, stray: StrayFolder | undefined): CommandError {
  if (stray === undefined) return notLinked(`${quote(given)} is not linked.`, SEE_STATUS);
  const original = quote(stray.folder.path);
  return stray.kind === 'moved'
    ? notLinked(
        `${quote(given)} is the linked folder ${original}, which was moved.`,
        'Go on with it at its new place with `syncline link FOLDER`.',
      )
    : notLinked(`${quote(given)} is a copy of the linked folder ${original}.`, `Name ${original} instead.`);
}

const SEE_STATUS = '`syncline status` lists the linked folders; `syncline link FOLDER` links another one.';

function notLinked(message: string, remedy = 'Link a folder with `syncline link FOLDER`.'): CommandError {
  return new CommandError({
    reason: 'notFound',
    code: 'not_linked',
    message,
    remedy,
  });
}
