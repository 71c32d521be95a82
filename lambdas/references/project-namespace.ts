import type { NamespaceId, NodeId } from '@syncline/protocol';
import { isBehind, type JournalPosition } from '../journal/journal-positions.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { ENTRIES_AT_ONCE, ENTRY_PAGES_MAX, NODES_IN_FLIGHT_MAX } from './limits.ts';
import { type ProjectNodeDependencies, projectNode } from './project-node.ts';

export interface ProjectNamespaceDependencies extends ProjectNodeDependencies {
  readonly namespaces: Pick<NamespaceStore, 'getGround' | 'listEntries' | 'listRevisions'>;
}

/**
 * Projects the journal of a namespace from where it is projected to, up to `target` at least: looks at every node that an entry names.
 * The position is kept after each step, behind nothing that is not done. Whatever happens to records of the stream, the next call goes
 * on where the position stands, so nothing is ever skipped.
 *
 * `behind`: there is more than one call may do, or the next entry is not to be seen: not yet, or not any more. Cost: 1 read when nothing is to be done.
 */
export async function projectNamespace(
  dependencies: ProjectNamespaceDependencies,
  namespaceId: NamespaceId,
  target: JournalPosition,
): Promise<'done' | 'behind'> {
  const { references } = dependencies;
  const position = await references.getPosition(namespaceId);
  // Another epoch is another journal: its entries from the first one on, as far as they are kept.
  let seq = position?.epoch === target.epoch ? position.seq : 0;
  if (!isBehind(position, target)) return 'done';
  for (let page = 0; page < ENTRY_PAGES_MAX && seq < target.seq; page++) {
    const reached = await projectEntries(dependencies, namespaceId, { from: seq, target });
    if (reached === undefined) return 'behind';
    seq = reached;
  }
  return seq < target.seq ? 'behind' : 'done';
}

/** One step. Answers the sequence up to which everything is projected then; undefined when the next entry is not to be seen. */
async function projectEntries(
  dependencies: ProjectNamespaceDependencies,
  namespaceId: NamespaceId,
  { from, target }: { readonly from: number; readonly target: JournalPosition },
): Promise<number | undefined> {
  const { namespaces, references } = dependencies;
  const entries = await namespaces.listEntries({ namespaceId, after: from, limit: ENTRIES_AT_ONCE });
  // What an entry names that nobody sees stays unprojected, and no position may say otherwise. It is looked for again.
  const last = entries.at(-1);
  if (last === undefined || entries[0]?.seq !== from + 1) return undefined;
  const nodes = new Set<NodeId>(entries.filter(({ node }) => node.kind === 'file').map(({ node }) => node.nodeId));
  await mapBounded(NODES_IN_FLIGHT_MAX, [...nodes], (nodeId) => projectNode(dependencies, { namespaceId, nodeId }));
  await references.advance(namespaceId, { epoch: target.epoch, seq: last.seq });
  return last.seq;
}
