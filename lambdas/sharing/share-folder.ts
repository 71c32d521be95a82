import {
  formatInstant,
  MOUNTS_MAX,
  NamespaceId,
  type NodeId,
  type RouteResponse,
  type SharedFolder,
} from '@syncline/protocol';
import type { NamespaceView } from '../journal/namespace-view.ts';
import { type Author, becameMount } from '../journal/node-change.ts';
import { notFound, openNamespace, readableNode } from '../namespaces/open-namespace.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { type ChangeHomeDependencies, changeHome, type HomeDecision } from './change-home.ts';
import type { SharingStore } from './sharing-store.ts';

/**
 * Turns a folder of the caller's home namespace into a namespace of its own, with the caller as its owner. Its id is that of the folder.
 *
 * No row of what lies in it moves, however much that is: one transaction makes the folder a mount and gives its tree a head, members and
 * a journal of their own. A commit that was decided before and comes after finds the head moved, and is decided again.
 * Idempotent: a folder that the caller has shared already is the answer.
 * Refused are what is shared already, lies in a shared folder, or holds one: mounts stand in home namespaces alone, and none is ever
 * mounted in another, so there are no circles of them. So is a folder whose id a namespace has: whoever knew it may have taken it.
 * Cost: 3 reads and one per level of folders above, and a transaction of 7 items, whatever lies in the folder.
 *
 * Source: docs/decisions/0110-a-shared-folder-stays-where-it-lies.md
 */
export async function shareFolder(
  dependencies: ChangeHomeDependencies & { readonly sharing: Pick<SharingStore, 'isTaken'> },
  request: { readonly namespaceId: NamespaceId; readonly folderId: NodeId },
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'shareFolder'>>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  if (access.value.head.groundId !== undefined) {
    return refused(
      'invalid_request',
      'a folder inside a shared folder cannot be shared by itself: invite to the whole',
    );
  }
  const { accountId } = caller;
  const shared = await changeHome(dependencies, { accountId, caller }, (view, author) =>
    decideShare(dependencies, { ...request, view, author }),
  );
  // A sharing that never comes to its end may meet a namespace that has the id already: clients choose ids of folders.
  if (shared.kind === 'refused' && shared.error.code === 'unavailable') {
    return (await dependencies.sharing.isTaken(NamespaceId.parse(request.folderId))) ? idIsTaken() : shared;
  }
  if (shared.kind === 'refused') return shared;
  const mount = shared.value;
  if (mount?.mountedNamespaceId === undefined) return notFound();
  const { mountedNamespaceId: namespaceId } = mount;
  const own = await dependencies.namespaces.readAccess({ namespaceId, accountId });
  if (own === undefined) return notFound();
  const folder: SharedFolder = {
    namespaceId,
    name: own.head.name ?? mount.name,
    role: own.role,
    ownerAccountId: own.head.ownerAccountId,
    memberCount: own.head.memberCount ?? 1,
    mountId: mount.nodeId,
  };
  return done({ folder, mount: toWireNode(mount) });
}

async function decideShare(
  { namespaces }: Pick<ChangeHomeDependencies, 'namespaces'>,
  wanted: { readonly folderId: NodeId; readonly view: NamespaceView; readonly author: Author },
): Promise<HomeDecision> {
  const { folderId, view, author } = wanted;
  if (folderId === view.rootId)
    return refused('invalid_request', 'the top folder cannot be shared: share one inside it');
  await view.loadAncestors([folderId]);
  const folder = readableNode(await view.ancestry(folderId));
  if (folder === undefined) return notFound();
  const { accountId, email } = author.caller;
  if (folder.kind === 'mount') {
    const isOwn = folder.mountedNamespaceId === NamespaceId.parse(folderId);
    return isOwn ? { kind: 'settled', node: folder } : refused('invalid_request', 'this is a shared folder already');
  }
  if (folder.kind !== 'folder') return refused('invalid_request', 'only folders can be shared: put the file into one');
  const mounts = await namespaces.listMounts(accountId);
  if (mounts.length >= MOUNTS_MAX) return tooManyMounts();
  const inside = mounts.map(({ nodeId }) => nodeId);
  await view.loadAncestors(inside);
  for (const nodeId of inside) {
    const ancestry = await view.ancestry(nodeId);
    const chain = ancestry.kind === 'live' || ancestry.kind === 'too_deep' ? ancestry.chain : [];
    if (ancestry.kind === 'too_deep' || chain.some((above) => above.nodeId === folderId)) {
      return refused('invalid_request', 'a shared folder lies in this one: move it out before this one is shared');
    }
  }
  const namespaceId = NamespaceId.parse(folderId);
  const since = formatInstant(author.now);
  const { namespaceId: groundId } = author;
  const ground = { groundId, groundSeq: view.storedSeq, sharedAt: since };
  const founded = { namespaceId, ...ground, ownerAccountId: accountId, name: folder.name };
  return {
    kind: 'change',
    change: becameMount(author, folder, namespaceId),
    sharing: {
      kind: 'found',
      folder: founded,
      member: { namespaceId, accountId, role: 'owner', since, ...(email === undefined ? {} : { email }) },
      mount: { accountId, namespaceId, nodeId: folderId, joinedAt: since },
    },
  };
}

function idIsTaken(): Refused {
  const detail =
    'another shared folder has the id of this one: make a new folder, move what is in it there, and share that';
  return refused('conflict', detail);
}

export function tooManyMounts(): Refused {
  return refused('too_large', `an account has at most ${MOUNTS_MAX} shared folders: leave one first`, {
    limit: 'MOUNTS_MAX',
    max: MOUNTS_MAX,
  });
}
