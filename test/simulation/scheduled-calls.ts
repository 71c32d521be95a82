import type { DiskCalls, DiskHandle } from '../../client/src/platform/node/disk-calls.ts';
import { KilledError } from '../support/simulated-process.ts';

/** Makes a call when its time has come. */
export type Schedule = <T>(call: () => Promise<T>) => Promise<T>;

/** Calls of a disk that take time, as far as a process can wait for them: what is synchronous happens at once. */
export function scheduledCalls(calls: DiskCalls, schedule: Schedule): DiskCalls {
  const { syncFileSystem } = calls;
  return {
    readdirSync: (path) => calls.readdirSync(path),
    readdirBytesSync: (path) => calls.readdirBytesSync(path),
    lstatSync: (path) => calls.lstatSync(path),
    readFileSync: (path, bytesMax) => calls.readFileSync(path, bytesMax),
    realpathSync: (path) => calls.realpathSync(path),
    open: async (path, flags, mode) => scheduledHandle(await schedule(() => calls.open(path, flags, mode)), schedule),
    ...(calls.openNow === undefined ? {} : { openNow: calls.openNow }),
    mkdir: (path, mode) => schedule(() => calls.mkdir(path, mode)),
    chmod: (path, mode) => schedule(() => calls.chmod(path, mode)),
    renameSync: (from, to) => calls.renameSync(from, to),
    link: (from, to) => schedule(() => calls.link(from, to)),
    linkSync: (from, to) => calls.linkSync(from, to),
    unlinkSync: (path) => calls.unlinkSync(path),
    ...(syncFileSystem === undefined ? {} : { syncFileSystem: (path) => schedule(() => syncFileSystem(path)) }),
    statfs: (path) => schedule(() => calls.statfs(path)),
  };
}

function scheduledHandle(handle: DiskHandle, schedule: Schedule): DiskHandle {
  return {
    descriptor: handle.descriptor,
    stat: () => schedule(() => handle.stat()),
    read: (into, position) => schedule(() => handle.read(into, position)),
    readSync: (into, position) => handle.readSync(into, position),
    write: (bytes, position) => schedule(() => handle.write(bytes, position)),
    truncate: (size) => schedule(() => handle.truncate(size)),
    chmod: (mode) => schedule(() => handle.chmod(mode)),
    utimes: (seconds) => schedule(() => handle.utimes(seconds)),
    sync: () => schedule(() => handle.sync()),
    close: () => handle.close().catch(unheard),
  };
}

/** A process that was killed in this call hears of nothing any more, and perhaps nobody waits for what it was closing. */
function unheard(failure: unknown): Promise<void> {
  if (!(failure instanceof KilledError)) throw failure;
  return new Promise(() => undefined);
}
