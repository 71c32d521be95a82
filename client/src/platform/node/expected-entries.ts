import { join } from 'node:path';
import { type LocalEntry, parentPath, type SeenEntry, sameState, sameWrite } from '../../engine/trees.ts';
import type { DiskCalls } from './disk-calls.ts';
import { isSameInode } from './rename-to-free.ts';
import { lookAt, type ScannedDisk, scanFolder } from './scan-folder.ts';

type ExpectedDisk = ScannedDisk & { readonly root: string; readonly calls: DiskCalls };

/** Everything at and below a path, if it is still what was expected there and nothing else. */
export function findExpected(
  { root, ...disk }: ExpectedDisk,
  entry: LocalEntry,
  expected: ReadonlyMap<string, SeenEntry>,
): readonly LocalEntry[] | undefined {
  const found = [entry];
  if (entry.kind === 'folder') {
    const scan = scanFolder(root, entry.path, disk);
    if (!scan.rootListed) return undefined;
    for (const entries of scan.folders.values()) found.push(...entries);
  }
  // What is ignored goes along with its folder, whatever it is.
  const counted = found.filter((one) => one.obstacle !== 'ignored');
  if (counted.length !== expected.size) return undefined;
  const isExpected = counted.every((one) => {
    const known = expected.get(one.path);
    if (known === undefined || known.kind !== one.kind || !one.listed) return false;
    return one.kind === 'folder' || sameState(known.identity, one.identity);
  });
  return isExpected ? found : undefined;
}

/**
 * Whether nothing was written to what was found, and no name has come or gone, though all of it was moved. Some disks take the move
 * of a folder for a write to it: of that one the names are counted.
 */
export function isAsFound(
  { root, calls }: ExpectedDisk,
  found: readonly LocalEntry[],
  moved: { readonly from: string; readonly to: string },
): boolean {
  return found.every(({ kind, path, identity }) => {
    const nowAt = moved.to + path.slice(moved.from.length);
    const now = lookAt(root, nowAt, calls);
    // What was ignored where it lay is looked at by itself, and is what it is.
    if (now.kind !== 'entry' || (kind !== 'obstacle' && now.entry.kind !== kind)) return false;
    if (kind === 'folder' && path === moved.from) {
      const names = found.filter((one) => one.path !== path && parentPath(one.path) === path);
      return isSameInode(now.entry, { kind, identity }) && calls.readdirSync(join(root, nowAt)).length === names.length;
    }
    return sameWrite(now.entry.identity, identity);
  });
}
