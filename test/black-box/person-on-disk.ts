import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContentHash } from '@syncline/protocol';
import { errorCode } from '../../client/src/platform/node/error-code.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { nameContent } from './name-content.ts';

const NAMES = ['a', 'b', 'c', 'd.txt', 'e.txt', 'F', 'ü', 'notes.md', 'data.bin', 'g h'];
const FOLDER_NAMES = ['docs', 'src', 'photos', 'old'];
const DEPTH_MAX = 4;
/** Small files that come at once, so many that they travel in packs; none when there are so many files that looks take long. */
const ARCHIVE_FILES = 40;
const FILES_MAX = 600;

/** What became of contents by the hand of a person. */
export interface ContentBook {
  wrote(content: ContentHash, where: string): void;
  destroyed(content: ContentHash): void;
}

export interface PersonOptions {
  readonly root: string;
  /** A folder on the same disk, outside of the root, where what the person throws away is looked at. */
  readonly graveyard: string;
  readonly name: string;
  readonly random: SeededRandom;
  readonly book: ContentBook;
}

/**
 * Somebody who works on a folder without knowing that it is synced: writes, replaces, renames, moves, deletes. No content is
 * written twice, so that each can be told from all others, and it is known of each whether a person has destroyed it.
 */
export class PersonOnDisk {
  readonly #options: PersonOptions;
  #count = 0;

  constructor(options: PersonOptions) {
    this.#options = options;
    mkdirSync(options.graveyard, { recursive: true });
  }

  /** Does one thing; answers what it was. What the disk refuses, because the other side was faster, is not done. */
  act(): string {
    try {
      return this.#act();
    } catch (failure) {
      if (errorCode(failure) === undefined) throw failure;
      return `refused ${String(errorCode(failure))}`;
    }
  }

  #act(): string {
    const { files, folders } = this.#look();
    const file = this.#pick(files);
    const folder = this.#pick(['', ...folders]) ?? '';
    const place = join(folder, this.#pick(NAMES) ?? 'a');
    const chance = this.#options.random.fraction();
    if (file === undefined || chance < 0.28) return this.#create(place);
    if (chance < 0.3) return files.length < FILES_MAX ? this.#unpack(folder) : 'keep';
    if (chance < 0.42) return this.#overwrite(file);
    if (chance < 0.54) return this.#replace(file);
    if (chance < 0.64) return this.#makeFolder(join(folder, this.#pick(FOLDER_NAMES) ?? 'docs'));
    if (chance < 0.78) return this.#move(file, place);
    if (chance < 0.85) return this.#moveFolder(this.#pick(folders), join(folder, this.#pick(FOLDER_NAMES) ?? 'docs'));
    if (chance < 0.94) return this.#remove(file);
    if (chance < 0.97) return this.#removeFolder(this.#pick(folders));
    return this.#toggleExecutable(file);
  }

  #create(path: string): string {
    if (existsSync(this.#at(path))) return this.#replace(path);
    const bytes = this.#newBytes();
    writeFileSync(this.#at(path), bytes, { flag: 'wx' });
    this.#wrote(bytes, path);
    return `create ${path}`;
  }

  /** A new folder with many small files, as from an archive. */
  #unpack(folder: string): string {
    const path = join(folder, `unpacked ${this.#options.name} ${this.#count}`);
    mkdirSync(this.#at(path));
    for (let number = 0; number < ARCHIVE_FILES; number++) this.#create(join(path, `${number}.txt`));
    return `unpack ${path}`;
  }

  /** In place, through an open file, as many programs write. */
  #overwrite(path: string): string {
    const file = openSync(this.#at(path), 'r+');
    try {
      this.#options.book.destroyed(nameContent(readFileSync(file)));
      const bytes = this.#newBytes();
      ftruncateSync(file, 0);
      writeSync(file, bytes, 0, bytes.length, 0);
      // Where another file has been put in the place of the open one, nobody will ever see what was written.
      const isThere = statSync(this.#at(path), { throwIfNoEntry: false })?.ino === fstatSync(file).ino;
      if (isThere) this.#wrote(bytes, path);
    } finally {
      closeSync(file);
    }
    return `overwrite ${path}`;
  }

  /** By renaming a new file over it, as editors save. */
  #replace(path: string): string {
    if (lstatSync(this.#at(path)).isDirectory()) return `keep ${path}`;
    const bytes = this.#newBytes();
    const draft = this.#at(join(dirname(path), `${this.#options.name}.tmp`));
    writeFileSync(draft, bytes);
    const grave = this.#grave();
    linkSync(this.#at(path), grave);
    renameSync(draft, this.#at(path));
    this.#bury(grave);
    this.#wrote(bytes, path);
    return `replace ${path}`;
  }

  #makeFolder(path: string): string {
    if (path.split('/').length <= DEPTH_MAX) mkdirSync(this.#at(path), { recursive: true });
    return `mkdir ${path}`;
  }

  #move(from: string, to: string): string {
    if (existsSync(this.#at(to))) return `keep ${from}`;
    renameSync(this.#at(from), this.#at(to));
    return `move ${from} -> ${to}`;
  }

  #moveFolder(from: string | undefined, to: string): string {
    const isDeep = to.split('/').length > DEPTH_MAX;
    if (from === undefined || isDeep || to.startsWith(`${from}/`) || existsSync(this.#at(to))) return 'keep';
    renameSync(this.#at(from), this.#at(to));
    return `move folder ${from} -> ${to}`;
  }

  #remove(path: string): string {
    const grave = this.#grave();
    renameSync(this.#at(path), grave);
    this.#bury(grave);
    return `remove ${path}`;
  }

  #removeFolder(path: string | undefined): string {
    return path === undefined ? 'keep' : this.#remove(path);
  }

  #toggleExecutable(path: string): string {
    const { mode } = lstatSync(this.#at(path));
    chmodSync(this.#at(path), mode ^ 0o111);
    return `chmod ${path}`;
  }

  /** What really went away is known only when it is where nobody else touches it. */
  #bury(grave: string): void {
    const names = lstatSync(grave).isDirectory() ? readdirSync(grave, { recursive: true, encoding: 'utf8' }) : [''];
    for (const name of names) {
      const path = join(grave, name);
      if (lstatSync(path).isFile()) this.#options.book.destroyed(nameContent(readFileSync(path)));
    }
  }

  #grave(): string {
    this.#count += 1;
    return join(this.#options.graveyard, `${this.#count}`);
  }

  #newBytes(): Buffer {
    this.#count += 1;
    const { name, random } = this.#options;
    const chance = random.fraction();
    const size = chance < 0.8 ? 50 : chance < 0.985 ? 20_000 : 5_000_000;
    const text = `${name} ${this.#count} ${Buffer.from(random.bytes(8)).toString('hex')}\n`;
    return Buffer.from(text.repeat(Math.ceil(size / text.length)));
  }

  #wrote(bytes: Buffer, path: string): void {
    this.#options.book.wrote(nameContent(bytes), `${this.#options.name}: ${path}`);
  }

  #look(): { readonly files: readonly string[]; readonly folders: readonly string[] } {
    const files: string[] = [];
    const folders: string[] = [];
    for (const entry of readdirSync(this.#options.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(this.#options.root.length + 1);
      if (path === '.syncline' || path.startsWith('.syncline/') || path.endsWith('.tmp')) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push(path);
    }
    return { files: files.toSorted(), folders: folders.toSorted() };
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#options.random.fraction() * items.length)];
  }

  #at(path: string): string {
    return join(this.#options.root, path);
  }
}
