import { isMovingName } from './moving-name.ts';
import { samePlace } from './node-tree.ts';
import {
  type LocalNode,
  localNameOf,
  type RemoteNode,
  type SyncedNode,
  sameContent,
  sameObject,
  sameState,
} from './trees.ts';

/** A node that both sides have, and what was agreed about it, if anything was. */
export interface Triple {
  readonly remote: RemoteNode;
  readonly local: LocalNode;
  readonly synced: SyncedNode | undefined;
}

/** Who moves: of two renames the one that reached the service first stands, and the disk follows. */
export type PlaceDecision = 'agreed' | 'move-remote' | 'move-local';

export function decidePlace({ remote, local, synced }: Triple): PlaceDecision {
  if (samePlace(remote, local)) return 'agreed';
  if (synced !== undefined && samePlace(remote, synced)) return 'move-remote';
  if (isMovingName(remote.name) && synced !== undefined && isMovedAsideHere({ remote, local, synced })) {
    return 'move-remote';
  }
  return 'move-local';
}

/**
 * Whether this device moved a node aside, by a plan that did not come to its end: it goes where the disk has it. Either the disk has
 * moved it since the agreement, or the agreement is newer than the move, because the content was sent in the same plan.
 */
function isMovedAsideHere({ remote, local, synced }: Triple & { readonly synced: SyncedNode }): boolean {
  return !samePlace(local, synced) || synced.rev === remote.rev;
}

/** What has to happen to the content; `read` first where the disk's content is not known and matters. */
export type ContentDecision = 'agreed' | 'upload' | 'download' | 'conflict' | 'read';

export function decideContent({ remote, local, synced }: Triple): ContentDecision {
  if (remote.kind === 'folder') return 'agreed';
  if (local.contentHash === undefined) {
    return synced !== undefined && sameContent(remote, synced) ? 'upload' : 'read';
  }
  if (sameContent(local, remote)) return 'agreed';
  if (synced === undefined) {
    // Nothing is lost with an empty file, such as a loss of power leaves.
    const isEmpty = local.entry.identity.size === 0;
    return isEmpty || local.contentHash === remote.contentHash ? 'download' : 'conflict';
  }
  if (sameContent(remote, synced)) return 'upload';
  if (sameContent(local, synced)) return 'download';
  return mergeContent(local, remote, synced);
}

/**
 * What has to happen to a content that this device may not change at the service: its place is for the service's. An edit is put aside,
 * under a name of its own.
 */
export function decideReadOnly(triple: Triple): 'agreed' | 'download' | 'read' | 'set-aside' {
  const { remote, local, synced } = triple;
  const decision = decideContent(triple);
  if (decision !== 'upload' && decision !== 'conflict') return decision;
  if (local.contentHash === undefined) return 'read';
  return local.contentHash === remote.contentHash || local.contentHash === synced?.contentHash
    ? 'download'
    : 'set-aside';
}

/** Both have changed. Where only one changed the bytes, the other's permission bit gives way. */
function mergeContent(local: LocalNode, remote: RemoteNode, synced: SyncedNode): ContentDecision {
  if (local.contentHash === remote.contentHash) return local.executable === synced.executable ? 'download' : 'upload';
  if (local.contentHash === synced.contentHash) return 'download';
  return remote.contentHash === synced.contentHash ? 'upload' : 'conflict';
}

/** Whether the synced tree says already what both sides are. */
export function isWrittenDown({ remote, local, synced }: Triple): boolean {
  if (synced === undefined || synced.rev !== remote.rev || !samePlace(synced, local)) return false;
  if (localNameOf(synced) !== localNameOf(local) || synced.mounted !== remote.mounted) return false;
  if (remote.kind === 'folder') return sameObject(synced.identity, local.entry.identity);
  return sameContent(synced, remote) && sameState(synced.identity, local.entry.identity);
}
