import { stat, statfs } from 'node:fs/promises';
import { errorCode } from '../platform/node/error-code.ts';
import { type Finding, fine, problem, warning } from './finding.ts';
import { DISK_FREE_BYTES_LOW, DISK_FREE_BYTES_MIN, WATCHES_SHARE_LOW } from './limits.ts';

/** Whether the disks of these directories have room; each disk is told once, by the first directory on it. */
export async function checkDisks(directories: readonly string[]): Promise<readonly Finding[]> {
  const seen = new Set<number>();
  const found: Finding[] = [];
  for (const directory of directories) {
    try {
      const { dev } = await stat(directory);
      if (seen.has(dev)) continue;
      seen.add(dev);
      const { bavail, bsize } = await statfs(directory);
      found.push(describeSpace(directory, bavail * bsize));
    } catch (error) {
      // A folder that is not there is told by its own check.
      if (errorCode(error) === undefined) throw error;
    }
  }
  return found;
}

export function describeSpace(directory: string, freeBytes: number): Finding {
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB`;
  const message = `The disk of '${directory}' has ${free} free.`;
  if (freeBytes < DISK_FREE_BYTES_MIN) return problem('disk', message, 'Make room: what comes in no longer fits.');
  if (freeBytes < DISK_FREE_BYTES_LOW) return warning('disk', message, 'Make room before large files come in.');
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
