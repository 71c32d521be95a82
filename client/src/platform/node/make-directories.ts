import { dirname } from 'node:path';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';

/**
 * Makes a directory and those above it that are missing, each with these permissions. Answers the directories that got an entry by
 * it, the highest first: their `sync` makes the new ones durable.
 */
export async function makeDirectories(calls: DiskCalls, directory: string, mode = 0o777): Promise<readonly string[]> {
  const above = dirname(directory);
  try {
    return await makeDirectory(calls, directory, mode);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || above === directory) throw error;
  }
  const changed = await makeDirectories(calls, above, mode);
  return [...changed, ...(await makeDirectory(calls, directory, mode))];
}

async function makeDirectory(calls: DiskCalls, directory: string, mode: number): Promise<readonly string[]> {
  try {
    await calls.mkdir(directory, mode);
    return [dirname(directory)];
  } catch (error) {
    // A file in its place is in the way; a link to a directory is not.
    const isInTheWay = calls.lstatSync(directory)?.isFile() ?? true;
    if (errorCode(error) === 'EEXIST' && !isInTheWay) return [];
    throw error;
  }
}
