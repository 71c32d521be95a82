import { type LocalIdentity, parentPath, sameFolder } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { directoryObject, realFolder } from './real-folder.ts';

/** A path below the root, and which folder it is to lead into. */
export interface Place {
  readonly path: string;
  readonly into?: LocalIdentity | undefined;
}

/**
 * The folder that is synced, and whether what lies in it is where its path says.
 *
 * What ends in `Now` looks once for all who ask in one go, without anybody of this process having waited in between. Whoever has waited for
 * something himself is answered by a later look than before: the memory of a look goes ahead of all that was begun after it.
 */
export class RootFolder {
  readonly #calls: Pick<DiskCalls, 'lstatSync' | 'realpathSync'>;
  readonly #path: string;
  /** Which directory it was when it was verified last. */
  #verified: string | undefined;
  /** Folders that were found to be where their paths say, in this very moment. */
  readonly #insideNow = new Map<string, LocalIdentity>();
  #isItselfNow = false;
  #isForgetting = false;

  constructor(calls: Pick<DiskCalls, 'lstatSync' | 'realpathSync'>, path: string) {
    this.#calls = calls;
    this.#path = path;
  }

  /** Tells the directory that stands there from every other one; undefined when there is none. */
  object(): string | undefined {
    return directoryObject(this.#calls, this.#path);
  }

  /** From now on it is this directory. */
  verified(object: string): void {
    this.#verified = object;
  }

  /** Whether it is the directory that was verified, and not an empty mount point or another disk. */
  isItself(): boolean {
    return this.#verified === undefined || this.object() === this.#verified;
  }

  isItselfNow(): boolean {
    if (this.#isItselfNow) return true;
    if (!this.isItself()) return false;
    this.#isItselfNow = true;
    this.#forgetSoon();
    return true;
  }

  /** Whether a path leads into a real folder, and into the one that is meant: somebody may have put another one in its place meanwhile. */
  contains({ path, into }: Place): boolean {
    const folder = parentPath(path);
    return folder === '' || isMeant(realFolder(this.#calls, this.#path, folder), into);
  }

  containsNow({ path, into }: Place): boolean {
    const folder = parentPath(path);
    if (folder === '') return true;
    const known = this.#insideNow.get(folder);
    if (known !== undefined) return isMeant(known, into);
    const found = realFolder(this.#calls, this.#path, folder);
    if (found === undefined) return false;
    this.#insideNow.set(folder, found);
    this.#forgetSoon();
    return isMeant(found, into);
  }

  #forgetSoon(): void {
    if (this.#isForgetting) return;
    this.#isForgetting = true;
    queueMicrotask(() => {
      this.#isForgetting = false;
      this.#isItselfNow = false;
      this.#insideNow.clear();
    });
  }
}

function isMeant(found: LocalIdentity | undefined, into: LocalIdentity | undefined): boolean {
  return found !== undefined && (into === undefined || sameFolder(found, into));
}
