import { dirname, join } from 'node:path';
import { numberedName, utf8Length } from '@syncline/protocol';
import { type LocalEntry, type LocalIdentity, parentPath, sameWrite } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { diskRefusal } from './disk-refusal.ts';
import { errorCode } from './error-code.ts';
import { ASIDE_NAME_BYTES_MAX, ASIDE_NAMES_MAX } from './limits.ts';
import { makeDirectories } from './make-directories.ts';
import { isRealFolder } from './real-folder.ts';
import { hasNoLinks, isSecondName, renameIfFree } from './rename-to-free.ts';
import { ENGINE_FOLDER, lookAt } from './scan-folder.ts';
import { syncDirectory } from './sync-directory.ts';

/**
 * Where the engine takes what is to leave its name, before anything of it is removed or replaced. No call of a file system removes or replaces
 * a name only if it is still that of one file; but a rename takes whatever stands there, and where it lies then nobody else changes its name, so
 * that it can be looked at. What is not what was agreed on goes back, never over something else.
 *
 * The name of a place tells where what lies there belongs, so that what a process that died has left there is put back by the next one.
 * Everything is done in the turn of one process: two never have one folder.
 */
export class AsideFolder {
  readonly #root: string;
  readonly #calls: DiskCalls;
  #places = 0;
  /** What is not needed once the names that came after it are durable. */
  readonly #spent = new Map<string, LocalIdentity>();
  /** Places of which what was taken has not gone on yet. */
  readonly #held = new Set<string>();
  /** Directories of places that were taken since the last call of `clear`. */
  readonly #changed = new Set<string>();
  /** Whether an earlier process may have left something. */
  #mayHoldMore = true;

  constructor(root: string, calls: DiskCalls) {
    this.#root = root;
    this.#calls = calls;
  }

  /** A free place, in a folder that a power failure does not take away. */
  async room(path: string): Promise<string> {
    for (let attempt = 1; attempt <= ASIDE_NAMES_MAX; attempt++) {
      this.#places += 1;
      const place = join(this.#root, ASIDE, ...placeNames(this.#places, path));
      for (const changed of await makeDirectories(this.#calls, dirname(place))) {
        await syncDirectory(this.#calls, changed);
      }
      if (this.#look(place) === undefined) return place;
    }
    throw Object.assign(new Error('there is no free place aside'), { code: 'EIO' });
  }

  /** Takes away what stands at a path, whatever it is, and answers it; undefined when the disk does not tell. At once, as a rename. */
  take(path: string, place: string): LocalEntry | undefined {
    this.#held.add(place);
    this.#changed.add(dirname(place));
    this.#calls.renameSync(join(this.#root, path), place);
    try {
      return this.#look(place);
    } catch (error) {
      this.#undoTake(path, place);
      throw error;
    }
  }

  /** A file that the disk does not show goes back by a second name at once; what cannot have one stays for `bringBack`. */
  #undoTake(path: string, place: string): void {
    try {
      this.#calls.linkSync(place, join(this.#root, path));
      this.#calls.unlinkSync(place);
      this.#held.delete(place);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }

  /** Gives what was taken another name, which is free. At once. */
  moveOn(place: string, to: string): void {
    this.#calls.renameSync(place, to);
    this.#held.delete(place);
  }

  /** Removes a file that was taken, because the service has it, or another name of it is durable. */
  remove(place: string): void {
    this.#calls.unlinkSync(place);
    this.#held.delete(place);
  }

  /** Lets a file that was replaced go with the next call of `clear`, if nothing is written to it until then. */
  spend(place: string, identity: LocalIdentity): void {
    this.#spent.set(place, identity);
    this.#held.delete(place);
  }

  /**
   * Removes what is spent, and makes durable that it is gone: else a power failure brings back what nobody knows any more. Precondition: the
   * names that came in its place are durable.
   * @throws DiskRefusedError
   */
  async clear(): Promise<void> {
    try {
      for (const [place, identity] of this.#spent) {
        const present = this.#lookOrFail(place);
        // A program that had the file open has written to it.
        if (present !== undefined && !sameWrite(present.identity, identity)) await this.putBack(place);
        else if (present !== undefined) this.#calls.unlinkSync(place);
        this.#spent.delete(place);
      }
      for (const directory of this.#changed) {
        await syncDirectory(this.#calls, directory);
        this.#changed.delete(directory);
      }
    } catch (error) {
      throw diskRefusal(error);
    }
  }

  /**
   * Puts what was taken back under its name, or beside it where somebody has saved another file there since, or into the next folder above
   * where its own is gone. Until that is done, `bringBack` tries it again.
   * @throws Error of the disk.
   */
  async putBack(place: string): Promise<void> {
    this.#held.add(place);
    const path = this.#pathOf(place);
    const entry = this.#lookOrFail(place);
    if (entry !== undefined && path !== undefined) await this.#putAt(place, path, entry);
    this.#held.delete(place);
  }

  /**
   * Puts back what a process that died, or a disk that refused to, has left aside; what the service has in exactly this state, and what has
   * another name, is removed where something else stands at its place by now. Answers the paths of what could not be put back. Costs nothing
   * when nothing can be there.
   */
  async bringBack(isAgreed: (identity: LocalIdentity) => boolean): Promise<readonly string[]> {
    if (!this.#mayHoldMore && this.#held.size === 0) return [];
    const stuck: string[] = [];
    const trying = async (path: string, task: () => Promise<void>): Promise<void> => {
      try {
        await task();
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        stuck.push(path);
      }
    };
    await trying('.', async () => {
      for (const { place, path } of this.#leftovers()) {
        if (!this.#spent.has(place)) await trying(path, () => this.#bringBackOne({ place, path }, isAgreed));
      }
    });
    this.#mayHoldMore = stuck.length > 0;
    if (!this.#mayHoldMore) this.#held.clear();
    return stuck;
  }

  async #bringBackOne(
    { place, path }: { readonly place: string; readonly path: string },
    isAgreed: (identity: LocalIdentity) => boolean,
  ): Promise<void> {
    const entry = this.#look(place);
    if (entry === undefined) return;
    const present = lookAt(this.#root, path, this.#calls);
    const isNeedless = entry.kind === 'file' && present.kind === 'entry' && isAgreed(entry.identity);
    if (isNeedless) this.#calls.unlinkSync(place);
    else await this.#putAt(place, path, entry);
  }

  /** The first look and the name are one call, so that nothing comes between. */
  async #putAt(place: string, path: string, entry: LocalEntry): Promise<void> {
    let folder = parentPath(path);
    while (!isRealFolder(this.#calls, this.#root, folder)) folder = parentPath(folder);
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (let attempt = 1; attempt <= ASIDE_NAMES_MAX; attempt++) {
      const target = join(this.#root, folder, attempt === 1 ? name : numberedName(name, attempt));
      const given = this.#give(place, target, entry);
      if (given === 'taken') continue;
      await syncDirectory(this.#calls, dirname(target));
      if (given === 'linked') this.#calls.unlinkSync(place);
      return;
    }
    throw Object.assign(new Error('there is no free name'), { code: 'EEXIST' });
  }

  /** Gives what lies at a place a free name. A folder never replaces anything; a file only gets a second name, where a disk has those. */
  #give(place: string, target: string, entry: LocalEntry): 'linked' | 'moved' | 'taken' {
    try {
      if (entry.kind === 'file') {
        this.#calls.linkSync(place, target);
        return 'linked';
      }
    } catch (error) {
      const present = lookAt(target, '', this.#calls);
      if (errorCode(error) === 'EEXIST') {
        return present.kind === 'entry' && isSecondName(present.entry, entry) ? 'linked' : 'taken';
      }
      if (!hasNoLinks(error)) throw error;
    }
    try {
      renameIfFree(this.#calls, place, target);
      return 'moved';
    } catch (error) {
      if (TAKEN.has(errorCode(error) ?? '')) return 'taken';
      throw error;
    }
  }

  #look(place: string): LocalEntry | undefined {
    const looked = lookAt(place, '', this.#calls);
    if (looked.kind === 'failed') throw Object.assign(new Error('the disk does not tell'), { code: 'EIO' });
    return looked.kind === 'entry' ? looked.entry : undefined;
  }

  /** A disk that has gone away shows nothing: that proves nothing about what lies there. @throws Error ENOENT then. */
  #lookOrFail(place: string): LocalEntry | undefined {
    const entry = this.#look(place);
    if (entry === undefined && !isRealFolder(this.#calls, this.#root, ENGINE_FOLDER)) throw diskGone();
    return entry;
  }

  #pathOf(place: string): string | undefined {
    const names = place.slice(join(this.#root, ASIDE).length + 1).split(/[/\\]/);
    return placedPath(names);
  }

  #leftovers(): readonly { readonly place: string; readonly path: string }[] {
    const found: { place: string; path: string }[] = [];
    const pending: (readonly string[])[] = [[]];
    for (let names = pending.pop(); names !== undefined; names = pending.pop()) {
      for (const name of this.#namesIn(join(this.#root, ASIDE, ...names))) {
        const all = [...names, name];
        const path = placedPath(all);
        if (name.endsWith(MORE)) pending.push(all);
        else if (path !== undefined) found.push({ place: join(this.#root, ASIDE, ...all), path });
      }
    }
    return found;
  }

  #namesIn(directory: string): readonly string[] {
    try {
      return this.#calls.readdirSync(directory);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      if (!isRealFolder(this.#calls, this.#root, ENGINE_FOLDER)) throw diskGone();
      return [];
    }
  }
}

function diskGone(): Error {
  return Object.assign(new Error('the disk shows nothing of the folder'), { code: 'ENOENT' });
}

const ASIDE = `${ENGINE_FOLDER}/aside`;
/** Ends the name of a folder in which the rest of a long path is. */
const MORE = '%';
/** What the names of such a rest begin with, so that none is `.` or `..`. */
const REST = '+';
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR']);

/** The names, one in the other, of a place for what belongs to a path; the number makes it one of its kind. */
function placeNames(number: number, path: string): readonly string[] {
  const names: string[] = [];
  let name = `${number}-`;
  for (const character of path.replaceAll('%', '%25').replaceAll('/', '%2F')) {
    if (utf8Length(name) + utf8Length(character) + MORE.length > ASIDE_NAME_BYTES_MAX) {
      names.push(name + MORE);
      name = REST;
    }
    name += character;
  }
  return [...names, name];
}

/** The path that a place was made for; undefined when it is no name of this folder's. */
function placedPath(names: readonly string[]): string | undefined {
  const whole = names
    .map((name, index) => (index === names.length - 1 ? name : name.slice(0, -MORE.length)))
    .map((name, index) => (index === 0 ? name : name.slice(REST.length)))
    .join('');
  const encoded = /^\d+-(?<path>.+)$/su.exec(whole)?.groups?.['path'];
  const path = encoded?.replaceAll('%2F', '/').replaceAll('%25', '%');
  const isPath = path?.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
  return isPath === true ? path : undefined;
}
