import { assert, type Change, type Node, type Problem, rootNodeId } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { DELTA_REPEATS_MAX, PAGES_MAX } from './limits.ts';
import { type ListedFolder, listPages } from './list-namespace.ts';
import { openMounts } from './open-mounts.ts';
import type { Clock, Remote } from './ports.ts';
import { PULLED, type PullOutcome, TORN } from './pull-outcome.ts';

interface Puller {
  readonly remote: Remote;
  readonly trees: EngineTrees;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Brings the remote tree to the heads of all journals: by the delta, or by a listing where there is no usable cursor. A namespace that was
 * mounted since, or whose journal cannot be continued, is closed until its own tree was listed.
 */
export async function pullChanges(puller: Puller): Promise<PullOutcome> {
  const { remote, trees } = puller;
  let repeats = 0;
  let isTorn = false;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { cursor } = trees.position;
    if (cursor === undefined) {
      const listed = await listHome(puller);
      if (listed.kind === 'refused') return listed;
      continue;
    }
    const answer = await remote.listChanges(cursor);
    if (answer.kind === 'refused') {
      if (answer.problem.remedy !== 'reset-cursor') return answer;
      if (answer.problem.details?.expired !== true) trees.forgetAgreements();
      trees.setPosition({ ...trees.position, cursor: undefined });
      continue;
    }
    const { changes, toList = [], left = [], setBack = [] } = answer.value;
    if (setBack.length > 0) trees.forgetAgreements();
    for (const change of changes) {
      noteMaker(puller, change);
      const applied = await applyChange(remote, trees, change);
      if (applied.kind === 'refused') return applied;
      if (applied.kind === 'torn') isTorn = true;
    }
    // Written down with the cursor: whatever becomes of the listing, what is closed is listed before anything is concluded from it.
    for (const namespaceId of [...toList, ...left]) trees.closeMounted(namespaceId);
    trees.setPosition({ ...trees.position, cursor: answer.value.cursor });
    trees.save();
    if (answer.value.hasMore) continue;
    const opened = await openMounts(puller);
    if (opened.kind === 'refused') return opened;
    isTorn ||= opened.kind === 'torn';
    if (!isTorn || repeats === DELTA_REPEATS_MAX) return PULLED;
    // What was moved while a tree was listed may be in no page of it, and would look deleted.
    isTorn = false;
    repeats += 1;
  }
  assert(false, 'a delta comes to its end');
}

/** What another device has made of a node is not what this one has asked for, even where it is the same. */
function noteMaker({ remote, trees }: Puller, change: Change): void {
  if (change.type === 'member') return;
  if (change.deviceId === remote.deviceId) trees.unanswered.confirm(change.node.nodeId);
  else trees.unanswered.drop(change.node.nodeId);
}

async function applyChange(remote: Remote, trees: EngineTrees, change: Change): Promise<PullOutcome> {
  const { namespaceId, seq, type } = change;
  if (!trees.isOpen(namespaceId)) return PULLED;
  trees.noteSequence(namespaceId, seq);
  if (type === 'member') {
    trees.noteRoles(undefined);
    return PULLED;
  }
  const node = trees.hung(change.node);
  // The ids of nodes are chosen by their makers, so one may be that of a node of another namespace: it is not taken for that.
  if (!trees.isAtHome(node)) return PULLED;
  // What is in the trash can change there: a content that lost a conflict is kept with it.
  if (type === 'purged' || node.deletedAt !== undefined) {
    const known = trees.remote.get(node.nodeId);
    if (known === undefined || known.rev <= node.rev) trees.removeRemote(node.nodeId);
  } else if (node.parentId !== rootNodeId(remote.namespaceId) && !trees.remote.has(node.parentId)) {
    // It went into a folder that is gone by now: this device has learned that by a commit, ahead of the delta.
    const known = trees.remote.get(node.nodeId);
    if (known !== undefined && known.rev < node.rev) trees.removeRemote(node.nodeId);
  } else {
    const isListed = node.kind === 'folder' && !trees.remote.has(node.nodeId) && type !== 'created';
    // Before the folder is taken over: one that is known is not listed again when the delta that brought it was broken off here.
    const folder = { namespaceId, folderId: node.nodeId };
    const below = isListed ? await listBelow(remote, folder) : NOTHING;
    if (below.kind === 'refused') return below;
    for (const taken of [change.node, ...below.nodes]) trees.takeRemote(taken);
    return isListed ? TORN : PULLED;
  }
  return PULLED;
}

type Below =
  | { readonly kind: 'listed'; readonly nodes: readonly Node[] }
  | { readonly kind: 'refused'; readonly problem: Problem };

const NOTHING: Below = { kind: 'listed', nodes: [] };

/** Of a folder that went away again meanwhile, and of one that was shared. The delta tells that next. */
const LISTS_NOTHING: ReadonlySet<string> = new Set(['not_found', 'invalid_request']);

/** What lies below a folder, if it is one still. */
async function listBelow(remote: Remote, folder: ListedFolder): Promise<Below> {
  const listed = await listPages(remote, folder);
  return listed.kind === 'refused' && LISTS_NOTHING.has(listed.problem.code) ? NOTHING : listed;
}

/** Replaces the home namespace by a snapshot. What the snapshot does not name is gone; what is mounted is closed until it was listed, too. */
async function listHome({ remote, trees }: Puller): Promise<PullOutcome> {
  const { namespaceId } = remote;
  // Before the listing: what is mounted while that is read is told by the delta from here.
  const begun = await remote.openCursor();
  if (begun.kind === 'refused') return begun;
  const listed = await listPages(remote, { namespaceId, folderId: undefined });
  if (listed.kind === 'refused') return listed;
  trees.replaceHome(listed.nodes);
  trees.setPosition({ ...trees.position, cursor: begun.value, seq: listed.seq, mounted: new Map() });
  trees.save();
  return PULLED;
}
