import type { Node, NodeId } from '@syncline/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { choose, chooseAll, keepPresent, NOTHING_CHOSEN, type Selection, type SelectionStep } from './selection.ts';

export interface UsedSelection {
  readonly selection: Selection;
  readonly order: readonly NodeId[];
  /** The chosen nodes, as they are now. */
  readonly nodes: readonly Node[];
  readonly step: (id: NodeId, step: SelectionStep) => void;
  readonly all: () => void;
  readonly none: () => void;
}

/** The selection in a list of entries, which stays what it was while the entries change. */
export function useSelection(entries: readonly Node[]): UsedSelection {
  const [selection, setSelection] = useState<Selection>(NOTHING_CHOSEN);
  const order = useMemo(() => entries.map(({ nodeId }) => nodeId), [entries]);
  const shown = useRef(order);
  useEffect(() => {
    const before = shown.current;
    shown.current = order;
    setSelection((old) => keepPresent(before, order, old));
  }, [order]);
  const nodes = useMemo(
    () => (selection.chosen.size === 0 ? [] : entries.filter(({ nodeId }) => selection.chosen.has(nodeId))),
    [entries, selection.chosen],
  );
  const step = useCallback(
    (id: NodeId, how: SelectionStep) => setSelection((old) => choose(shown.current, old, { id, step: how })),
    [],
  );
  const all = useCallback(() => setSelection((old) => chooseAll(shown.current, old)), []);
  const none = useCallback(() => setSelection((old) => ({ ...NOTHING_CHOSEN, active: old.active })), []);
  return { selection, order, nodes, step, all, none };
}
