import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { chmod, mkdir, statfs } from 'node:fs/promises';
import type { DiskCalls } from './disk-calls.ts';
import { linkQuickly, openNow, openQuickly } from './quick-handle.ts';
import { syncFileSystem } from './sync-file-system.ts';

/** The operating system's own calls. */
export const nodeDiskCalls: DiskCalls = {
  readdirSync: (path) => readdirSync(path),
  readdirBytesSync: (path) => readdirSync(asBuffer(path), { encoding: 'buffer' }),
  lstatSync: (path) =>
    lstatSync(typeof path === 'string' ? path : asBuffer(path), { bigint: true, throwIfNoEntry: false }),
  readFileSync: readBeginning,
  realpathSync: (path) => realpathSync.native(path),
  open: openQuickly,
  openNow,
  mkdir: (path, mode) => mkdir(path, mode),
  chmod,
  renameSync: (from, to) => renameSync(from, to),
  link: linkQuickly,
  linkSync: (from, to) => linkSync(from, to),
  unlinkSync: (path) => unlinkSync(path),
  statfs: async (path) => {
    const { bavail, bsize, blocks } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
  syncFileSystem,
};

function readBeginning(path: string, bytesMax: number): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = new Uint8Array(bytesMax);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytesMax; length += read) {
      read = readSync(file, bytes, length, bytesMax - length, length);
    }
    return bytes.slice(0, length);
  } finally {
    closeSync(file);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
