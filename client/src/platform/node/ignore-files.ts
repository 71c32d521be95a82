import { TIME_TICK_MS } from '../../engine/limits.ts';
import {
  type FolderListing,
  joinPath,
  type LocalEntry,
  type LocalIdentity,
  parentPath,
  sameState,
} from '../../engine/trees.ts';
import { mayBeBuiltIn } from '../../ignore/built-in-patterns.ts';
import type { FolderIgnoreRules } from '../../ignore/ignore-rules.ts';
import { IGNORE_FILE, IGNORE_FILE_BYTES_MAX, IGNORE_FILES_MAX } from '../../ignore/limits.ts';

/** How the files with patterns are seen and read. */
export interface IgnoreFileReader {
  /** What stands at a path; undefined when nothing does, or the disk would not tell. */
  readonly look: (path: string) => LocalEntry | undefined;
  /** The beginning of a file, up to so many bytes; undefined when it cannot be read. Follows no link. */
  readonly read: (path: string, bytesMax: number) => Uint8Array | undefined;
}

interface KnownFile {
  /** Undefined: it was written so recently that its times might not show another write. */
  readonly identity: LocalIdentity | undefined;
  /** Whether whoever lists the folders was told of these rules. */
  told: boolean;
}

/** Keeps the rules of a tree in step with its `.synclineignore` files, while its folders are listed. */
export class IgnoreFiles {
  /** What is ignored, as far as folders were listed or learnt about. */
  readonly rules: FolderIgnoreRules;
  readonly #reader: IgnoreFileReader;
  readonly #known = new Map<string, KnownFile>();

  constructor(reader: IgnoreFileReader, rules: FolderIgnoreRules) {
    this.#reader = reader;
    this.rules = rules;
  }

  /**
   * Makes the ignored entries of a listing obstacles, by the rules that its own `.synclineignore` gives and those above.
   * `rulesChanged` says that these are others than when the folder was listed last: everything below is to be listed again.
   * Precondition: the folders above were listed before, or `learnAbove` was called. A file of rules that is there and cannot be read leaves the rules as they were. It is read only when its state is another.
   */
  sift(listing: Omit<FolderListing, 'rulesChanged'>): FolderListing {
    const { path, entries, complete } = listing;
    const file = entries.find((entry) => entry.name === IGNORE_FILE && entry.kind === 'file');
    const rulesChanged = file === undefined && !complete ? false : this.#update(path, file);
    // The folder is listed, so it is not ignored itself; then a built-in pattern goes by the name alone.
    const onlyBuiltIn = this.rules.hasOnlyBuiltIn(path);
    const sifted = entries.map((entry) => (onlyBuiltIn && !mayBeBuiltIn(entry.name) ? entry : this.#sifted(entry)));
    return { ...listing, entries: sifted, rulesChanged };
  }

  #sifted(entry: LocalEntry): LocalEntry {
    const isIgnored = this.rules.whyIgnored(entry.path, entry.kind === 'folder' ? 'folder' : 'file') !== undefined;
    return isIgnored ? { ...entry, kind: 'obstacle', executable: false, obstacle: 'ignored' } : entry;
  }

  /** Reads the rules of the folders above one that is to be listed, as far as those were not listed themselves. */
  learnAbove(folder: string): void {
    for (let at = folder; at !== ''; ) {
      at = parentPath(at);
      if (this.#known.has(at)) continue;
      const file = this.#reader.look(joinPath(at, IGNORE_FILE));
      if (file?.kind !== 'file') continue;
      this.#update(at, file);
      const known = this.#known.get(at);
      if (known !== undefined) known.told = false;
    }
  }

  #update(folder: string, file: LocalEntry | undefined): boolean {
    const known = this.#known.get(folder);
    const wasUntold = known?.told === false;
    if (file === undefined) {
      this.#known.delete(folder);
      return this.rules.setRules(folder, undefined) || wasUntold;
    }
    if (known?.identity !== undefined && sameState(known.identity, file.identity)) {
      known.told = true;
      return wasUntold;
    }
    if (known === undefined && !this.#hasRoom()) return false;
    const bytes = this.#reader.read(file.path, IGNORE_FILE_BYTES_MAX);
    if (bytes === undefined) return wasUntold;
    this.#known.set(folder, { identity: isSettled(file.identity) ? file.identity : undefined, told: true });
    return this.rules.setRules(folder, new TextDecoder().decode(bytes)) || wasUntold;
  }

  /** Whether one more file can be remembered; files that are gone make room. */
  #hasRoom(): boolean {
    if (this.#known.size < IGNORE_FILES_MAX) return true;
    for (const folder of this.#known.keys()) {
      if (this.#reader.look(joinPath(folder, IGNORE_FILE)) !== undefined) continue;
      this.#known.delete(folder);
      this.rules.setRules(folder, undefined);
    }
    return this.#known.size < IGNORE_FILES_MAX;
  }
}

function isSettled(identity: LocalIdentity): boolean {
  return Date.now() - Number(identity.ctimeNs / 1_000_000n) > TIME_TICK_MS;
}
