import { assert } from '@syncline/protocol';
import { LISTINGS_BETWEEN_PAUSES, LISTINGS_MAX } from './limits.ts';
import type { LocalDisk } from './local-disk.ts';
import type { Clock, DiskHints, FileSystem } from './ports.ts';
import { parentPath } from './trees.ts';

/** A folder to be listed. */
interface Pending {
  readonly path: string;
  /** And all folders in it. */
  readonly below: boolean;
  /** And, with all that is in them, those folders in it that are not in the state that they were seen in. */
  readonly changed: boolean;
}

/** Where to look. */
export interface DiskLook extends DiskHints {
  /** Folders that are listed with all folders in them. */
  readonly trees: ReadonlySet<string>;
}

/**
 * Brings what is known of the disk up to date: lists the folders that hints name, or all of them, and those that turn out to be
 * new. A folder that is not there any more is left to the listing of the folder that held it.
 */
export async function observeDisk(
  ports: { readonly files: FileSystem; readonly clock: Clock },
  local: LocalDisk,
  look: DiskLook,
): Promise<void> {
  const pending = look.everything ? [{ path: '', below: true, changed: false }] : foldersToList(local, look);
  const gone = new Set<string>();
  let listings = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path } = next;
    listings += 1;
    assert(listings < LISTINGS_MAX, 'a disk has an end');
    // A large disk leaves room for what else there is to do.
    if (listings % LISTINGS_BETWEEN_PAUSES === 0) await ports.clock.sleep(0);
    const listing = await ports.files.list(path);
    if (listing !== undefined) {
      const observed = local.apply(listing);
      const below = next.below || listing.rulesChanged;
      const more = [...observed.fresh, ...(below ? observed.known : [])];
      for (const folder of more) pending.push({ path: folder, below, changed: false });
      if (!next.changed || below) continue;
      for (const folder of observed.changed) pending.push({ path: folder, below: true, changed: false });
    } else if (path === '') {
      local.apply({ path, entries: [], complete: false, rulesChanged: false });
    } else if (!gone.has(path)) {
      gone.add(path);
      pending.push({ path: nearestKnown(local, parentPath(path)), below: false, changed: false });
    }
  }
}

/**
 * A hint about a folder that is not known may have come from one that had another name, or stood elsewhere, for a moment. By now it
 * stands in any of the hinted folders, and shows that something happened to it, but not what happened in it.
 */
function foldersToList(local: LocalDisk, { folders: hinted, trees }: DiskLook): Pending[] {
  const folders = new Set<string>();
  let changed = false;
  for (const path of hinted) {
    const known = nearestKnown(local, path);
    folders.add(known);
    changed ||= known !== path;
  }
  const below = [...trees].map((path) => ({ path: nearestKnown(local, path), below: true, changed: false }));
  return [...below, ...[...folders].map((path) => ({ path, below: false, changed }))];
}

/** The folder itself, or the first one above it that is known: a listing of that one leads to it. */
function nearestKnown(local: LocalDisk, path: string): string {
  let known = path;
  while (!local.knows(known)) known = parentPath(known);
  return known;
}
