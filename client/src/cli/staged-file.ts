import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../platform/node/error-code.ts';
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

/** @throws Error of the file system. */
export async function createStagedFile(target: string): Promise<StagedFile> {
  const staged = join(dirname(target), `.syncline-${randomBytes(8).toString('hex')}.part`);
  const handle = await open(staged, 'wx', 0o666);
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
      if (executable && process.platform !== 'win32') await handle.chmod(((await handle.stat()).mode & 0o777) | 0o111);
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
