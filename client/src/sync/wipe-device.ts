import { rm } from 'node:fs/promises';
import type { ApiClient } from '../api/api-client.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { DiskCalls } from '../platform/node/disk-calls.ts';
import {
  changeFolderSettings,
  type LinkedFolder,
  lockFolder,
  readLinkedFolders,
  removeFolderState,
  removeLinkedFolder,
  stateFile,
} from '../platform/node/linked-folders.ts';
import { nodeDiskCalls } from '../platform/node/node-disk-calls.ts';
import { openStateStore } from '../platform/node/open-state-store.ts';
import { readRootMarker, rootMarkerFile } from '../platform/node/root-marker.ts';
import { removeStaging } from '../platform/node/staged-file.ts';
import { wipeFolder } from '../platform/node/wipe-folder.ts';
import { findUnstored } from './find-unstored.ts';
import type { SignIn } from './session.ts';

export interface WipeDependencies {
  readonly home: string;
  readonly api: Pick<ApiClient, 'checkWipe' | 'listDevices' | 'reportWipe'>;
  readonly account: SignIn['account'];
  readonly deviceId: SignIn['deviceId'];
  /** The operating system's, unless told otherwise. */
  readonly calls?: DiskCalls;
}

/**
 * What has become of one linked folder. `unreached`: it is not there, another process has it, or the service could not be asked what it keeps; it is
 * wiped later.
 */
export type FolderWipe =
  | { readonly path: string; readonly state: 'unreached' }
  | {
      readonly path: string;
      readonly state: 'wiped';
      readonly removedFiles: number;
      readonly kept: readonly string[];
    };

/**
 * Whether the account has asked this device to remove what it has synced, and has not been told that it did. The service answers that also to a
 * device that may ask nothing else any more. Cost: one request.
 */
export async function isWipeAsked({ api, deviceId }: WipeDependencies): Promise<boolean> {
  try {
    const answer = await api.listDevices({});
    if (!answer.ok) return false;
    const own = answer.value.devices.find((device) => device.deviceId === deviceId);
    return own?.revokedAt !== undefined && own.wipe?.state === 'asked';
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return false;
  }
}

/**
 * Removes what this device has synced from all of its folders, and links none of them any more; then says so to the account. Only what the
 * service has goes (`wipeFolder`), by its own word (`findUnstored`), and only from folders that this account has linked: those of another one, which was signed in here before,
 * are not this one's to remove.
 *
 * First it is written down of every folder that it is being wiped: from then on nothing syncs it, so that no file that is missing is ever taken
 * for one that a person has deleted, not even after a new sign-in. A repeat goes on where an earlier one was broken off.
 */
export async function wipeDevice(dependencies: WipeDependencies): Promise<readonly FolderWipe[]> {
  const { home, account } = dependencies;
  const own = (await readLinkedFolders(home)).filter((folder) => isLinkedBy(account, folder));
  for (const { folderId } of own) await changeFolderSettings(home, folderId, { wiping: true });
  return goOnWiping(dependencies);
}

/** Goes on with the folders of which it is written down that they are being wiped. */
export async function goOnWiping(dependencies: WipeDependencies): Promise<readonly FolderWipe[]> {
  const { api, deviceId, home } = dependencies;
  const folders = (await readLinkedFolders(home)).filter(({ wiping }) => wiping === true);
  const wipes: FolderWipe[] = [];
  for (const folder of folders) wipes.push(await wipeLinked(dependencies, folder));
  const wiped = wipes.flatMap((one) => (one.state === 'wiped' ? [one] : []));
  if (wiped.length === 0 || wiped.length < wipes.length) return wipes;
  const removedFiles = wiped.reduce((sum, one) => sum + one.removedFiles, 0);
  const keptFiles = wiped.reduce((sum, one) => sum + one.kept.length, 0);
  try {
    await api.reportWipe({ parameters: { deviceId }, body: { removedFiles, keptFiles } });
  } catch (error) {
    // The files are gone all the same; the account goes on to show that it has asked.
    if (!(error instanceof UnavailableError)) throw error;
  }
  return wipes;
}

function isLinkedBy(account: SignIn['account'], { accountId, namespaceId }: LinkedFolder): boolean {
  return accountId === undefined ? namespaceId === account.homeNamespaceId : accountId === account.accountId;
}

async function wipeLinked(dependencies: WipeDependencies, folder: LinkedFolder): Promise<FolderWipe> {
  const { home, calls = nodeDiskCalls } = dependencies;
  const { path, folderId, namespaceId } = folder;
  const lock = await lockFolder(home, folderId);
  if (lock === undefined) return { path, state: 'unreached' };
  try {
    const marker = await readRootMarker(path, calls);
    if (marker === 'missing' || marker === 'damaged' || marker.folderId !== folderId)
      return { path, state: 'unreached' };
    const store = openStateStore(stateFile(home, folderId));
    let wiped: Awaited<ReturnType<typeof wipeFolder>>;
    try {
      const synced = [...store.load().synced];
      const unstored = await findUnstored(dependencies, namespaceId, synced);
      if (unstored === undefined) return { path, state: 'unreached' };
      wiped = await wipeFolder(
        path,
        synced.filter(({ nodeId }) => !unstored.has(nodeId)),
        calls,
      );
    } finally {
      store.close();
    }
    await removeStaging(calls, path);
    // The link goes before what it needs: an end in between leaves at most remains that nothing reads.
    await rm(rootMarkerFile(path), { force: true });
    await removeLinkedFolder(home, folderId);
    await removeFolderState(home, folderId);
    return { path, state: 'wiped', ...wiped };
  } finally {
    lock.release();
  }
}
