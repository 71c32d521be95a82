import { assert } from '@syncline/protocol';
import { LISTINGS_BETWEEN_PAUSES, LISTINGS_MAX } from './limits.ts';
import type { LocalDisk } from './local-disk.ts';
import type { Clock, DiskHints, FileSystem } from './ports.ts';
import { parentPath } from './trees.ts';

/** A folder to be listed; with `below`, and all folders in it as well. */
interface Pending {
  readonly path: string;
  readonly below: boolean;
}

/**
 * Brings what is known of the disk up to date: lists the folders that hints name, or all of them, and those that turn out to be
 * new. A folder that is not there any more is left to the listing of the folder that held it.
 */
export async function observeDisk(
  ports: { readonly files: FileSystem; readonly clock: Clock },
  local: LocalDisk,
  hints: DiskHints,
): Promise<void> {
  const folders = hints.everything ? [''] : new Set([...hints.folders].map((path) => nearestKnown(local, path)));
  const pending: Pending[] = [...folders].map((path) => ({ path, below: hints.everything }));
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
      for (const folder of observed.fresh) pending.push({ path: folder, below });
      if (below) for (const folder of observed.known) pending.push({ path: folder, below });
    } else if (path === '') {
      local.apply({ path, entries: [], complete: false, rulesChanged: false });
    } else if (!gone.has(path)) {
      gone.add(path);
      pending.push({ path: nearestKnown(local, parentPath(path)), below: false });
    }
  }
}

/** The folder itself, or the first one above it that is known: a listing of that one leads to it. */
function nearestKnown(local: LocalDisk, path: string): string {
  let known = path;
  while (!local.knows(known)) known = parentPath(known);
  return known;
}
