import type { DiskSpace } from '../../engine/ports.ts';

/**
 * The calls of the operating system through which a synced folder is read and changed; nothing else touches it. Each is one
 * call, so that a disk in memory can stand in, count them, fail any of them and lose what was never made durable.
 *
 * Paths are absolute, flags those of POSIX for this platform, permissions the lowest nine bits of a mode. What a call refuses is an
 * error with a `code` such as `ENOENT`. Calls that a walk of many entries makes are synchronous, which is several times faster.
 */
export interface DiskCalls {
  /** Names in a directory, in no order. What is no UTF-8 in them is told as U+FFFD. */
  readdirSync(path: string): readonly string[];
  /** The same names, byte for byte. */
  readdirBytesSync(path: Uint8Array): readonly Uint8Array[];
  /** What stands at a path, without following a link there; undefined when nothing does. */
  lstatSync(path: string | Uint8Array): DiskStat | undefined;
  /** The beginning of a file. Follows no link at the path, and waits for nobody. */
  readFileSync(path: string, bytesMax: number): Uint8Array;
  /** The path with all links followed. */
  realpathSync(path: string): string;
  open(path: string, flags: number, mode?: number): Promise<DiskHandle>;
  /**
   * Opens a file that is only read, for calls that are made at once. Undefined while the disk keeps its callers waiting: then `open` is
   * asked. Whoever opens it closes it before anything else of this process has its turn.
   */
  readonly openNow?: (path: string, flags: number) => OpenNow | undefined;
  mkdir(path: string, mode?: number): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** Atomic: replaces a file, or an empty directory by a directory. At once, so that nothing comes between a look and it. */
  renameSync(from: string, to: string): void;
  /** Gives a file a second name, which must be free. */
  link(from: string, to: string): Promise<void>;
  /** The same at once, for a name that is wanted back. */
  linkSync(from: string, to: string): void;
  /** At once, like a rename. */
  unlinkSync(path: string): void;
  /** Of the file system of a path: room for this process, and all of it, in bytes; zeros where it does not tell. */
  statfs(path: string): Promise<DiskSpace>;
  /**
   * Makes all that was written to the file system of a path durable, bytes and names, whoever wrote it. False where nobody can say that it
   * did, or it would take long: then each file has to be made durable by itself.
   */
  readonly syncFileSystem?: (path: string) => Promise<boolean>;
}

/** An open file, whose calls are those of DiskHandle, made at once. */
export interface OpenNow {
  stat(): DiskStat;
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/** An open file or directory. Its own calls are those of DiskCalls for the object, wherever its name went since. */
export interface DiskHandle {
  /** The operating system's number for it. */
  readonly descriptor: number;
  stat(): Promise<DiskStat>;
  /** Reads up to the length of `into`; answers how many bytes came, 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  readSync(into: Uint8Array, position: number): number;
  /** Answers how many bytes were taken, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(size: number): Promise<void>;
  chmod(mode: number): Promise<void>;
  /** Sets the times of the last read and of the last write, in seconds since 1970. */
  utimes(seconds: number): Promise<void>;
  /** Makes durable what the file holds, or which names the directory has. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What the operating system tells of an object. Times in ns since 1970. */
export interface DiskStat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  /** What it takes on the disk, in units of 512 bytes, whatever the disk's own are. */
  readonly blocks: bigint;
  /** 0 where the file system keeps none. */
  readonly birthtimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}
