import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AccountId, ConflictStrategy, DeviceId, encodeUlid, NamespaceId, NodeId } from '@syncline/protocol';
import * as z from 'zod/mini';
import { makePrivateDirectory, readConfigurationFile, writePrivateFile } from './configuration-directory.ts';
import { withConfigurationLock } from './configuration-lock.ts';
import { errorCode } from './error-code.ts';
import { type ProcessLock, takeProcessLock } from './process-lock.ts';

/** A folder that is linked on this installation. Its files in `SYNCLINE_HOME/folders` are named by its id. */
export const LinkedFolder = z.object({
  folderId: z.string(),
  /** Absolute. */
  path: z.string(),
  namespaceId: NamespaceId,
  deviceId: DeviceId,
  /** Whose sign-in has linked it. Only folders that an early client has linked have none. */
  accountId: z.optional(AccountId),
  /** What that was signed in with, for people to read. */
  address: z.optional(z.string()),
  /** What becomes of an edit that was made on a base which the service has left. */
  onConflict: z._default(ConflictStrategy, 'keep_both'),
  /** A person has paused it, until they resume it. */
  paused: z._default(z.boolean(), false),
  /** What it has synced is being removed, by the word of the account: nothing syncs it any more. */
  wiping: z.optional(z.literal(true)),
  /** Folders of the namespace that this device is not to have on its disk. `path` is where each was when a person said so. */
  excluded: z._default(z.array(z.object({ nodeId: NodeId, path: z.string() })), []),
});
export type LinkedFolder = z.infer<typeof LinkedFolder>;

export function makeFolderId(): string {
  return encodeUlid(randomBytes(16));
}

function directoryOf(home: string): string {
  return join(home, 'folders');
}

export function stateFile(home: string, folderId: string): string {
  return join(directoryOf(home), `${folderId}.sqlite`);
}

/** Where chunks may be found on the disk of a folder: a memory that can be deleted at any time. */
export function manifestsFile(home: string, folderId: string): string {
  return join(directoryOf(home), `${folderId}.manifests.sqlite`);
}

export async function writeLinkedFolder(home: string, folder: LinkedFolder): Promise<void> {
  const file = join(directoryOf(home), `${folder.folderId}.json`);
  await writePrivateFile(file, `${JSON.stringify(folder, undefined, 2)}\n`);
}

/** What a person may change of a link. */
export type FolderSettings = Pick<LinkedFolder, 'onConflict' | 'paused' | 'wiping' | 'excluded'>;

/** Changes settings of a linked folder, whatever other processes change meanwhile. Undefined when it is not linked any more. */
export async function changeFolderSettings(
  home: string,
  folderId: string,
  settings: Partial<FolderSettings>,
): Promise<LinkedFolder | undefined> {
  return withConfigurationLock(join(home, 'folders.lock'), async () => {
    const folder = (await readLinkedFolders(home)).find((one) => one.folderId === folderId);
    if (folder === undefined) return undefined;
    const changed = { ...folder, ...settings };
    await writeLinkedFolder(home, changed);
    return changed;
  });
}

/** From then on the folder is not linked. Its state stays until `removeFolderState`. */
export async function removeLinkedFolder(home: string, folderId: string): Promise<void> {
  await withConfigurationLock(join(home, 'folders.lock'), () =>
    rm(join(directoryOf(home), `${folderId}.json`), { force: true }),
  );
}

/** Removes all that is remembered of a folder but its link. Precondition: the caller has its lock. */
export async function removeFolderState(home: string, folderId: string): Promise<void> {
  for (const name of await namesIn(directoryOf(home))) {
    const isState = name.startsWith(`${folderId}.`) && !name.endsWith('.json') && !name.endsWith('.lock');
    if (isState) await rm(join(directoryOf(home), name), { force: true });
  }
}

/** In the order of their paths. @throws DamagedConfigurationError that names the file, when one is damaged. */
export async function readLinkedFolders(home: string): Promise<readonly LinkedFolder[]> {
  const folders: LinkedFolder[] = [];
  for (const name of await namesIn(directoryOf(home))) {
    if (!name.endsWith('.json')) continue;
    const folder = await readLink(join(directoryOf(home), name));
    if (folder !== undefined) folders.push(folder);
  }
  return folders.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Takes a linked folder for this process alone, or answers undefined when another one has it. */
export async function lockFolder(home: string, folderId: string): Promise<ProcessLock | undefined> {
  await makePrivateDirectory(directoryOf(home));
  return takeProcessLock(join(directoryOf(home), `${folderId}.lock`));
}

/**
 * Takes a linked folder for this process alone, to sync it; answers undefined when another process has it, and when what it has synced is being
 * removed by now: whoever had it before may have begun that.
 */
export async function lockToSync(home: string, folderId: string): Promise<ProcessLock | undefined> {
  const lock = await lockFolder(home, folderId);
  if (lock === undefined) return undefined;
  try {
    const folder = await readLink(join(directoryOf(home), `${folderId}.json`));
    if (folder?.wiping !== true) return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.release();
  return undefined;
}

function readLink(file: string): Promise<LinkedFolder | undefined> {
  return readConfigurationFile(file, { schema: LinkedFolder, remedy: 'Move it away, and link the folder again.' });
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
