import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ByteRange, DiskRefusedError, type StagedContent } from '../../engine/ports.ts';
import type { LocalIdentity } from '../../engine/trees.ts';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import { diskRefusal } from './disk-refusal.ts';
import { errorCode } from './error-code.ts';
import { isZeros } from './is-zeros.ts';
import { HOLE_BYTES_MIN, HOLE_READ_BYTES } from './limits.ts';
import { makeDirectories } from './make-directories.ts';
import { permissions } from './permissions.ts';
import { readBytes } from './read-bytes.ts';
import { isRealFolder } from './real-folder.ts';
import { ENGINE_FOLDER, identityOf } from './scan-folder.ts';
import { splitZeros } from './split-zeros.ts';
import { writeBytes } from './write-bytes.ts';

interface FileAttributes {
  /** Of the file that it replaces. */
  readonly mode: number | undefined;
  readonly executable: boolean;
  readonly modifiedAtMs: number | undefined;
}

/** A content that comes in, in a file of the engine's own folder until it is whole. */
export class StagedFile implements StagedContent {
  readonly file: string;
  readonly resumed: boolean;
  readonly isTakenOver: boolean;
  readonly #calls: Pick<DiskCalls, 'unlinkSync'>;
  readonly #handle: DiskHandle;
  #closed = false;
  #isDurable = false;

  constructor(
    file: string,
    state: {
      readonly calls: Pick<DiskCalls, 'unlinkSync'>;
      readonly handle: DiskHandle;
      readonly resumed: boolean;
      readonly isTakenOver: boolean;
    },
  ) {
    this.file = file;
    this.resumed = state.resumed;
    this.isTakenOver = state.isTakenOver;
    this.#calls = state.calls;
    this.#handle = state.handle;
  }

  /** Zeros that stand there already, as everywhere in a file that was just made, are not written: holes of a file stay holes. */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#isDurable = false;
    await refusing(async () => {
      for (const { start, end, areZeros } of splitZeros(bytes)) {
        if (areZeros && (await this.#isZeroAt(offset + start, end - start))) continue;
        await writeBytes(this.#handle, offset + start, bytes.subarray(start, end));
      }
    });
  }

  async #isZeroAt(offset: number, length: number): Promise<boolean> {
    for (let start = 0; start < length; start += HOLE_READ_BYTES) {
      const size = Math.min(HOLE_READ_BYTES, length - start);
      const bytes = await readBytes(this.#handle, { start: offset + start, end: offset + start + size });
      if (bytes.length < size || !isZeros(bytes)) return false;
    }
    return true;
  }

  async flush(): Promise<void> {
    await refusing(() => this.#handle.sync());
  }

  readSync({ start, end }: ByteRange): Uint8Array {
    const bytes = new Uint8Array(end - start);
    try {
      return bytes.subarray(0, this.#handle.readSync(bytes, start));
    } catch (error) {
      throw diskRefusal(error);
    }
  }

  /** Gives the file its permissions and time. @throws Error of the disk. */
  async prepare({ mode, executable, modifiedAtMs }: FileAttributes): Promise<void> {
    const present = Number((await this.#handle.stat()).mode);
    const wanted = permissions(mode ?? present, executable);
    if (wanted !== (present & PERMISSIONS)) await this.#handle.chmod(wanted);
    if (modifiedAtMs !== undefined) await this.#handle.utimes(modifiedAtMs / 1000);
  }

  /** The whole file system was made durable, after this file was prepared. */
  noteDurable(): void {
    this.#isDurable = true;
  }

  /**
   * Prepares the file, makes it durable, and closes it, as far as that is left to do. Answers the state that it has then.
   * @throws Error of the disk. Where the bytes could not be made durable the file is gone then.
   */
  async finish(attributes: FileAttributes): Promise<LocalIdentity> {
    if (!this.#isDurable) {
      await this.prepare(attributes);
      await this.#makeDurable();
    }
    const identity = identityOf(await this.#handle.stat());
    await this.close();
    return identity;
  }

  /**
   * Linux tells an error of writing back once and takes the bytes for written then: whoever took up the file again would read the right ones, and
   * the next sync would succeed without them.
   */
  async #makeDurable(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      this.#removeIfPossible();
      throw error;
    }
  }

  #removeIfPossible(): void {
    try {
      this.#calls.unlinkSync(this.file);
    } catch (error) {
      // What is to be told is why the bytes are not durable.
      if (errorCode(error) === undefined) throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await refusing(() => this.#handle.close());
  }
}

/**
 * Opens the staging file of a content; one that an earlier process left there is taken up again. Where there is none, the one at `from`
 * becomes it.
 */
export function openStagedFile(
  calls: DiskCalls,
  { file, size, from }: { readonly file: string; readonly size: number; readonly from: string | undefined },
): Promise<StagedFile> {
  return refusing(async () => {
    const made = from === undefined ? await makeStagedFile(calls, file) : undefined;
    const { handle, isTakenOver } =
      made === undefined ? await openEarlierFile(calls, { file, from }) : { handle: made, isTakenOver: false };
    try {
      const resumed = made === undefined && (await handle.stat()).size > 0n;
      // Only a file with room for holes has its length before its bytes: what is written gives it to the others.
      if (made === undefined || size >= HOLE_BYTES_MIN) await handle.truncate(size);
      return new StagedFile(file, { calls, handle, resumed, isTakenOver });
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

/** Removes the staging file of a content that nobody wants any more; one that is not there is no failure. */
export async function removeStagedFile(calls: DiskCalls, file: string): Promise<void> {
  await refusing(async () => {
    if (calls.lstatSync(file) !== undefined) calls.unlinkSync(file);
  });
}

/** Names of all staging files in a folder; none where there is no such folder, or the disk does not tell. */
export function stagedNames(calls: DiskCalls, directory: string): readonly string[] {
  try {
    return calls.readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

/** Removes all that is staged in a linked folder, of which nothing will be fetched any more. What the disk does not let go of stays. */
export async function removeStaging(calls: DiskCalls, root: string): Promise<void> {
  if (!isRealFolder(calls, root, ENGINE_FOLDER)) return;
  const directory = join(root, ENGINE_FOLDER, 'staging');
  for (const name of stagedNames(calls, directory)) {
    try {
      await removeStagedFile(calls, join(directory, name));
    } catch (error) {
      if (!(error instanceof DiskRefusedError)) throw error;
    }
  }
}

/** Room that a file takes on the disk, in bytes; undefined where none stands, or the disk does not tell. */
export function allocatedBytes(calls: DiskCalls, file: string): number | undefined {
  try {
    const stat = calls.lstatSync(file);
    return stat?.isFile() === true ? Number(stat.blocks) * BLOCK_BYTES : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The unit in which systems tell what a file takes. Source: stat(3type), st_blocks. */
const BLOCK_BYTES = 512;

/** Those bits of a mode that `chmod` sets. */
const PERMISSIONS = 0o7777;

const STAGED_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * A new staging file; undefined when one is there. There seldom is one, and to look first is dear: it waits for all who make files in
 * this directory meanwhile.
 */
async function makeStagedFile(calls: DiskCalls, file: string): Promise<DiskHandle | undefined> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await calls.open(file, STAGED_FLAGS | constants.O_EXCL, 0o666);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return undefined;
      if (code !== 'ENOENT' || !isFirst) throw error;
    }
    await makeDirectories(calls, dirname(file));
  }
}

/** The staging file that is there, or that the one at `from` becomes; an empty one where there is neither. */
async function openEarlierFile(
  calls: DiskCalls,
  { file, from }: { readonly file: string; readonly from: string | undefined },
): Promise<{ readonly handle: DiskHandle; readonly isTakenOver: boolean }> {
  await makeDirectories(calls, dirname(file));
  const earlier = calls.lstatSync(file);
  // Whoever died between giving a file its name and taking this one from it has left two names of somebody's file.
  if ((earlier?.nlink ?? 0n) > 1n) calls.unlinkSync(file);
  const isTakenOver = earlier === undefined && from !== undefined && calls.lstatSync(from)?.isFile() === true;
  if (isTakenOver) calls.renameSync(from, file);
  return { handle: await calls.open(file, STAGED_FLAGS, 0o666), isTakenOver };
}

async function refusing<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw diskRefusal(error);
  }
}
