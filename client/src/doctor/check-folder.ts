import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errorCode } from '../platform/node/error-code.ts';
import { type LinkedFolder, stateFile } from '../platform/node/linked-folders.ts';
import { openFiles } from '../sync/open-engine.ts';
import { type Finding, fine, problem } from './finding.ts';

/** Whether a linked folder is the one that was linked. */
export async function checkRoot(folder: LinkedFolder): Promise<Finding> {
  const root = await openFiles(folder).verifyRoot();
  switch (root) {
    case 'verified':
      return fine('folder', `'${folder.path}' is the folder that was linked.`);
    case 'missing':
      return problem('folder', `'${folder.path}' is not there, or has lost its marker.`, MISSING);
    case 'foreign':
      return problem(
        'folder',
        `'${folder.path}' is another folder than the one that was linked, or has a damaged marker.`,
        FOREIGN,
      );
  }
}

const MISSING =
  'Mount its disk, or bring the folder back. If it was moved, or has lost its marker: `syncline link` with the place where it is. If it is gone for good: `syncline unlink`, then link a new one.';
const FOREIGN = 'Bring the right folder back, or link this one in its place with `syncline link`.';

/** Whether the state of a folder is whole. It reads all of it, beside a sync that uses it. */
export function checkState(home: string, folder: LinkedFolder): Finding {
  const file = stateFile(home, folder.folderId);
  if (!existsSync(file)) return fine('state', `'${folder.path}' has not been synced yet.`);
  const defects = integrityDefects(file);
  if (defects.length === 0) return fine('state', `The state of '${folder.path}' is whole.`);
  const remedy = `Find it out again from both sides: \`syncline doctor --rebuild '${folder.path}'\`. No file is changed by that.`;
  return problem('state', `The state of '${folder.path}' is damaged (${defects[0]}).`, remedy);
}

function integrityDefects(file: string): readonly string[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const rows = database.prepare('PRAGMA integrity_check(1)').all();
      return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
    } finally {
      database.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** How many folders a sync of this one has to watch, as far as is known. */
export function countFolders(home: string, folder: LinkedFolder): number {
  const file = stateFile(home, folder.folderId);
  if (!existsSync(file)) return 1;
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return 1 + Number(database.prepare("SELECT count(*) AS n FROM synced WHERE kind = 'folder'").get()?.['n'] ?? 0);
    } finally {
      database.close();
    }
  } catch (error) {
    // A damaged state is told by its own check.
    if (errorCode(error) === undefined) throw error;
    return 1;
  }
}
