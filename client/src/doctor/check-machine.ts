import { stat } from 'node:fs/promises';
import { diskReserve } from '../engine/disk-room.ts';
import { formatBytes } from '../engine/format-bytes.ts';
import type { DiskSpace } from '../engine/ports.ts';
import { diskSpace } from '../platform/node/disk-space.ts';
import { errorCode } from '../platform/node/error-code.ts';
import { nodeDiskCalls } from '../platform/node/node-disk-calls.ts';
import { type Finding, fine, problem, warning } from './finding.ts';
import { DISK_FREE_BYTES_LOW, WATCHES_SHARE_LOW } from './limits.ts';

/** Whether the disks of these directories have room; each disk is told once, by the first directory on it. */
export async function checkDisks(directories: readonly string[]): Promise<readonly Finding[]> {
  const seen = new Set<number>();
  const found: Finding[] = [];
  for (const directory of directories) {
    try {
      const { dev } = await stat(directory);
      if (seen.has(dev)) continue;
      seen.add(dev);
      const space = await diskSpace(nodeDiskCalls, directory);
      if (space !== undefined) found.push(describeSpace(directory, space));
    } catch (error) {
      // A folder that is not there is told by its own check.
      if (errorCode(error) === undefined) throw error;
    }
  }
  return found;
}

export function describeSpace(directory: string, space: DiskSpace): Finding {
  const { freeBytes } = space;
  const reserve = diskReserve(space);
  const message = `The disk of '${directory}' has ${formatBytes(freeBytes)} free.`;
  const remedy = `Make room: files that come in are held back while less than ${formatBytes(reserve)} would stay free.`;
  if (freeBytes < reserve) return problem('disk', message, remedy);
  if (freeBytes < DISK_FREE_BYTES_LOW) return warning('disk', message, remedy);
  return fine('disk', message);
}

/** Whether all folders can be watched. `watchesMax` is undefined where the system has no such limit. */
export function checkWatching(folders: number, watchesMax: number | undefined): readonly Finding[] {
  if (watchesMax === undefined) return [];
  const message = `Folders to watch: ${folders}. The system allows ${watchesMax} for all programs together.`;
  const remedy = `Allow more: \`sudo sysctl fs.inotify.max_user_watches=${Math.max(524_288, 2 * folders)}\`, and write it into a file in /etc/sysctl.d.`;
  if (folders > watchesMax) return [problem('watching', message, `${remedy} Until then changes are found later.`)];
  if (folders > watchesMax * WATCHES_SHARE_LOW) return [warning('watching', message, remedy)];
  return [fine('watching', message)];
}
