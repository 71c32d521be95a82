import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../platform/node/error-code.ts';
import { permissions } from '../platform/node/permissions.ts';
import type { DownloadSink } from '../transfers/download-content.ts';

/** A file that grows beside its final place and appears there only when it is whole. */
export interface StagedFile {
  readonly sink: DownloadSink;
  /**
   * Makes it durable and puts it in place. Without `replace` a file that stands there is left alone.
   * @throws Error EEXIST when something stands there.
   */
  readonly publish: (options: {
    readonly replace: boolean;
    readonly executable: boolean;
    readonly modifiedAt: Date;
  }) => Promise<void>;
  /** Removes what has not been published. */
  readonly discard: () => Promise<void>;
}

/**
 * `mode`: that of the file that it is to replace. Its permissions are kept, as the sync keeps them, and from the first byte on: what only its owner
 * might read nobody else reads meanwhile. @throws Error of the file system.
 */
export async function createStagedFile(target: string, mode: number | undefined): Promise<StagedFile> {
  const staged = join(dirname(target), `.syncline-${randomBytes(8).toString('hex')}.part`);
  const handle = await open(staged, 'wx', mode === undefined ? 0o666 : PRIVATE);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    sink: {
      async write(offset, bytes) {
        let written = 0;
        while (written < bytes.length) {
          const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
          written += bytesWritten;
        }
      },
    },
    async publish({ replace, executable, modifiedAt }) {
      const present = (await handle.stat()).mode & 0o777;
      const wanted = permissions(mode ?? present, executable);
      if (process.platform !== 'win32' && wanted !== present) await handle.chmod(wanted).catch(unlessWithoutModes);
      await handle.sync();
      await close();
      await utimes(staged, modifiedAt, modifiedAt);
      if (replace) await rename(staged, target);
      else await renameIfFree(staged, target);
      await syncDirectory(dirname(target));
    },
    async discard() {
      await close();
      await rm(staged, { force: true });
    },
  };
}

const PRIVATE = 0o600;

/** A disk without permissions, such as FAT, refuses to set some, and has the file all the same. */
function unlessWithoutModes(failure: unknown): void {
  if (!NO_MODES.has(errorCode(failure) ?? '')) throw failure;
}

const NO_MODES = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A link never replaces anything, unlike a rename; where the disk has no links, looking first has to do. */
async function renameIfFree(staged: string, target: string): Promise<void> {
  try {
    await link(staged, target);
    await rm(staged);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
    const handle = await open(target, 'wx');
    await handle.close();
    await rename(staged, target);
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open directories; there the rename is durable by itself.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
