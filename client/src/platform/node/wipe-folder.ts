import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalEntry, parentPath, type SyncedNode, sameFolder, sameState, sameWrite } from '../../engine/trees.ts';
import { AsideFolder } from './aside-folder.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { makeDirectories } from './make-directories.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { isRealFolder } from './real-folder.ts';
import { renameToFree } from './rename-to-free.ts';
import { ENGINE_FOLDER, lookAt, scanFolder } from './scan-folder.ts';

/** What has become of a folder that was wiped. */
export interface WipedFolder {
  readonly removedFiles: number;
  /** Everything that stays and is no folder, by its path: it is not at the service as it is here, or could not be removed. */
  readonly kept: readonly string[];
}

/**
 * Removes from a folder the files that the service has: those that are in exactly the state in which both sides agreed on them, and nothing
 * else. Folders that both sides had go when nothing is left in them. What was edited since, or never sent, or is ignored, stays, and so does
 * what a disk refuses to remove.
 *
 * A file is put aside first, and removed only if nothing was written to it until then; else it goes back to its place, or stays aside when
 * another one has taken that. Can be repeated, also after the process was killed in the middle: what is gone is gone, and what lies aside from
 * then is looked at again. Precondition: nothing syncs the folder.
 */
export async function wipeFolder(
  root: string,
  synced: Iterable<SyncedNode>,
  calls: DiskCalls = nodeDiskCalls,
): Promise<WipedFolder> {
  const agreed = Map.groupBy(synced, ({ identity }) => `${identity.device}/${identity.inode}`);
  const find = ({ identity: { device, inode } }: LocalEntry): readonly SyncedNode[] =>
    agreed.get(`${device}/${inode}`) ?? [];
  const disk: Disk = { root, calls, find };
  // What a sync that was killed has left aside is looked at under its name.
  await new AsideFolder(root, calls).bringBack(() => false);
  await makeDirectories(calls, join(root, ASIDE));
  let removedFiles = 0;
  const kept: string[] = [];
  const aside = scanFolder(join(root, ASIDE), '', { calls });
  for (const entry of [...aside.folders.values()].flat()) {
    // Who put it there was killed between the two looks at it.
    if (isAgreedOn(disk, entry, sameWrite) && removes(disk, `${ASIDE}/${entry.path}`)) removedFiles += 1;
    else kept.push(`${ASIDE}/${entry.path}`);
  }
  const { folders } = scanFolder(root, '', { calls });
  const entries = [...folders.values()].flat();
  for (const entry of entries) {
    if (entry.kind === 'folder') continue;
    const remains = await wipeFile(disk, entry);
    if (remains === undefined) removedFiles += 1;
    else kept.push(remains);
  }
  const emptied = entries.filter(({ kind }) => kind === 'folder').toSorted((a, b) => b.path.length - a.path.length);
  for (const entry of emptied) removeEmptyFolder(disk, entry);
  return { removedFiles, kept: kept.toSorted() };
}

/** Where files lie between the look before their removal and the one after. */
const ASIDE = `${ENGINE_FOLDER}/wiped`;

interface Disk {
  readonly root: string;
  readonly calls: DiskCalls;
  /** What both sides agreed on of the object that stands there. */
  readonly find: (entry: LocalEntry) => readonly SyncedNode[];
}

/** Whether an entry is a file whose content the service has, by the comparison that is given. */
function isAgreedOn({ find }: Disk, entry: LocalEntry, isSame: typeof sameState): boolean {
  if (entry.kind !== 'file') return false;
  return find(entry).some(
    ({ kind, contentHash, identity }) =>
      kind === 'file' && contentHash !== undefined && isSame(identity, entry.identity),
  );
}

/** Answers where the file is afterwards; undefined when it is gone. */
async function wipeFile(disk: Disk, entry: LocalEntry): Promise<string | undefined> {
  const { root, calls } = disk;
  const { path } = entry;
  if (!isAgreedOn(disk, entry, sameState) || !isRealFolder(calls, root, parentPath(path))) return path;
  const { device, inode } = entry.identity;
  const aside = `${ASIDE}/${device}-${inode}`;
  if (lookAt(root, aside, calls).kind !== 'absent') return path;
  const present = lookAt(root, path, calls);
  if (present.kind !== 'entry' || !isAgreedOn(disk, present.entry, sameState)) return path;
  try {
    calls.renameSync(join(root, path), join(root, aside));
  } catch (error) {
    return refused(error, path);
  }
  const moved = lookAt(root, aside, calls);
  if (moved.kind === 'entry' && isAgreedOn(disk, moved.entry, sameWrite) && removes(disk, aside)) return undefined;
  try {
    await renameToFree(calls, { from: join(root, aside), to: join(root, path), precious: true });
    return path;
  } catch (error) {
    return refused(error, aside);
  }
}

/** At once, so that nothing of this process comes between the last look and the removal. */
function removes({ root, calls }: Disk, path: string): boolean {
  try {
    calls.unlinkSync(join(root, path));
    return true;
  } catch (error) {
    refused(error, path);
    return false;
  }
}

function removeEmptyFolder({ root, calls, find }: Disk, entry: LocalEntry): void {
  const isAgreed = find(entry).some(({ kind, identity }) => kind !== 'file' && sameFolder(identity, entry.identity));
  if (!isAgreed || !isRealFolder(calls, root, parentPath(entry.path))) return;
  try {
    // Refuses every folder in which anything stands.
    rmdirSync(join(root, entry.path));
  } catch (error) {
    refused(error, entry.path);
  }
}

/** @throws what is no answer of the operating system: a defect. */
function refused(error: unknown, path: string): string {
  if (errorCode(error) === undefined) throw error;
  return path;
}
