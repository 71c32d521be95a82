import type { Stats } from 'node:fs';
import { lstat, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { errorCode } from '../platform/node/error-code.ts';
import {
  type LinkedFolder,
  lockFolder,
  removeFolderState,
  removeLinkedFolder,
} from '../platform/node/linked-folders.ts';
import { holdsSyncedObjects } from '../platform/node/moved-link.ts';
import { nodeDiskCalls } from '../platform/node/node-disk-calls.ts';
import { readRootMarker, rootMarkerFile } from '../platform/node/root-marker.ts';
import { removeStaging } from '../platform/node/staged-file.ts';
import { openFiles } from '../sync/open-engine.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { reloadDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';
import { findMovedFolder, requireLinkedFolder } from './linked-folder.ts';
import { localFileError } from './local-file.ts';

export function registerUnlink(program: Command, run: RunCommand): void {
  program
    .command('unlink')
    .description('Stops syncing a folder. All files stay, here and at the service.')
    .argument('<folder>', 'a linked folder')
    .action(run(unlink));
}

/**
 * The link goes first, so that an end in between leaves at most remains that nothing reads. Without its marker no sync concludes anything from
 * the folder.
 */
async function unlink(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const moved = await findMovedFolder(context.home, given);
  const folder = moved ?? (await requireLinkedFolder(context.home, given));
  const remains = await removeMarker(context.home, folder);
  await removeLinkedFolder(context.home, folder.folderId);
  const runs = await reloadDaemon(context);
  const lock = await lockFolder(context.home, folder.folderId);
  if (lock === undefined) throw stillSyncing(folder, runs);
  try {
    if (remains === 'own') {
      // What a process that was killed has left aside is the person's, and nobody else would put it back.
      await openFiles(folder).bringBack(() => false);
      await removeStaging(nodeDiskCalls, folder.path);
    }
    await removeFolderState(context.home, folder.folderId);
  } finally {
    lock.release();
  }
  const { path, folderId } = folder;
  context.output.result({ path, folderId }, [
    `${quote(path)} is not synced any more. All its files stay, here and at the service.`,
    ...(remains === 'own' ? [] : [REMAINS[remains]]),
  ]);
}

/** What stands where a folder was linked: the folder itself, without a marker now, or what is left alone. */
type Remains = 'own' | 'gone' | 'no-folder' | 'other' | 'no-engine-folder' | 'unreadable' | 'unclear';

const REMAINS = {
  gone: 'It is not there. If it was moved, it can be linked again where it is now, as a new one; `.syncline` in it can be removed.',
  'no-folder': 'Something that is no folder stands there now, and was left alone.',
  other: 'Another folder that is linked stands there now, and was left alone.',
  'no-engine-folder': 'What is called `.syncline` in it is no folder of Syncline, and was left alone.',
  unreadable:
    'It cannot be looked at now, so nothing in it was touched. Once it can be, it can be linked again, as a new one; `.syncline` in it can be removed.',
  unclear:
    'Whether it is the folder that was linked cannot be told, so nothing in it was touched. If nothing syncs it any more, you can remove `.syncline` in it; look into `.syncline/aside` and `.syncline/trash` first.',
} as const satisfies Record<Exclude<Remains, 'own'>, string>;

/** Removes the marker of this link, and no other. */
async function removeMarker(home: string, folder: LinkedFolder): Promise<Remains> {
  const { path, folderId } = folder;
  const root = await lookBy(stat, path);
  const own = await lookBy(lstat, dirname(rootMarkerFile(path)));
  if (root === 'unreadable' || own === 'unreadable') return 'unreadable';
  if (root === undefined) return 'gone';
  if (!root.isDirectory()) return 'no-folder';
  if (own === undefined) return 'own';
  if (!own.isDirectory()) return 'no-engine-folder';
  const marker = await readRootMarker(path);
  if (typeof marker === 'object' && marker.folderId !== folderId) return 'other';
  // A marker that is lost or damaged says nothing; then what the folder holds does.
  if (typeof marker === 'string' && !holdsSyncedObjects(home, folder, path)) return 'unclear';
  try {
    await rm(rootMarkerFile(path), { force: true });
    return 'own';
  } catch (cause) {
    throw localFileError(rootMarkerFile(path), cause);
  }
}

/** Undefined when nothing is there. */
async function lookBy(call: typeof stat | typeof lstat, path: string): Promise<Stats | 'unreadable' | undefined> {
  try {
    return await call(path);
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR' ? undefined : 'unreadable';
  }
}

function stillSyncing({ path }: LinkedFolder, runs: boolean): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'already_syncing',
    message: `${quote(path)} is not linked any more, but another process still syncs it.`,
    remedy: runs ? 'It ends with its next step.' : 'Wait until it has ended.',
  });
}
