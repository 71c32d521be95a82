import { constants } from 'node:fs';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';

/**
 * Codes that say that nothing can be done: the directory went away and took its names along, the file system makes names durable
 * by itself, or a directory that may be written to may not be read. Every other one is a failure of the disk.
 */
const NOTHING_TO_DO = new Set([
  'ENOENT',
  'ENOTDIR',
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EACCES',
  'EPERM',
  'EISDIR',
]);

/**
 * Makes the names in a directory durable.
 * @throws Error of the disk, such as EIO: then they may not be.
 */
export async function syncDirectory(calls: DiskCalls, directory: string): Promise<void> {
  try {
    const handle = await calls.open(directory, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !NOTHING_TO_DO.has(code)) throw error;
  }
}
