import type { StoredStar } from './star-store.ts';

/** Newest first; of the same moment by their ids, so that the order is one. */
export function compareStarAge(a: StoredStar, b: StoredStar): number {
  if (a.starredAt !== b.starredAt) return b.starredAt - a.starredAt;
  return a.nodeId < b.nodeId ? -1 : 1;
}
