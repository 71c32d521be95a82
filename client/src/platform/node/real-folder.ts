import { sep } from 'node:path';
import type { LocalIdentity } from '../../engine/trees.ts';
import type { DiskCalls, DiskStat } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { identityOf } from './scan-folder.ts';

type LookingCalls = Pick<DiskCalls, 'lstatSync' | 'realpathSync'>;

/**
 * Whether a folder really is where its path below the root says, and not somewhere else through a symbolic link. Every folder on the way is looked
 * at, which takes a quarter of the time of resolving both paths.
 */
export function isRealFolder(calls: LookingCalls, root: string, folder: string): boolean {
  return folder === '' || realFolder(calls, root, folder) !== undefined;
}

/** Which folder really is where its path below the root says; undefined when there is none. */
export function realFolder(calls: LookingCalls, root: string, folder: string): LocalIdentity | undefined {
  let path = root;
  let stat: DiskStat | undefined;
  try {
    for (const name of folder.split('/')) {
      path += sep + name;
      stat = calls.lstatSync(path);
      if (stat?.isDirectory() !== true) return undefined;
    }
    return stat === undefined ? undefined : identityOf(stat);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
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
