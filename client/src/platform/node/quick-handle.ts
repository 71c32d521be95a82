import {
  close as closeCall,
  closeSync,
  constants,
  fchmod,
  fstatSync,
  fsync,
  ftruncate,
  futimes,
  open,
  openSync,
  read,
  readSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';
import { CallPace } from './call-pace.ts';
import type { DiskHandle } from './disk-calls.ts';
import { QUICK_BYTES_MAX } from './limits.ts';

/** How quick the disks of this process are. */
const pace = new CallPace(() => performance.now());
/** The calls that are made on another thread. */
const later = {
  open: promisify(open),
  read: promisify(read),
  write: promisify(write),
  truncate: promisify(ftruncate),
  chmod: promisify(fchmod),
  utimes: promisify(futimes),
  sync: promisify(fsync),
  close: promisify(closeCall),
};

const CHANGING_FLAGS =
  constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/** Whether a file that is opened with these flags is only read. */
export function isReadOnly(flags: number): boolean {
  return (flags & CHANGING_FLAGS) === 0;
}

/**
 * Opens a file or directory to be read. To hand a call to another thread takes ten times as long as most calls themselves, so that these are made on
 * this one, as long as the disk answers at once (call-pace.ts).
 *
 * Once it is closed nothing is done to it any more, and it is closed once only and behind all that is under way: the system gives its number to
 * the next file.
 */
export async function openQuickly(path: string, flags: number): Promise<DiskHandle> {
  const descriptor = await pace.make(
    () => openSync(path, flags),
    () => later.open(path, flags),
  );
  return handleOf(descriptor);
}

function handleOf(descriptor: number): DiskHandle {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const demandOpen = (): void => {
    if (closing !== undefined) throw Object.assign(new Error('the file is closed'), { code: 'EBADF' });
  };
  const elsewhere = async <T>(call: () => Promise<T>): Promise<T> => {
    demandOpen();
    const calling = call();
    underWay.add(calling);
    try {
      return await calling;
    } finally {
      underWay.delete(calling);
    }
  };
  const readElsewhere = async (into: Uint8Array, position: number): Promise<number> =>
    (await elsewhere(() => later.read(descriptor, into, 0, into.length, position))).bytesRead;
  const readHere = (into: Uint8Array, position: number): number => {
    demandOpen();
    return readSync(descriptor, into, 0, into.length, position);
  };
  const close = async (): Promise<void> => {
    if (underWay.size > 0) await Promise.allSettled(underWay);
    await pace.make(
      () => closeSync(descriptor),
      () => later.close(descriptor),
    );
  };
  return {
    descriptor,
    stat: async () => {
      demandOpen();
      return fstatSync(descriptor, { bigint: true });
    },
    read: async (into, position) => {
      if (into.length > QUICK_BYTES_MAX) return readElsewhere(into, position);
      return pace.make(
        () => readHere(into, position),
        () => readElsewhere(into, position),
      );
    },
    readSync: readHere,
    // The system refuses both of a file that was opened to be read; it is not asked when there is nothing to write.
    write: async (bytes, position) => {
      demandOpen();
      if (bytes.length === 0) return 0;
      return (await elsewhere(() => later.write(descriptor, bytes, 0, bytes.length, position))).bytesWritten;
    },
    truncate: (size) => elsewhere(() => later.truncate(descriptor, size)),
    chmod: (mode) => elsewhere(() => later.chmod(descriptor, mode)),
    utimes: (seconds) => elsewhere(() => later.utimes(descriptor, seconds, seconds)),
    sync: () => elsewhere(() => later.sync(descriptor)),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
