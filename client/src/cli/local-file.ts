import { type BigIntStats, constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FILE_BYTES_MAX, GiB, type NamespaceId } from '@syncline/protocol';
import { errorCode } from '../platform/node/error-code.ts';
import type { UploadSource } from '../transfers/upload-files.ts';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';
import type { ExitReason } from './exit-codes.ts';

/** A local file that is open for an upload. */
export interface LocalFile {
  readonly source: UploadSource;
  readonly modifiedAt: string;
  readonly executable: boolean;
  /** Whether the file is still the one that was opened: same length and times. */
  readonly isUnchanged: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** @throws CommandError when it cannot be opened, is not a file, or is larger than a file can be. */
export async function openLocalFile(file: string, namespaceId: NamespaceId): Promise<LocalFile> {
  const handle = await open(file, READING).catch((cause: unknown) => {
    throw localFileError(file, cause);
  });
  try {
    const opened = await handle.stat({ bigint: true });
    if (!opened.isFile()) throw notAFile(file, opened);
    if (Number(opened.size) > FILE_BYTES_MAX) throw localFileError(file, failureOf('EFBIG'));
    // What the system makes while it is read, as below /proc, tells no length, and would be stored as an empty file.
    if (opened.size === 0n && (await readRange(handle, { start: 0, end: 1 })).length > 0)
      throw localFileError(file, failureOf('ENOLENGTH'));
    return {
      source: {
        namespaceId,
        size: Number(opened.size),
        read: (range) => readRange(handle, range),
        // It stays open until the command ends.
        lend: async () => ({ descriptor: handle.fd, giveBack: async () => true }),
      },
      modifiedAt: opened.mtime.toISOString(),
      executable: process.platform !== 'win32' && (opened.mode & 0o111n) !== 0n,
      isUnchanged: async () => isSame(opened, await handle.stat({ bigint: true })),
      close: () => handle.close(),
    };
  } catch (failure) {
    await handle.close();
    throw failure;
  }
}

/** Without O_NONBLOCK a pipe would be waited for until somebody writes into it. Where there is no such flag there are no pipes among the files. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK;

/** A failed call of the file system as a command's failure. */
export function localFileError(file: string, cause: unknown): CommandError {
  const code = errorCode(cause) ?? 'unknown';
  const known = KNOWN[code];
  return new CommandError({
    reason: REASONS[code] ?? 'localFile',
    code: `local_${code.toLowerCase()}`,
    message: `${quote(file)} ${known?.[0] ?? `could not be read or written (${code})`}.`,
    remedy: known?.[1],
    cause,
  });
}

/**
 * A refusal of the disk that no command has translated, as one where Syncline keeps its own things; undefined for every other failure. Who writes
 * and the database name no file: what they write without a command's knowledge lies in `home`.
 */
export function unexpectedRefusal(failure: unknown, home: string): CommandError | undefined {
  const { path, address = path, errcode } = failure as Refusal;
  const code = typeof errcode === 'number' ? DATABASE_REFUSALS[errcode & PRIMARY] : errorCode(failure);
  if (code === undefined || !REFUSALS.has(code)) return undefined;
  return localFileError(
    typeof address === 'string' ? address : home,
    Object.assign(failureOf(code), { cause: failure }),
  );
}

interface Refusal {
  readonly path?: unknown;
  readonly address?: unknown;
  readonly errcode?: unknown;
}

/** Others, such as ENOENT, a command that is right has expected. */
const REFUSALS = new Set(['EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/** Refusals of the disk as SQLite numbers them, in the lower bits of its codes. Source: https://www.sqlite.org/rescode.html */
const DATABASE_REFUSALS: Readonly<Record<number, string>> = { 8: 'EROFS', 10: 'EIO', 13: 'ENOSPC', 14: 'EACCES' };
const PRIMARY = 0xff;

const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['does not exist on this computer', 'Check the path.'],
  EACCES: ['must not be read or written by you', 'Change its permissions, or those of its folder.'],
  EPERM: ['must not be read or written by you', 'Change its permissions, or those of its folder.'],
  EISDIR: ['is a folder', 'Name a file; whole folders travel with `syncline link` and `syncline sync`.'],
  ENOTFILE: ['is neither a file nor a folder', 'Name a file.'],
  ENOLENGTH: ['has a content, but tells no length', 'Copy it, and use the copy.'],
  EFBIG: [
    `is larger than ${FILE_BYTES_MAX / GiB} GiB, the most that a file can have`,
    'Make smaller files of it, and store those.',
  ],
  EEXIST: ['exists already on this computer', 'Choose another name, or replace it with `--force`.'],
  ENOTDIR: ['lies below something that is not a folder', 'Check the path.'],
  ENOSPC: ['does not fit: the disk is full', 'Make room on the disk and repeat the command.'],
  EDQUOT: ['does not fit: you may not use more of this disk', 'Make room on the disk and repeat the command.'],
  EROFS: ['lies on a disk that is read-only', 'Choose another place, or mount the disk for writing.'],
  ENAMETOOLONG: ['has a name that is too long for this disk', 'Choose another name.'],
};

/** What stands at a path and is no file, as a command's failure. */
export function notAFile(file: string, stats: Pick<BigIntStats | Stats, 'isDirectory'>): CommandError {
  return localFileError(file, failureOf(stats.isDirectory() ? 'EISDIR' : 'ENOTFILE'));
}

/** What a call of the file system would fail with. */
function failureOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function readRange(
  handle: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;
}

const REASONS: Readonly<Record<string, ExitReason>> = { ENOENT: 'notFound', EEXIST: 'conflict' };
