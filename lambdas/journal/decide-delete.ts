import { type DeleteOperation, splitOpId, UNSEEN_ENTRIES_MAX } from '@syncline/protocol';
import type { JournalEntry, NamespaceStore, StoredNode } from '../namespaces/namespace-store.ts';
import { changing, conflicting, type Decision, type DecisionContext, refusing, unchanged } from './decision.ts';
import { findObstacle } from './find-place.ts';
import { deleted } from './node-change.ts';

/** A delete asks where shared folders are mounted. */
export interface DeleteContext extends DecisionContext {
  readonly namespaces: Pick<NamespaceStore, 'listMounts'>;
  /** As in NamespaceWork (commit-to-namespace.ts). */
  readonly seenBatches?: ReadonlySet<string> | undefined;
}

/** Puts a node into the trash, with all that lies below it: one tombstone, whatever the size of the subtree. */
export async function decideDelete(context: DeleteContext, operation: DeleteOperation): Promise<Decision> {
  const { view } = context;
  const { nodeId, baseRev, baseSeq } = operation;
  if (nodeId === view.rootId) return refusing('invalid_request', 'the root folder cannot be deleted');
  const node = await view.node(nodeId);
  if (node === undefined) return refusing('not_found', 'there is no such node');
  if (node.deletedAt !== undefined) return unchanged(node);
  const obstacle = await findObstacle(view, node);
  if (obstacle !== undefined) return obstacle;
  if (baseRev > node.rev) return refusing('invalid_request', 'baseRev is a revision that does not exist yet');
  if (baseRev < node.rev) return conflicting(staleKind(node, baseRev), node);
  if (node.kind === 'mount') {
    return refusing('forbidden', 'this is a shared folder, which lives on for others: leave it instead of deleting it');
  }
  if (node.kind === 'folder') {
    if (await holdsMount(context, node)) {
      return refusing('forbidden', 'a shared folder lies in this one: leave it or move it out first');
    }
    if (baseSeq === undefined) return refusing('invalid_request', 'the delete of a folder needs baseSeq');
    if (await hasUnseenChanges(context, node, baseSeq)) return conflicting('unseen_changes', node);
  }
  return changing(deleted(context, node, await pathOf(context, node)));
}

/** Whether a shared folder is mounted below a folder. It would be out of reach in the trash, and still be shared. */
async function holdsMount({ view, namespaces }: DeleteContext, folder: StoredNode): Promise<boolean> {
  const { mountCount = 0, ownerAccountId } = view.head;
  if (mountCount === 0) return false;
  const mounts = await namespaces.listMounts(ownerAccountId);
  await view.loadAncestors(mounts.map(({ nodeId }) => nodeId));
  for (const { nodeId } of mounts) {
    const ancestry = await view.ancestry(nodeId);
    if (ancestry.kind === 'too_deep') return true;
    if (ancestry.kind === 'live' && ancestry.chain.some((above) => above.nodeId === folder.nodeId)) return true;
  }
  return false;
}

/** A losing revision raises `rev` alone; that is an edit that was not seen, too. */
function staleKind(node: StoredNode, baseRev: number): 'edited' | 'moved' {
  return baseRev < node.placeRev && baseRev >= node.contentRev ? 'moved' : 'edited';
}

/**
 * Whether something that lies below the folder now was changed after `baseSeq` by another device. What the device did
 * itself it has seen, even when it has not read it back yet; a restore has seen only what is its own. What lies in the trash by itself is not taken along.
 */
async function hasUnseenChanges(context: DeleteContext, folder: StoredNode, baseSeq: number): Promise<boolean> {
  const { view } = context;
  const unseen = view.storedSeq - baseSeq;
  if (unseen === 0) return false;
  // A sequence that the journal has not reached is from before the namespace was set back: the device must read again.
  if (unseen < 0 || unseen > UNSEEN_ENTRIES_MAX) return true;
  const entries = await view.entriesAfter(baseSeq, unseen);
  // Entries that have expired are missing, and nobody can tell what they said.
  if (entries.length < unseen || entries[0]?.seq !== baseSeq + 1) return true;
  const foreign = entries.filter((entry) => !isOwn(context, entry));
  const nodeIds = new Set(foreign.map((entry) => entry.node.nodeId));
  await view.loadAncestors(nodeIds);
  for (const nodeId of nodeIds) {
    const ancestry = await view.ancestry(nodeId);
    if (ancestry.kind === 'too_deep') return true;
    if (ancestry.kind === 'live' && ancestry.chain.slice(1).some((above) => above.nodeId === folder.nodeId))
      return true;
  }
  return false;
}

function isOwn({ caller, seenBatches }: DeleteContext, entry: JournalEntry): boolean {
  if (seenBatches !== undefined) return seenBatches.has(splitOpId(entry.opId).batch);
  // Ids of devices are unique in their account only: another member may have chosen the same.
  return entry.deviceId === caller.device.deviceId && entry.accountId === caller.accountId;
}

async function pathOf({ view }: DecisionContext, node: StoredNode): Promise<string> {
  const ancestry = await view.ancestry(node.nodeId);
  const chain = ancestry.kind === 'live' ? ancestry.chain : [node];
  return chain.map((part) => `/${part.name}`).reduceRight((path, part) => path + part, '');
}
