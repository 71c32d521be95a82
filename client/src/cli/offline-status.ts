import { epochMs } from '@syncline/protocol';
import { type FolderStatus, restingStatus, runningStatus } from '../daemon/daemon-status.ts';
import { PROBLEMS_LISTED_MAX } from '../daemon/limits.ts';
import { describeForeignLink } from '../platform/node/foreign-link.ts';
import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { readSignIn, type SignIn } from '../sync/session.ts';
import type { CommandContext } from './command-context.ts';
import { type OfflineFolder, readOfflineFolder } from './offline-folder.ts';

/** What the disk and the last sync tell about linked folders while no daemon runs. Asks no server; without a sign-in it only lists them. */
export async function readOfflineStatus(
  context: CommandContext,
  chosen: readonly LinkedFolder[] | undefined,
): Promise<readonly FolderStatus[]> {
  const folders = chosen ?? (await readLinkedFolders(context.home));
  const signIn = await readSignIn(context.home);
  const statuses: FolderStatus[] = [];
  for (const folder of folders) {
    const refusal = signIn === undefined ? SIGNED_OUT : foreignDetail(folder, signIn);
    statuses.push(
      refusal === undefined
        ? await readOfflineFolder(context, folder, (seen) => statusOf(folder, seen))
        : restingStatus(folder, { ...atPresent('refused'), detail: refusal }),
    );
  }
  return statuses;
}

function foreignDetail(folder: LinkedFolder, { account }: SignIn): string | undefined {
  const foreign = describeForeignLink(folder, account);
  return foreign === undefined ? undefined : `It ${foreign.message}. ${foreign.remedy}`;
}

function statusOf(folder: LinkedFolder, seen: OfflineFolder): FolderStatus {
  if (seen.kind === 'refused') return restingStatus(folder, { ...atPresent('refused'), detail: seen.problem.detail });
  if (seen.kind !== 'read') return restingStatus(folder, atPresent(seen.kind));
  const status = runningStatus(folder, seen.status, { problemsMax: PROBLEMS_LISTED_MAX });
  return folder.paused ? { ...status, state: 'paused' } : status;
}

const SIGNED_OUT = 'Nobody is signed in on this device. Sign in with `syncline login`.';

function atPresent<S extends FolderStatus['state']>(state: S) {
  return { state, since: epochMs(Date.now()) };
}
