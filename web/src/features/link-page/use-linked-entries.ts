import type { LinkNode, NodeId } from '@syncline/protocol';
import { useCallback, useEffect, useState } from 'react';
import type { LinkedEntries, LinkVisit } from './create-link-visit.ts';

export interface Entries {
  readonly nodes: readonly LinkNode[];
  readonly state: 'reading' | 'read' | 'failed';
  /** Reads the next ones; undefined when these are all. */
  readonly more: (() => void) | undefined;
}

/** What stands in a linked folder, as far as it was asked for. */
export function useLinkedEntries(visit: LinkVisit, nodeId: NodeId | undefined): Entries {
  const [nodes, setNodes] = useState<readonly LinkNode[]>([]);
  const [next, setNext] = useState<LinkedEntries['nextPage']>();
  const [state, setState] = useState<Entries['state']>('reading');
  const read = useCallback(
    async (page: LinkedEntries['nextPage']): Promise<void> => {
      setState('reading');
      const answer = await visit.list(nodeId, page).catch(() => undefined);
      if (answer?.ok !== true) return setState('failed');
      const { nodes: found, nextPage } = answer.value;
      setNodes((known) => (page === undefined ? found : [...known, ...found]));
      setNext(nextPage);
      setState('read');
    },
    [visit, nodeId],
  );
  useEffect(() => void read(undefined), [read]);
  return { nodes, state, more: next === undefined ? undefined : () => void read(next) };
}
