import { epochMs } from '@syncline/protocol';
import { type FolderStatus, restingStatus, runningStatus } from '../daemon/daemon-status.ts';
import { PROBLEMS_LISTED_MAX } from '../daemon/limits.ts';
import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { readSignIn } from '../sync/session.ts';
import type { CommandContext } from './command-context.ts';
import { type OfflineFolder, readOfflineFolder } from './offline-folder.ts';

/** What the disk and the last sync tell about linked folders while no daemon runs. Asks no server; without a sign-in it only lists them. */
export async function readOfflineStatus(
  context: CommandContext,
  chosen: readonly LinkedFolder[] | undefined,
): Promise<readonly FolderStatus[]> {
  const folders = chosen ?? (await readLinkedFolders(context.home));
  const isSignedIn = (await readSignIn(context.home)) !== undefined;
  const statuses: FolderStatus[] = [];
  for (const folder of folders) {
    statuses.push(
      isSignedIn ? await readOfflineFolder(context, folder, (seen) => statusOf(folder, seen)) : signedOut(folder),
    );
  }
  return statuses;
}

function statusOf(folder: LinkedFolder, seen: OfflineFolder): FolderStatus {
  if (seen.kind === 'refused') return restingStatus(folder, { ...atPresent('refused'), detail: seen.problem.detail });
  if (seen.kind !== 'read') return restingStatus(folder, atPresent(seen.kind));
  const status = runningStatus(folder, seen.status, { problemsMax: PROBLEMS_LISTED_MAX });
  return folder.paused ? { ...status, state: 'paused' } : status;
}

function signedOut(folder: LinkedFolder): FolderStatus {
  const detail = 'Nobody is signed in on this device. Sign in with `syncline login`.';
  return restingStatus(folder, { ...atPresent('refused'), detail });
}

function atPresent<S extends FolderStatus['state']>(state: S) {
  return { state, since: epochMs(Date.now()) };
}
