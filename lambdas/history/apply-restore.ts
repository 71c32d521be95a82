import { createHash } from 'node:crypto';
import {
  assert,
  COMMIT_OPERATIONS_MAX,
  type EpochMs,
  encodeUlid,
  type NodeId,
  type Operation,
  type OperationResult,
  opId,
  type RestoreChange,
  type RestoreObstacle,
  splitOpId,
} from '@syncline/protocol';
import { type CommitDependencies, commitToNamespace } from '../journal/commit-to-namespace.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Access, JournalEntry } from '../namespaces/namespace-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { RestoreStep } from './plan-restore.ts';
import { readSpan } from './read-span.ts';

export interface RestorePage {
  readonly caller: DeviceCaller;
  readonly access: Access;
  /** Tells this restore from every other of the account, with the two places in the journal and what is planned between them. */
  readonly subject: string;
  readonly place: { readonly past: number; readonly now: number; readonly told: number; readonly plan: string };
  readonly steps: readonly RestoreStep[];
  /** What was written after `now`, as far as the head that was read. */
  readonly later: readonly JournalEntry[];
  /** No further batch is begun then. */
  readonly until: EpochMs;
}

/**
 * Commits the steps of a page as far as the time goes, at least one batch, and tells of each whether it was done. Idempotent: the opIds follow from
 * the restore and from where its steps stand in the plan, so a page that is sent again does nothing twice, however far it comes.
 */
export async function applyRestore(
  dependencies: CommitDependencies,
  page: RestorePage,
): Promise<readonly RestoreChange[]> {
  const changes: RestoreChange[] = [];
  let later = page.later;
  for (let start = 0; start < page.steps.length; start += COMMIT_OPERATIONS_MAX) {
    const steps = page.steps.slice(start, start + COMMIT_OPERATIONS_MAX);
    const batch = batchOf(page, page.place.told + start);
    // A delete must have seen what the steps before it made, and what others did meanwhile.
    if (start > 0 && steps.some(({ operation }) => operation?.type === 'delete'))
      later = await readLater(dependencies, page);
    const seen = page.place.now + later.length;
    const results = await commitSteps(dependencies, { ...page, later }, { steps, batch, seen });
    changes.push(...steps.map((step, index) => outcomeOf(step, results.get(index))));
    if (dependencies.clock.now() >= page.until) break;
  }
  return changes;
}

/** Everything after the plan's head up to the present one. */
async function readLater(dependencies: CommitDependencies, page: RestorePage): Promise<readonly JournalEntry[]> {
  const { namespaceId } = page.access.head;
  const { accountId } = page.caller;
  const access = await dependencies.namespaces.readAccess({ namespaceId, accountId });
  if (access === undefined) return page.later;
  return readSpan(dependencies, { namespaceId, after: page.place.now, upTo: access.head.seq });
}

interface Batch {
  readonly steps: readonly RestoreStep[];
  readonly batch: string;
  /** The last entry that was looked at. */
  readonly seen: number;
}

/** The results by the index of their step; steps that do nothing have none, nor have deletes that would take along what nobody planned for. */
async function commitSteps(
  dependencies: CommitDependencies,
  page: RestorePage,
  { steps, batch, seen }: Batch,
): Promise<ReadonlyMap<number, OperationResult>> {
  const { namespaceId } = page.access.head;
  const guarded = await foldersWithForeignChanges(dependencies, page);
  const operations = steps.flatMap(({ operation }, index): Operation[] => {
    if (operation === undefined) return [];
    const named = { opId: opId(batch, index), namespaceId };
    if (operation.type !== 'delete') return [{ ...named, ...operation }];
    return guarded.has(operation.nodeId) ? [] : [{ ...named, ...operation, baseSeq: seen }];
  });
  // The device of the caller may be at work itself: what it did meanwhile nobody has planned for.
  const work = { namespaceId, operations, caller: page.caller, budget: { chunks: 0 }, seenBatches: ownBatches(page) };
  const { results } = await commitToNamespace(dependencies, work);
  return new Map([...results].map(([id, result]) => [splitOpId(id).index, result]));
}

/** The folders in or above which something stands that was changed after the plan was made, and not by this restore. */
async function foldersWithForeignChanges(
  dependencies: CommitDependencies,
  page: RestorePage,
): Promise<ReadonlySet<NodeId>> {
  const own = ownBatches(page);
  const foreign = page.later.filter((entry) => !own.has(splitOpId(entry.opId).batch));
  const folders = new Set<NodeId>();
  if (foreign.length === 0) return folders;
  const view = new NamespaceView(dependencies, page.access);
  const nodeIds = new Set(foreign.map(({ node }) => node.nodeId));
  await view.loadAncestors(nodeIds);
  for (const nodeId of nodeIds) {
    const ancestry = await view.ancestry(nodeId);
    const chain = ancestry.kind === 'live' || ancestry.kind === 'too_deep' ? ancestry.chain : [];
    for (const node of chain) folders.add(node.nodeId);
  }
  return folders;
}

/** All batches of this restore so far. */
function ownBatches(page: RestorePage): ReadonlySet<string> {
  const own = new Set<string>();
  for (let told = 0; told < page.place.told + page.steps.length; told += COMMIT_OPERATIONS_MAX)
    own.add(batchOf(page, told));
  return own;
}

/** Names the operations of the steps from a place in the plan on. */
function batchOf({ subject, caller, place }: RestorePage, told: number): string {
  const name = [subject, caller.device.deviceId, place.past, place.now, place.plan, told].join('/');
  return encodeUlid(createHash('sha256').update(name).digest().subarray(0, 16));
}

function outcomeOf({ change, operation }: RestoreStep, result: OperationResult | undefined): RestoreChange {
  if (operation === undefined) return { ...change, done: false };
  if (result?.status === 'committed') return { ...change, done: true };
  return { ...change, done: false, obstacle: obstacleOf(result) };
}

function obstacleOf(result: OperationResult | undefined): RestoreObstacle {
  if (result === undefined || result.status === 'conflict') return 'changed_since';
  assert(result.status === 'error', 'what is done has no obstacle');
  return result.error.code === 'not_found' ? 'changed_since' : 'refused';
}
