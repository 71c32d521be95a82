import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  type LinkedFolder,
  lockFolder,
  removeFolderState,
  removeLinkedFolder,
} from '../platform/node/linked-folders.ts';
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
  const hasMarker = await removeMarker(folder);
  await removeLinkedFolder(context.home, folder.folderId);
  const runs = await reloadDaemon(context);
  const lock = await lockFolder(context.home, folder.folderId);
  if (lock === undefined) throw stillSyncing(folder, runs);
  try {
    // What a process that was killed has left aside is the person's, and nobody else would put it back.
    if (hasMarker) await openFiles(folder).bringBack(() => false);
    if (hasMarker) await removeStaging(nodeDiskCalls, folder.path);
    await removeFolderState(context.home, folder.folderId);
  } finally {
    lock.release();
  }
  const { path, folderId } = folder;
  context.output.result({ path, folderId }, [
    `${quote(path)} is not synced any more. All its files stay, here and at the service.`,
    ...(hasMarker ? [] : [`Its marker could not be removed, because the folder is not there.`]),
  ]);
}

/** Answers whether the folder has no marker of this link any more. */
async function removeMarker({ path, folderId }: LinkedFolder): Promise<boolean> {
  const marker = await readRootMarker(path);
  if (marker === 'missing' || marker === 'damaged') return false;
  if (marker.folderId !== folderId) return true;
  try {
    await rm(rootMarkerFile(path), { force: true });
    return true;
  } catch (cause) {
    throw localFileError(rootMarkerFile(path), cause);
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
