import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { chmod, type FileHandle, link, mkdir, open } from 'node:fs/promises';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import { isReadOnly, openQuickly } from './quick-read-handle.ts';

/** The operating system's own calls. */
export const nodeDiskCalls: DiskCalls = {
  readdirSync: (path) => readdirSync(path),
  readdirBytesSync: (path) => readdirSync(asBuffer(path), { encoding: 'buffer' }),
  lstatSync: (path) =>
    lstatSync(typeof path === 'string' ? path : asBuffer(path), { bigint: true, throwIfNoEntry: false }),
  readFileSync: readBeginning,
  realpathSync: (path) => realpathSync.native(path),
  open: async (path, flags, mode) =>
    isReadOnly(flags) ? openQuickly(path, flags) : handleOf(await open(path, flags, mode)),
  mkdir: (path, mode) => mkdir(path, mode),
  chmod,
  renameSync: (from, to) => renameSync(from, to),
  link,
  unlinkSync: (path) => unlinkSync(path),
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

function handleOf(handle: FileHandle): DiskHandle {
  return {
    descriptor: handle.fd,
    // What is open is known without a look at the disk: to hand this to another thread takes twenty times as long.
    stat: async () => fstatSync(handle.fd, { bigint: true }),
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    readSync: (into, position) => readSync(handle.fd, into, 0, into.length, position),
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    truncate: (size) => handle.truncate(size),
    chmod: (mode) => handle.chmod(mode),
    utimes: (seconds) => handle.utimes(seconds, seconds),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
