import { isDeepStrictEqual } from 'node:util';
import { type NamespaceId, type NodeId, rootNodeId, type TrashEntry } from '@syncline/protocol';
import type { JournalPosition, JournalPositions } from '../journal/journal-positions.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { JournalEntry, NamespaceHead, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Meter, Tracer } from '../runtime/meter.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type ApplyDependencies, applyDocuments } from './apply-documents.ts';
import { describeNodes } from './describe-nodes.ts';
import type { IndexQueue, IndexTask } from './index-task.ts';
import {
  CHILDREN_AT_ONCE,
  DOCUMENTS_AT_ONCE,
  INDEX_ENTRIES_AT_ONCE,
  INDEX_PAGES_MAX,
  LOOKS_MAX,
  SUBTREE_NODES_AT_ONCE,
  TASK_FOLDERS_MAX,
} from './limits.ts';
import { indexVersion, type SearchIndex } from './search-index.ts';

export interface FollowDependencies extends Pick<ApplyDependencies, 'contents'> {
  readonly namespaces: NamespaceStore;
  readonly index: Pick<SearchIndex, 'apply' | 'describeTexts' | 'getTexts' | 'listBelow'>;
  readonly progress: JournalPositions;
  readonly queue: IndexQueue;
  readonly meter: Meter;
  /** Is told of the requests whose changes are in the index. */
  readonly tracer?: Tracer;
}

/**
 * Brings the index up to what a task tells of. Every document is made of what its node is at that moment, read after the position that
 * is its version; so a task may be done twice, late, in any order and at once with others, and the newest state stands in the end.
 *
 * What is too much for one call becomes further tasks, which are handed over before this one counts as done.
 * @throws UnavailableError when a store, the queue or the index did not answer: the task is to be done again.
 */
export async function followTask(dependencies: FollowDependencies, task: IndexTask): Promise<void> {
  const head = await dependencies.namespaces.readHead(task.namespaceId);
  if (head === undefined) return;
  switch (task.kind) {
    case 'journal':
      return followJournal(dependencies, head);
    case 'nodes':
      return indexNodes(dependencies, head, task);
    case 'below':
      return listTree(dependencies, task);
    case 'trash':
      return listDeleted(dependencies, head, task);
    case 'forget':
      return listIndexed(dependencies, task);
  }
}

/** All entries from where the index is up to the head. */
async function followJournal(dependencies: FollowDependencies, head: NamespaceHead): Promise<void> {
  const { namespaces, progress, queue } = dependencies;
  const { namespaceId, epoch } = head;
  const begun = await progress.get(namespaceId);
  let seq = begun?.epoch === epoch ? begun.seq : 0;
  for (let page = 0; seq < head.seq; page++) {
    if (page === INDEX_PAGES_MAX) return queue.send([{ kind: 'journal', namespaceId }]);
    const entries = await namespaces.listEntries({ namespaceId, after: seq, limit: INDEX_ENTRIES_AT_ONCE });
    const last = entries.at(-1);
    if (last === undefined || entries[0]?.seq !== seq + 1) {
      // The journal does not reach back: what it would have told is found by looking at everything.
      const position = { epoch, seq: head.seq };
      await queue.send([...wholeTree(namespaceId, position), { kind: 'forget', namespaceId, position }]);
      seq = head.seq;
    } else {
      const position = { epoch, seq: last.seq };
      await indexNodes(dependencies, head, { nodeIds: entries.map(({ node }) => node.nodeId), position });
      await queue.send(entries.flatMap((entry) => tasksOf(entry, position)));
      for (const { requestId } of entries) if (requestId !== undefined) dependencies.tracer?.trace(requestId);
      seq = last.seq;
    }
    await progress.advance(namespaceId, { epoch, seq });
  }
}

/** Before every entry: what is found then gives way to whatever a journal tells. */
const BEGINNING = { epoch: 0, seq: 0 } as const;

/** The tasks that look at all that is there in a namespace, be it in the trash. */
export function wholeTree(namespaceId: NamespaceId, position: JournalPosition): readonly IndexTask[] {
  return [
    { kind: 'below', namespaceId, folderIds: [rootNodeId(namespaceId)], position },
    { kind: 'trash', namespaceId, position },
  ];
}

/** What an entry says of nodes that it does not name. */
function tasksOf({ type, node }: JournalEntry, position: JournalPosition): readonly IndexTask[] {
  const { namespaceId, nodeId, mountedNamespaceId: mounted } = node;
  if (type === 'mounted') {
    // The owner's folder has become a namespace; what was in it is in that from then on. Elsewhere nothing lay there before.
    if (mounted === undefined || rootNodeId(mounted) !== nodeId) return [];
    return [
      { kind: 'forget', namespaceId, folderId: nodeId, into: mounted, position },
      ...wholeTree(mounted, BEGINNING),
    ];
  }
  if (node.kind !== 'folder') return [];
  switch (type) {
    case 'deleted':
      return [{ kind: 'below', namespaceId, folderIds: [nodeId], position }];
    case 'moved':
    case 'restored':
      return [
        { kind: 'below', namespaceId, folderIds: [nodeId], position },
        // What was deleted by itself, or is gone since, stands in no folder any more, but its path leads through this one in the index.
        { kind: 'forget', namespaceId, folderId: nodeId, position },
      ];
    case 'purged':
      return [{ kind: 'forget', namespaceId, folderId: nodeId, position }];
    default:
      return [];
  }
}

type BelowTask = Extract<IndexTask, { readonly kind: 'below' }>;

/** Walks down from folders, level by level, until SUBTREE_NODES_AT_ONCE nodes were found; the rest becomes tasks, as they do. */
async function listTree({ namespaces, queue }: FollowDependencies, task: BelowTask): Promise<void> {
  const { namespaceId, position } = task;
  const folderIds: NodeId[] = [...task.folderIds];
  const found: NodeId[] = [];
  let { after } = task;
  while (found.length < SUBTREE_NODES_AT_ONCE) {
    const [parentId] = folderIds;
    if (parentId === undefined) break;
    const page = { namespaceId, parentId, limit: CHILDREN_AT_ONCE, ...(after === undefined ? {} : { after }) };
    const { nodes, next } = await namespaces.listChildren(page);
    found.push(...nodes.map(({ nodeId }) => nodeId));
    folderIds.push(...nodes.filter(({ kind }) => kind === 'folder').map(({ nodeId }) => nodeId));
    after = next;
    if (next === undefined) folderIds.shift();
  }
  await queue.send([...nodeTasks(namespaceId, found, position), ...splitTask(task, folderIds, after)]);
}

function nodeTasks(
  namespaceId: NamespaceId,
  nodeIds: readonly NodeId[],
  position: JournalPosition,
): readonly IndexTask[] {
  const tasks: IndexTask[] = [];
  for (let from = 0; from < nodeIds.length; from += DOCUMENTS_AT_ONCE) {
    tasks.push({ kind: 'nodes', namespaceId, nodeIds: nodeIds.slice(from, from + DOCUMENTS_AT_ONCE), position });
  }
  return tasks;
}

function splitTask(task: BelowTask, folderIds: readonly NodeId[], after: string | undefined): readonly IndexTask[] {
  const { kind, namespaceId, position } = task;
  const tasks: BelowTask[] = [];
  for (let from = 0; from < folderIds.length; from += TASK_FOLDERS_MAX) {
    const part = folderIds.slice(from, from + TASK_FOLDERS_MAX);
    tasks.push({
      kind,
      namespaceId,
      folderIds: part,
      position,
      ...(from === 0 && after !== undefined ? { after } : {}),
    });
  }
  return tasks;
}

/** Finds what was deleted by itself, and leaves what lies below as tasks. The trash of a shared folder is its own and a part of its ground's. */
async function listDeleted(
  { namespaces, queue }: FollowDependencies,
  head: NamespaceHead,
  task: Extract<IndexTask, { readonly kind: 'trash' }>,
): Promise<void> {
  const { namespaceId, isGround, before, position } = task;
  const { groundId } = head;
  const from = isGround === undefined ? namespaceId : (groundId ?? namespaceId);
  const page = { namespaceId: from, limit: CHILDREN_AT_ONCE, ...(before === undefined ? {} : { before }) };
  const { entries, next } = await namespaces.listTrash(page);
  const view = new NamespaceView({ namespaces }, { head, role: 'owner' });
  await view.loadAncestors(entries.map(({ nodeId }) => nodeId));
  const own: TrashEntry[] = [];
  for (const entry of entries) if ((await view.node(entry.nodeId)) !== undefined) own.push(entry);
  const nodeIds = own.map(({ nodeId }) => nodeId);
  const folderIds = own.filter(({ kind }) => kind === 'folder').map(({ nodeId }) => nodeId);
  const tasks = [
    ...nodeTasks(namespaceId, nodeIds, position),
    ...splitTask({ kind: 'below', namespaceId, folderIds, position }, folderIds, undefined),
  ];
  if (next !== undefined) tasks.push({ ...task, before: { deletedAt: next.deletedAt, nodeId: next.nodeId } });
  else if (isGround === undefined && groundId !== undefined) {
    tasks.push({ kind: 'trash', namespaceId, isGround: true, position });
  }
  await queue.send(tasks);
}

/** Finds what the index has of a namespace, or below one of its folders, from before the position. */
async function listIndexed(
  { index, queue }: FollowDependencies,
  task: Extract<IndexTask, { readonly kind: 'forget' }>,
): Promise<void> {
  const { namespaceId, folderId, into, position } = task;
  const tasks: IndexTask[] = [];
  let { after } = task;
  for (let looked = 0; looked < SUBTREE_NODES_AT_ONCE; looked += DOCUMENTS_AT_ONCE) {
    const page = {
      namespaceId,
      limit: DOCUMENTS_AT_ONCE,
      ...(folderId === undefined ? {} : { folderId }),
      ...(after === undefined ? {} : { after }),
    };
    const listed = await index.listBelow(page);
    // Whoever writes a higher version has read the node later than that, or does so until it has.
    const nodeIds = listed.filter(({ version }) => version < indexVersion(position)).map(({ nodeId }) => nodeId);
    if (into !== undefined) tasks.push(...nodeTasks(into, nodeIds, BEGINNING));
    tasks.push(...nodeTasks(namespaceId, nodeIds, position));
    after = listed.at(-1)?.nodeId;
    if (listed.length < DOCUMENTS_AT_ONCE || after === undefined) return queue.send(tasks);
  }
  await queue.send([...tasks, { ...task, ...(after === undefined ? {} : { after }) }]);
}

/**
 * Makes the index have of these nodes what they are, at a version that was seen before. What it wrote is still true afterwards: whatever changes
 * later finds in the index by which folders a node was reached.
 * @throws UnavailableError when the nodes change faster than they are written.
 */
async function indexNodes(
  dependencies: FollowDependencies,
  head: NamespaceHead,
  { nodeIds, position }: { readonly nodeIds: readonly NodeId[]; readonly position: JournalPosition },
): Promise<void> {
  const { namespaces, meter } = dependencies;
  const unique = [...new Set(nodeIds)];
  let seen = head;
  const describe = (part: readonly NodeId[]) =>
    describeNodes(new NamespaceView({ namespaces }, { head: seen, role: 'owner' }), part, indexVersion(position));
  for (let from = 0; from < unique.length; from += DOCUMENTS_AT_ONCE) {
    const part = unique.slice(from, from + DOCUMENTS_AT_ONCE);
    let written = await describe(part);
    await applyDocuments(dependencies, written);
    for (let looks = 0; ; looks++) {
      const next = await namespaces.readHead(head.namespaceId);
      if (next === undefined || (next.seq === seen.seq && next.epoch === seen.epoch)) break;
      if (looks === LOOKS_MAX) throw new UnavailableError('nodes change faster than they are indexed');
      seen = next;
      const described = await describe(part);
      const different = described.filter((change, index) => !isDeepStrictEqual(change, written[index]));
      if (different.length === 0) break;
      written = described;
      await applyDocuments(dependencies, different);
    }
    meter.count('nodesIndexed', part.length);
  }
}
