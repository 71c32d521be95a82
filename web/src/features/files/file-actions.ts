import { type ApiClient, UnavailableError } from '@syncline/client';
import type { NamespaceId, Node } from '@syncline/protocol';
import type { Translate } from '../../messages/english.ts';
import type { Toast } from '../../ui/toast-stack.ts';
import { createQueuedActions } from '../offline/queued-actions.ts';
import { answerValue, RefusedError } from './answer-value.ts';
import { commit, makeNodeId, type PlainOperation } from './commit.ts';
import { planCopies } from './copy-nodes.ts';
import { failureDetail, failureKey, failureMessage } from './failure-message.ts';
import { showNodes } from './follow-live.ts';
import type { FolderPlace } from './listing.ts';
import { freeName, planDelete, planMove, sortResults, withoutTarget } from './plan-operations.ts';
import { type ListingDependencies, listingQuery } from './use-listing.ts';

/** What a person does to files and folders. Each says what came of it, where that is not seen, and none throws what is expected. */
export interface FileActions {
  /** The folder that was made, or that stood there under this name. */
  readonly makeFolder: (place: FolderPlace, name: string) => Promise<Node | undefined>;
  readonly rename: (node: Node, name: string) => Promise<boolean>;
  readonly move: (nodes: readonly Node[], target: FolderPlace) => Promise<void>;
  readonly copy: (nodes: readonly Node[], target: FolderPlace) => Promise<void>;
  readonly remove: (nodes: readonly Node[]) => Promise<void>;
  /** Commits what is given, shows what it did, and says what it could not; true when all was done. */
  readonly run: (operations: readonly PlainOperation[], names: readonly string[]) => Promise<boolean>;
}

export interface FileActionDependencies extends ListingDependencies {
  readonly toast: (toast: Toast) => void;
  readonly t: Translate;
}

/** While there is no network, or while something waits, what can wait is written down in this browser, in its order. */
export function createFileActions(work: FileActionDependencies): FileActions {
  const later = createQueuedActions(work);
  const run: FileActions['run'] = async (operations, names) =>
    (await attempt(work, () => commitAll(work, operations, names)))?.isWhole === true;
  return {
    run,
    async makeFolder({ namespaceId, folderId }, name) {
      const newNodeId = makeNodeId();
      const operation: PlainOperation = { type: 'mkdir', namespaceId, parentId: folderId, name, newNodeId };
      const make = async () => (await commitAll(work, [operation], [name])).nodes[0];
      return attempt(work, make, () => later.makeFolder({ namespaceId, folderId }, name));
    },
    async rename(node, name) {
      const move = async () => (await commitAll(work, [planMove(node, node.parentId, name)], [name])).isWhole;
      return (await attempt(work, move, () => later.rename(node, name))) === true;
    },
    async copy(nodes, target) {
      if (work.offline.isQueueing()) return work.toast({ text: work.t('offline.noCopy'), isProblem: true });
      const isDone = await attempt(work, () => copyAll(work, nodes, target));
      const said = { count: nodes.length, name: nodes[0]?.name ?? '' };
      if (isDone === true) work.toast({ text: work.t('files.copied', said) });
    },
    async move(nodes, target) {
      const movable = movableTo(nodes, target);
      if (movable.length === 0) return;
      await attempt(
        work,
        () => moveAll(work, movable, target),
        () => later.move(movable, target),
      );
    },
    async remove(nodes) {
      const queue = async () => void (await later.remove(nodes));
      const removed = (await attempt(work, () => removeAll(work, nodes), queue))?.nodes ?? [];
      if (removed.length === 0) return;
      const back = removed.map(({ namespaceId, nodeId }): PlainOperation => ({ type: 'restore', namespaceId, nodeId }));
      const said = { count: removed.length, name: removed[0]?.name ?? '' };
      work.toast({ text: work.t('files.deleted', said), action: undoing(work, removed, back) });
    },
  };
}

/** `later` does it while there is no network. What was perhaps done already is the same when it is done twice. */
async function attempt<T, L = T>(
  { toast, t, offline }: FileActionDependencies,
  task: () => Promise<T>,
  later?: () => Promise<L>,
): Promise<T | L | undefined> {
  try {
    if (later !== undefined && offline.isQueueing()) return await later();
    return await task();
  } catch (failure) {
    if (failure instanceof UnavailableError && later !== undefined) return later();
    if (!(failure instanceof UnavailableError || failure instanceof RefusedError)) throw failure;
    toast({ text: failureMessage(t, failure), isProblem: true });
    return undefined;
  }
}

/** Without the target itself and what is there already. */
function movableTo(nodes: readonly Node[], target: FolderPlace): readonly Node[] {
  return withoutTarget(nodes, target).filter(
    ({ namespaceId, parentId }) => namespaceId !== target.namespaceId || parentId !== target.folderId,
  );
}

async function commitAll(
  { api, queryClient, toast, t }: FileActionDependencies,
  operations: readonly PlainOperation[],
  names: readonly string[],
): Promise<{ readonly nodes: readonly Node[]; readonly isWhole: boolean }> {
  const { nodes, failures } = sortResults(names, await commit(api, operations));
  showNodes(queryClient, nodes);
  const [first] = failures;
  if (first === undefined) return { nodes, isWhole: true };
  const text = t(`files.${failureKey(first.result)}`, { name: first.name, detail: failureDetail(first.result) });
  const more = failures.length > 1 ? ` ${t('files.failedMore', { count: failures.length - 1 })}` : '';
  toast({ text: text + more, isProblem: true });
  return { nodes, isWhole: false };
}

async function copyAll(work: FileActionDependencies, nodes: readonly Node[], target: FolderPlace): Promise<boolean> {
  const { nodes: there } = await work.queryClient.query(listingQuery(work, target));
  const taken = new Set([...there.values()].map(({ name }) => name));
  const copies = nodes.map((node) => {
    const name = freeName(node.name, taken);
    taken.add(name);
    return { node, name };
  });
  const plan = await planCopies(work.api, copies, target);
  if (plan.kind === 'planned') return (await commitAll(work, plan.operations, plan.names)).isWhole;
  work.toast({ text: work.t(plan.kind === 'shared' ? 'files.copyShared' : 'files.copyTooMany'), isProblem: true });
  return false;
}

async function moveAll(work: FileActionDependencies, movable: readonly Node[], target: FolderPlace): Promise<void> {
  const [first] = movable;
  if (first === undefined) return;
  if (first.namespaceId !== target.namespaceId) {
    // Two namespaces have no transaction together: what was copied is there before anything goes.
    if (!(await copyAll(work, movable, target))) return;
    const { isWhole } = await removeAll(work, movable);
    // What could not go, which was said, is in both places now.
    const said = isWhole ? 'files.movedCrossing' : 'files.copied';
    work.toast({ text: work.t(said, { count: movable.length, name: first.name }) });
    return;
  }
  const operations = movable.map((node) => planMove(node, target.folderId, node.name));
  const names = movable.map(({ name }) => name);
  const { nodes: moved } = await commitAll(work, operations, names);
  if (moved.length === 0) return;
  const before = new Map(movable.map((node) => [node.nodeId, node]));
  const back = moved.flatMap((node) => {
    const old = before.get(node.nodeId);
    return old === undefined ? [] : [planMove(node, old.parentId, old.name)];
  });
  work.toast({
    text: work.t('files.moved', { count: moved.length, name: moved[0]?.name ?? '' }),
    action: undoing(work, moved, back),
  });
}

async function removeAll(work: FileActionDependencies, nodes: readonly Node[]) {
  const seen = new Map<NamespaceId, number>();
  for (const { namespaceId } of nodes) {
    const told = seen.get(namespaceId) ?? work.live.lastSeq(namespaceId);
    seen.set(namespaceId, told ?? (await readHead(work.api, namespaceId)));
  }
  const operations = nodes.map((node) => planDelete(node, seen.get(node.namespaceId) ?? 0));
  return commitAll(
    work,
    operations,
    nodes.map(({ name }) => name),
  );
}

function undoing(work: FileActionDependencies, nodes: readonly Node[], operations: readonly PlainOperation[]) {
  const names = nodes.map(({ name }) => name);
  return {
    text: work.t('app.undo'),
    run: () => void attempt(work, () => commitAll(work, operations, names)),
  };
}

/** The last entry of a journal that has told nothing since this page is open: all of it could have been seen. */
async function readHead(api: ApiClient, namespaceId: NamespaceId): Promise<number> {
  return answerValue(await api.listTree({ query: { namespaceId, limit: '1' } })).seq;
}
