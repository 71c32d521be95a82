import type { Inode } from './disk-inode.ts';

/** Links that one path may lead through, as on Linux. */
const LINKS_MAX = 40;
/** Bytes of one name, and of a path with its end, as on Linux. */
const NAME_BYTES_MAX = 255;
const PATH_BYTES_MAX = 4096;

export type DiskErrorCode =
  | 'EACCES'
  | 'EBADF'
  | 'EBUSY'
  | 'EDQUOT'
  | 'EEXIST'
  | 'EINVAL'
  | 'EIO'
  | 'EISDIR'
  | 'ELOOP'
  | 'ENAMETOOLONG'
  | 'ENOENT'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'EPERM'
  | 'EROFS';

/** An error as Node throws it for a call that the system refuses. */
export function diskError(code: DiskErrorCode): Error {
  // It is an answer, and there are many of them: traces would take most of the time of a test.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(`${code}: simulated`), { code });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** Where a path leads: the directory and the name in it, and what stands there, if anything does. */
export interface Place {
  readonly directory: Inode;
  readonly name: string;
  readonly inode: Inode | undefined;
}

/** What a walk along a path needs to know of the disk. */
export interface PathWalker {
  readonly root: Inode;
  mayPass(directory: Inode): boolean;
}

/** @throws an error with the code that Linux gives. `follow`: a link at the end is followed too. */
export function findPlace(walker: PathWalker, path: string, follow: boolean): Place {
  return lookAtEnd(findEnd(walker, path, follow));
}

/** A walk along a path up to its last name, at which it has not looked yet. */
export interface PathEnd {
  readonly directory: Inode;
  /** Undefined: the path ends in the directory itself. */
  readonly name: string | undefined;
}

export function findEnd(walker: PathWalker, path: string, follow: boolean): PathEnd {
  if (path === '') throw diskError('ENOENT');
  if (Buffer.byteLength(path) >= PATH_BYTES_MAX) throw diskError('ENAMETOOLONG');
  const names = namesOf(path);
  let directory = walker.root;
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (directory.kind !== 'directory') throw diskError('ENOTDIR');
    if (!walker.mayPass(directory)) throw diskError('EACCES');
    if (names.length === 0 && !follow) return { directory, name };
    const { inode } = lookAtEnd({ directory, name });
    if (inode?.kind === 'symlink') {
      links += 1;
      if (links > LINKS_MAX) throw diskError('ELOOP');
      const target = Buffer.from(inode.seen.bytes).toString();
      names.unshift(...namesOf(target));
      if (target.startsWith('/')) directory = walker.root;
    } else if (names.length === 0) return { directory, name };
    else if (inode === undefined) throw diskError('ENOENT');
    else directory = inode;
  }
  return { directory, name: undefined };
}

export function lookAtEnd({ directory, name }: PathEnd): Place {
  if (name === undefined) return ofDirectory(directory);
  if (name === '..') return ofDirectory(directory.parent ?? directory);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw diskError('ENAMETOOLONG');
  return { directory, name, inode: directory.seen.entries.get(name) };
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** A path that ends in a directory itself rather than in a name, such as the root. */
function ofDirectory(inode: Inode): Place {
  return { directory: inode.parent ?? inode, name: nameOf(inode), inode };
}

/** Path of a directory, from the root of the disk. */
export function directoryPath(directory: Inode): string {
  const names: string[] = [];
  for (let at = directory; at.parent !== undefined; at = at.parent) names.unshift(nameOf(at));
  return `/${names.join('/')}`;
}

function nameOf(directory: Inode): string {
  for (const [name, inode] of directory.parent?.seen.entries ?? []) if (inode === directory) return name;
  return '';
}
