import type { DiskSpace } from '../../engine/ports.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';

/** Room on the file system of a directory; undefined where it does not tell, as some network disks do. */
export async function diskSpace(calls: Pick<DiskCalls, 'statfs'>, directory: string): Promise<DiskSpace | undefined> {
  try {
    const space = await calls.statfs(directory);
    return space.totalBytes > 0 ? space : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Room on the disk of a directory for this process, in bytes; none where that cannot be told. */
export async function freeBytes(directory: string): Promise<number> {
  return (await diskSpace(nodeDiskCalls, directory))?.freeBytes ?? 0;
}
