import type { FileSystem, Watcher } from '../../client/src/engine/ports.ts';
import {
  type FolderListing,
  joinPath,
  type LocalEntry,
  parentPath,
  sameObject,
} from '../../client/src/engine/trees.ts';
import { scanFolder } from '../../client/src/platform/node/scan-folder.ts';

/** Keeps a picture of a folder by what hints tell, as the engine does: it lists what was touched, and what is new in it. */
export class HintFollower {
  readonly #watcher: Watcher;
  readonly #files: Pick<FileSystem, 'list'>;
  readonly #comparesObjects: boolean;
  readonly #folders = new Map<string, FolderListing>();
  readonly #pending = new Set<string>(['']);
  #hinted = false;

  /** `comparesObjects`: a folder that is another one under a known name is listed with all below it, and not only by hints. */
  constructor(options: {
    readonly watcher: Watcher;
    readonly files: Pick<FileSystem, 'list'>;
    readonly comparesObjects: boolean;
  }) {
    this.#watcher = options.watcher;
    this.#files = options.files;
    this.#comparesObjects = options.comparesObjects;
    this.#watcher.onHint(() => {
      this.#hinted = true;
    });
  }

  /** Lists one folder, if there is one to list; false when there is nothing to do. */
  async step(): Promise<boolean> {
    if (this.#hinted) {
      this.#hinted = false;
      const { everything, folders } = this.#watcher.take();
      for (const folder of everything ? ['', ...this.#folders.keys()] : folders) this.#pending.add(folder);
    }
    const [path] = this.#pending;
    if (path === undefined) return false;
    this.#pending.delete(path);
    const listing = await this.#files.list(path);
    if (listing !== undefined) this.#take(listing);
    else this.#miss(path);
    return true;
  }

  /** What the picture and the disk disagree about, a line each. */
  differences(root: string): readonly string[] {
    const disk = linesOf([...scanFolder(root).folders.values()].flat());
    const seen = linesOf([...this.#folders.values()].flatMap(({ entries }) => entries));
    return [
      ...[...disk].filter((line) => !seen.has(line)).map((line) => `not seen: ${line}`),
      ...[...seen].filter((line) => !disk.has(line)).map((line) => `not there: ${line}`),
    ];
  }

  /** How many files are in the picture. */
  files(): number {
    const entries = [...this.#folders.values()].flatMap((listing) => listing.entries);
    return entries.filter(({ kind }) => kind === 'file').length;
  }

  #take(listing: FolderListing): void {
    // Reached by a late hint, and not by its parent, which says that it is gone.
    if (listing.path !== '' && !this.#folders.has(parentPath(listing.path))) return;
    const before = new Map(this.#folders.get(listing.path)?.entries.map((entry) => [entry.name, entry]));
    this.#folders.set(listing.path, listing);
    for (const entry of listing.entries) {
      const known = before.get(entry.name);
      before.delete(entry.name);
      if (entry.kind !== 'folder') this.#forget(entry.path);
      else if (known?.kind !== 'folder' || !this.#folders.has(entry.path)) this.#pending.add(entry.path);
      else if (this.#comparesObjects && !sameObject(known.identity, entry.identity)) {
        this.#forget(entry.path);
        this.#pending.add(entry.path);
      }
    }
    for (const name of before.keys()) this.#forget(joinPath(listing.path, name));
  }

  /** Whether it is gone, its parent tells: it may have been elsewhere for a moment. */
  #miss(path: string): void {
    this.#forget(path);
    if (path !== '') this.#pending.add(parentPath(path));
  }

  #forget(path: string): void {
    for (const folder of this.#folders.keys()) {
      if (folder === path || folder.startsWith(`${path}/`)) this.#folders.delete(folder);
    }
  }
}

function linesOf(entries: readonly LocalEntry[]): ReadonlySet<string> {
  return new Set(
    entries.map(({ path, kind, identity: { inode, size, mtimeNs, ctimeNs } }) =>
      // What is in a folder shows in its times, which its parent is not told of.
      kind === 'folder' ? `${path}/` : `${path} ${kind} ${inode} ${size} ${mtimeNs} ${ctimeNs}`,
    ),
  );
}
