import {
  close as closeCall,
  closeSync,
  constants,
  fchmod,
  fchmodSync,
  fstatSync,
  fsync,
  ftruncate,
  futimes,
  futimesSync,
  link as linkCall,
  linkSync,
  open,
  openSync,
  read,
  readSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { CallPace } from './call-pace.ts';
import type { DiskHandle, OpenNow } from './disk-calls.ts';
import { CALLS_OF_A_FILE, QUICK_BYTES_MAX } from './limits.ts';

/** How quick the disks of this process are: what only reads says nothing about what changes them. */
const reading = new CallPace(() => performance.now());
const changing = new CallPace(() => performance.now());
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
  link: promisify(linkCall),
};

const CHANGING_FLAGS =
  constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/** Whether a file that is opened with these flags is only read. */
export function isReadOnly(flags: number): boolean {
  return (flags & CHANGING_FLAGS) === 0;
}

/**
 * Opens a file or directory. To hand a call to another thread takes ten times as long as most calls themselves, so that short ones are made on this
 * one, as long as the disk answers at once (call-pace.ts). What waits for the disk in any case is made elsewhere: making durable, changing the
 * length, and long reads and writes.
 *
 * What is only read is opened without waiting: a pipe that somebody put in the place of a file would hold up the process until it is written to.
 *
 * Once it is closed nothing is done to it any more, and it is closed once only and behind all that is under way: the system gives its number to
 * the next file.
 */
export async function openQuickly(path: string, flags: number, mode?: number): Promise<DiskHandle> {
  const [pace, allFlags] = isReadOnly(flags) ? [reading, flags | constants.O_NONBLOCK] : [changing, flags];
  const descriptor = await pace.make(
    () => openSync(path, allFlags, mode),
    () => later.open(path, allFlags, mode),
  );
  return handleOf(descriptor, pace);
}

/** Opens a file that is read by calls on this thread, as long as the disk answers at once. Waits for no pipe, like openQuickly. */
export function openNow(path: string, flags: number): OpenNow | undefined {
  const startedMs = reading.begin();
  if (startedMs === undefined) return undefined;
  const descriptor = openSync(path, flags | constants.O_NONBLOCK);
  return {
    stat: () => fstatSync(descriptor, { bigint: true }),
    read: (into, position) => readSync(descriptor, into, 0, into.length, position),
    close: () => {
      closeSync(descriptor);
      reading.ended(startedMs, CALLS_OF_A_FILE);
    },
  };
}

/** Gives a file a second name. */
export function linkQuickly(from: string, to: string): Promise<void> {
  return changing.make(
    () => linkSync(from, to),
    () => later.link(from, to),
  );
}

function handleOf(descriptor: number, pace: CallPace): DiskHandle {
  const { demandOpen, elsewhere, close } = lifeOf(descriptor, pace);
  const quickly = <T>(here: () => T, call: () => Promise<T>): Promise<T> => {
    demandOpen();
    return pace.make(here, () => elsewhere(call));
  };
  const readElsewhere = async (into: Uint8Array, position: number): Promise<number> =>
    (await later.read(descriptor, into, 0, into.length, position)).bytesRead;
  const readHere = (into: Uint8Array, position: number): number => {
    demandOpen();
    return readSync(descriptor, into, 0, into.length, position);
  };
  const writeElsewhere = async (bytes: Uint8Array, position: number): Promise<number> =>
    (await later.write(descriptor, bytes, 0, bytes.length, position)).bytesWritten;
  return {
    descriptor,
    stat: async () => {
      demandOpen();
      return fstatSync(descriptor, { bigint: true });
    },
    read: async (into, position) => {
      if (into.length > QUICK_BYTES_MAX) return elsewhere(() => readElsewhere(into, position));
      return quickly(
        () => readHere(into, position),
        () => readElsewhere(into, position),
      );
    },
    readSync: readHere,
    // The system refuses to write to a file that was opened to be read; it is not asked when there is nothing to write.
    write: async (bytes, position) => {
      demandOpen();
      if (bytes.length === 0) return 0;
      if (bytes.length > QUICK_BYTES_MAX) return elsewhere(() => writeElsewhere(bytes, position));
      return quickly(
        () => writeSync(descriptor, bytes, 0, bytes.length, position),
        () => writeElsewhere(bytes, position),
      );
    },
    truncate: (size) => elsewhere(() => later.truncate(descriptor, size)),
    chmod: async (mode) =>
      quickly(
        () => fchmodSync(descriptor, mode),
        () => later.chmod(descriptor, mode),
      ),
    utimes: async (seconds) =>
      quickly(
        () => futimesSync(descriptor, seconds, seconds),
        () => later.utimes(descriptor, seconds, seconds),
      ),
    sync: () => elsewhere(() => later.sync(descriptor)),
    close,
  };
}

/** What is known of an open file: whether it is still open, and what is under way on other threads. */
function lifeOf(descriptor: number, pace: CallPace) {
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
  const closeBehindAll = async (): Promise<void> => {
    if (underWay.size > 0) await Promise.allSettled(underWay);
    await pace.make(
      () => closeSync(descriptor),
      () => later.close(descriptor),
    );
  };
  const close = (): Promise<void> => {
    closing ??= closeBehindAll();
    return closing;
  };
  return { demandOpen, elsewhere, close };
}
