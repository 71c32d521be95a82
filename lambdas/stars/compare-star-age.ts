import type { StoredStar } from './star-store.ts';

/** Newest first; of the same moment by their ids, so that the order is one. */
export function compareStarAge(a: StoredStar, b: StoredStar): number {
  return b.starredAt - a.starredAt || (a.nodeId < b.nodeId ? -1 : 1);
}
