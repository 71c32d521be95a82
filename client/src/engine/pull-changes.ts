import {
  assert,
  type Change,
  type Cursor,
  type Node,
  type NodeId,
  type Problem,
  parseInstant,
  rootNodeId,
} from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { PAGES_MAX } from './limits.ts';
import type { Remote } from './ports.ts';
import type { RemoteNode } from './trees.ts';

export type PullOutcome = { readonly kind: 'pulled' } | { readonly kind: 'refused'; readonly problem: Problem };

/** Brings the remote tree to the head of the journal: by the delta, or by a listing where there is no usable cursor. */
export async function pullChanges(remote: Remote, trees: EngineTrees): Promise<PullOutcome> {
  for (let page = 0; page < PAGES_MAX; page++) {
    const { cursor } = trees.position;
    if (cursor === undefined) {
      const listed = await listNamespace(remote, trees);
      if (listed.kind === 'refused') return listed;
      continue;
    }
    const answer = await remote.listChanges(cursor);
    if (answer.kind === 'refused') {
      if (answer.problem.remedy !== 'reset-cursor') return answer;
      trees.setPosition({ ...trees.position, cursor: undefined });
      continue;
    }
    for (const change of answer.value.changes) {
      const applied = await applyChange(remote, trees, change);
      if (applied.kind === 'refused') return applied;
    }
    trees.setPosition({ ...trees.position, cursor: answer.value.cursor });
    trees.save();
    if (!answer.value.hasMore) return { kind: 'pulled' };
  }
  assert(false, 'a delta comes to its end');
}

async function applyChange(remote: Remote, trees: EngineTrees, change: Change): Promise<PullOutcome> {
  if (change.namespaceId !== remote.namespaceId || change.type === 'member') return { kind: 'pulled' };
  const { node } = change;
  // What is in the trash can change there: a content that lost a conflict is kept with it.
  if (change.type === 'purged' || node.deletedAt !== undefined) {
    const known = trees.remote.get(node.nodeId);
    if (known === undefined || known.rev <= node.rev) trees.removeRemote(node.nodeId);
  } else if (node.parentId !== rootNodeId(remote.namespaceId) && !trees.remote.has(node.parentId)) {
    // It went into a folder that is gone by now: this device has learned that by a commit, ahead of the delta.
    const known = trees.remote.get(node.nodeId);
    if (known !== undefined && known.rev < node.rev) trees.removeRemote(node.nodeId);
  } else {
    const isNewFolder = node.kind === 'folder' && !trees.remote.has(node.nodeId);
    // Before the folder is taken over: one that is known is not listed again when the delta that brought it was broken off here.
    const below = isNewFolder && change.type !== 'created' ? await listBelow(remote, node.nodeId) : NOTHING;
    if (below.kind === 'refused') return below;
    for (const taken of [node, ...below.nodes]) trees.setRemote(toRemoteNode(taken));
  }
  trees.setPosition({ ...trees.position, seq: Math.max(trees.position.seq, change.seq) });
  return { kind: 'pulled' };
}

type Below =
  | { readonly kind: 'listed'; readonly nodes: readonly Node[] }
  | { readonly kind: 'refused'; readonly problem: Problem };

const NOTHING: Below = { kind: 'listed', nodes: [] };

/** What lies below a folder. One that went away again meanwhile has no listing; the delta tells that next. */
async function listBelow(remote: Remote, folderId: NodeId): Promise<Below> {
  const listed = await listPages(remote, folderId);
  return listed.kind === 'refused' && listed.problem.code === 'not_found' ? NOTHING : listed;
}

/** Replaces the remote tree by a snapshot. What the snapshot does not name is gone. */
async function listNamespace(remote: Remote, trees: EngineTrees): Promise<PullOutcome> {
  const listed = await listPages(remote, undefined);
  if (listed.kind === 'refused') return listed;
  trees.replaceRemote(listed.nodes.map(toRemoteNode));
  trees.setPosition({ ...trees.position, cursor: listed.cursor, seq: listed.seq });
  trees.save();
  return { kind: 'pulled' };
}

type Listing =
  | { readonly kind: 'listed'; readonly nodes: readonly Node[]; readonly cursor: Cursor; readonly seq: number }
  | { readonly kind: 'refused'; readonly problem: Problem };

/**
 * Everything below a folder. The delta has to go on from where the listing began: changes that came while it was read may show in it
 * or not.
 */
async function listPages(remote: Remote, folderId: NodeId | undefined): Promise<Listing> {
  const nodes: Node[] = [];
  const open: { readonly folderId: NodeId | undefined; readonly page: string | undefined }[] = [
    { folderId, page: undefined },
  ];
  let begin: { readonly cursor: Cursor; readonly seq: number } | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const next = open.pop();
    if (next === undefined) break;
    const answer = await remote.listTree(next);
    if (answer.kind === 'refused') {
      // A deep folder that went away meanwhile has nothing to list; the delta tells that next.
      if (begin !== undefined && answer.problem.code === 'not_found') continue;
      return answer;
    }
    begin ??= { cursor: answer.value.cursor, seq: answer.value.seq };
    nodes.push(...answer.value.nodes);
    // Folders so deep that a page has no room for the way to them: left out, they would look deleted.
    for (const unlisted of answer.value.unlisted ?? []) open.push({ folderId: unlisted, page: undefined });
    if (answer.value.nextPage !== undefined) open.push({ ...next, page: answer.value.nextPage });
  }
  assert(begin !== undefined && open.length === 0, 'a listing comes to its end');
  return { kind: 'listed', nodes, ...begin };
}

export function toRemoteNode(node: Node): RemoteNode {
  return {
    nodeId: node.nodeId,
    parentId: node.parentId,
    name: node.name,
    kind: node.kind,
    rev: node.rev,
    contentRev: node.contentRev,
    size: node.size,
    contentHash: node.contentHash,
    executable: node.executable ?? false,
    modifiedAtMs: node.clientModifiedAt === undefined ? undefined : parseInstant(node.clientModifiedAt),
  };
}
