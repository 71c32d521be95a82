import type { NodeId } from '@syncline/protocol';

/** Which element each entry is drawn into, by numbers that are the keys of the elements. */
export type RowSlots = ReadonlyMap<NodeId, number>;

/**
 * The slots of the entries that are in sight, in their order. An entry that was in sight keeps its own, so what is typed or dragged in it stays.
 * Others take those of entries that have gone, in the same order: their elements are there and only told something else, which is several times
 * cheaper than making new ones.
 *
 * New elements are made where old ones would have to be moved past more of those that stay: above them, while scrolling up.
 */
export function assignSlots(before: RowSlots, shown: readonly NodeId[]): RowSlots {
  const isShown = new Set(shown);
  const kept = shown.filter((id) => before.has(id));
  const gone = [...before].filter(([id]) => !isShown.has(id)).map(([, slot]) => slot);
  const lastKept = shown.findLastIndex((id) => before.has(id));
  const above = lastKept + 1 - kept.length;
  const free = above > 0 && kept.length > shown.length - kept.length ? [] : gone;
  const fresh = unusedSlots(before);
  return new Map(shown.map((id) => [id, before.get(id) ?? free.shift() ?? fresh()]));
}

/** The smallest numbers that no element had: those that had one of the others end in the same moment. */
function unusedSlots(before: RowSlots): () => number {
  const used = new Set(before.values());
  let next = 0;
  return () => {
    while (used.has(next)) next += 1;
    next += 1;
    return next - 1;
  };
}
