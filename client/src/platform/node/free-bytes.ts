import { statfs } from 'node:fs/promises';
import { errorCode } from './error-code.ts';

/** Room on the disk of a directory for this process, in bytes; none where that cannot be told. */
export async function freeBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 0;
  }
}
