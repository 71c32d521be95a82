import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sameState } from '../../engine/trees.ts';
import { errorCode } from './error-code.ts';
import { ENGINE_FOLDER, identityOf } from './scan-folder.ts';

/** A text file in a synced folder, in the state in which it was read; `undefined` when there is none. */
export interface ReadTextFile {
  readonly text: string;
  readonly replace: (text: string) => Promise<'replaced' | 'changed'>;
}

/**
 * Reads a text file of a synced folder, to replace it at once or not at all: when somebody has written to it in between, nothing
 * is. A file that is not there reads as empty. @throws errors of the operating system; a link there is one.
 */
export async function readToReplace(root: string, file: string): Promise<ReadTextFile> {
  const read = await readState(file);
  return {
    text: read?.text ?? '',
    async replace(text) {
      const staged = join(root, ENGINE_FOLDER, `text-${randomBytes(8).toString('hex')}`);
      try {
        await writeDurably(staged, text);
        if (read === undefined) return await placeNew(staged, file);
        await chmod(staged, read.mode);
        if (!sameState(identityOf(await lstat(file, { bigint: true })), read.identity)) return 'changed';
        await rename(staged, file);
        return 'replaced';
      } finally {
        await rm(staged, { force: true });
      }
    },
  };
}

async function readState(file: string) {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stat = await handle.stat({ bigint: true });
    return { identity: identityOf(stat), mode: Number(stat.mode) & 0o777, text: await handle.readFile('utf8') };
  } finally {
    await handle.close();
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A second name never replaces anything. */
async function placeNew(staged: string, file: string): Promise<'replaced' | 'changed'> {
  try {
    await link(staged, file);
    return 'replaced';
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'changed';
    throw error;
  }
}
