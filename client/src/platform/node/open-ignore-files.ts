import { join } from 'node:path';
import { DISK_NAME_RULES } from '../../engine/disk-name-rules.ts';
import { FolderIgnoreRules } from '../../ignore/ignore-rules.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { IgnoreFiles } from './ignore-files.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { diskKind } from './probe-disk-names.ts';
import { lookAt } from './scan-folder.ts';

/**
 * The ignore files of a folder on a disk. Its rules are filled while folders are listed. Patterns compare without case where the
 * disks of the platform do, unless told otherwise.
 */
export function openIgnoreFiles(root: string, options: IgnoreFilesOptions = {}): IgnoreFiles {
  const calls = options.calls ?? nodeDiskCalls;
  const reader = {
    look: (path: string) => {
      const looked = lookAt(root, path, calls);
      return looked.kind === 'entry' ? looked.entry : undefined;
    },
    read: (path: string, bytesMax: number) => {
      try {
        return calls.readFileSync(join(root, path), bytesMax);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        return undefined;
      }
    },
  };
  const ignoreCase = options.ignoreCase ?? DISK_NAME_RULES[diskKind(process.platform)].foldsCase;
  return new IgnoreFiles(reader, new FolderIgnoreRules({ ignoreCase }));
}

export interface IgnoreFilesOptions {
  /** The operating system's, unless told otherwise. */
  readonly calls?: DiskCalls | undefined;
  readonly ignoreCase?: boolean | undefined;
}
