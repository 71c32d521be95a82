import { sep } from 'node:path';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';

type LookingCalls = Pick<DiskCalls, 'lstatSync' | 'realpathSync'>;

/**
 * Whether a folder really is where its path below the root says, and not somewhere else through a symbolic link. Every folder on the way is looked
 * at, which takes a quarter of the time of resolving both paths.
 */
export function isRealFolder(calls: LookingCalls, root: string, folder: string): boolean {
  if (folder === '') return true;
  let path = root;
  try {
    return folder.split('/').every((name) => {
      path += sep + name;
      return calls.lstatSync(path)?.isDirectory() === true;
    });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

/** Tells the directory at a path, or the one that a link there leads to, from every other one; undefined when there is none. */
export function directoryObject(calls: LookingCalls, path: string): string | undefined {
  try {
    const named = calls.lstatSync(path);
    const stat = named?.isSymbolicLink() === true ? calls.lstatSync(calls.realpathSync(path)) : named;
    return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
