import type { StoredLink } from './link-store.ts';

/** The order of lists: oldest first, and of the same age always the same one first. */
export function compareLinkAge(left: StoredLink, right: StoredLink): number {
  if (left.createdAt !== right.createdAt) return left.createdAt - right.createdAt;
  return left.linkId < right.linkId ? -1 : 1;
}
