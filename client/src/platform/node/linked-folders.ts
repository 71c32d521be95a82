import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeviceId, encodeUlid, NamespaceId } from '@syncline/protocol';
import * as z from 'zod/mini';
import { makePrivateDirectory, readTextFile, writePrivateFile } from './configuration-directory.ts';
import { errorCode } from './error-code.ts';

/** A folder that is linked on this installation. Its files in `SYNCLINE_HOME/folders` are named by its id. */
export const LinkedFolder = z.object({
  folderId: z.string(),
  /** Absolute. */
  path: z.string(),
  namespaceId: NamespaceId,
  deviceId: DeviceId,
});
export type LinkedFolder = z.infer<typeof LinkedFolder>;

/** SQLITE_BUSY. Source: https://www.sqlite.org/rescode.html#busy */
const BUSY = 5;

export function makeFolderId(): string {
  return encodeUlid(randomBytes(16));
}

function directoryOf(home: string): string {
  return join(home, 'folders');
}

export function stateFile(home: string, folderId: string): string {
  return join(directoryOf(home), `${folderId}.sqlite`);
}

export async function writeLinkedFolder(home: string, folder: LinkedFolder): Promise<void> {
  const file = join(directoryOf(home), `${folder.folderId}.json`);
  await writePrivateFile(file, `${JSON.stringify(folder, undefined, 2)}\n`);
}

/** In the order of their paths. @throws Error that names the file, when one is damaged. */
export async function readLinkedFolders(home: string): Promise<readonly LinkedFolder[]> {
  const folders: LinkedFolder[] = [];
  for (const name of await namesIn(directoryOf(home))) {
    if (!name.endsWith('.json')) continue;
    const file = join(directoryOf(home), name);
    const text = await readTextFile(file);
    if (text === undefined) continue;
    const decoded = z.safeParse(LinkedFolder, parseJson(text));
    if (!decoded.success) throw new Error(`${file} is damaged: move it away and link the folder again`);
    folders.push(decoded.data);
  }
  return folders.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Takes a linked folder for this process alone, or answers undefined when another one has it. The operating system gives it back
 * when the process dies in whatever way, so there are no stale locks: it is an exclusive transaction of SQLite.
 */
export async function lockFolder(home: string, folderId: string): Promise<{ release(): void } | undefined> {
  await makePrivateDirectory(directoryOf(home));
  const database = new DatabaseSync(join(directoryOf(home), `${folderId}.lock`));
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === BUSY) return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON fits no schema; the caller names the file.
    return undefined;
  }
}
