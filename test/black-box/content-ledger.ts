import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentHash } from '@syncline/protocol';
import { nameContent } from './name-content.ts';
import type { ContentBook } from './person-on-disk.ts';
import type { ContentTree } from './service-probe.ts';

interface Entry {
  readonly where: string;
  isDestroyed: boolean;
  isAcknowledged: boolean;
}

/**
 * Which contents have to be somewhere: what was in sync once, for ever; and what a person wrote, until a person destroys it.
 * Whatever a sync does to any other content is its own affair.
 */
export class ContentLedger implements ContentBook {
  readonly #entries = new Map<ContentHash, Entry>();

  wrote(content: ContentHash, where: string): void {
    this.#entries.set(content, { where, isDestroyed: false, isAcknowledged: false });
  }

  destroyed(content: ContentHash): void {
    const entry = this.#entries.get(content);
    if (entry !== undefined) entry.isDestroyed = true;
  }

  /** All devices were at rest, and showed these contents. */
  acknowledge(contents: Iterable<ContentHash>): void {
    for (const content of contents) {
      const entry = this.#entries.get(content);
      if (entry !== undefined) entry.isAcknowledged = true;
    }
  }

  owed(): ReadonlySet<ContentHash> {
    const owed = [...this.#entries].filter(([, entry]) => entry.isAcknowledged || !entry.isDestroyed);
    return new Set(owed.map(([content]) => content));
  }

  describe(content: ContentHash): string {
    const entry = this.#entries.get(content);
    return `${content.slice(0, 8)} (${entry?.where}, ${entry?.isAcknowledged === true ? 'was in sync' : 'never in sync'})`;
  }

  get size(): number {
    return this.#entries.size;
  }
}

/** A folder on a disk as a tree of contents, without what is Syncline's own and what is ignored. */
export function readContentTree(root: string): ContentTree {
  const tree: [string, ContentHash | 'folder'][] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(join(root, folder))) {
      const path = join(folder, name);
      if (path === '.syncline' || name.endsWith('.tmp')) continue;
      const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (stat?.isDirectory() === true) {
        folders.push(path);
        tree.push([path, 'folder']);
      } else if (stat?.isFile() === true) tree.push([path, nameContent(readFileSync(join(root, path)))]);
    }
  }
  return new Map(tree.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Contents that lie in the trash of a synced folder. */
export function readTrash(root: string): ReadonlySet<ContentHash> {
  const trash = join(root, '.syncline', 'trash');
  if (lstatSync(trash, { throwIfNoEntry: false }) === undefined) return new Set();
  const files = readdirSync(trash, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Set(files.map((entry) => nameContent(readFileSync(join(entry.parentPath, entry.name)))));
}
