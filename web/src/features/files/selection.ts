import type { NodeId } from '@syncline/protocol';

/** What is chosen in a list, by ids: so it stays when others change, come or go. */
export interface Selection {
  readonly chosen: ReadonlySet<NodeId>;
  /** Where the keyboard is. */
  readonly active: NodeId | undefined;
  /** Where a range begins that goes to the active entry. */
  readonly anchor: NodeId | undefined;
}

export const NOTHING_CHOSEN: Selection = { chosen: new Set(), active: undefined, anchor: undefined };

/** `alone`: this entry and no other; `toggle`: it as well, or not any more; `range`: all from the anchor to it; `move`: none, only the keyboard goes there. */
export type SelectionStep = 'alone' | 'toggle' | 'range' | 'move';

/** `order` are the ids as they are shown. */
export function choose(
  order: readonly NodeId[],
  selection: Selection,
  { id, step }: { readonly id: NodeId; readonly step: SelectionStep },
): Selection {
  switch (step) {
    case 'alone':
      return { chosen: new Set([id]), active: id, anchor: id };
    case 'toggle': {
      const chosen = new Set(selection.chosen);
      if (!chosen.delete(id)) chosen.add(id);
      return { chosen, active: id, anchor: id };
    }
    case 'range': {
      const anchor = selection.anchor !== undefined && order.includes(selection.anchor) ? selection.anchor : id;
      const [from, to] = [order.indexOf(anchor), order.indexOf(id)].toSorted((a, b) => a - b);
      return { chosen: new Set(order.slice(from, (to ?? 0) + 1)), active: id, anchor };
    }
    case 'move':
      return { ...selection, active: id };
  }
}

export function chooseAll(order: readonly NodeId[], selection: Selection): Selection {
  return { ...selection, chosen: new Set(order) };
}

/**
 * The selection after the list has changed: without what is not in it any more. When the active entry is gone, the keyboard goes to the
 * one that stands in its place. The same selection when nothing is different.
 */
export function keepPresent(before: readonly NodeId[], after: readonly NodeId[], selection: Selection): Selection {
  const { chosen, active, anchor } = selection;
  if (chosen.size === 0 && active === undefined) return selection;
  const present = new Set(after);
  const kept = [...chosen].filter((id) => present.has(id));
  const isActiveThere = active === undefined || present.has(active);
  if (kept.length === chosen.size && isActiveThere) return selection;
  return {
    chosen: kept.length === chosen.size ? chosen : new Set(kept),
    active: isActiveThere ? active : after[Math.min(before.indexOf(active), after.length - 1)],
    anchor: anchor !== undefined && present.has(anchor) ? anchor : undefined,
  };
}
