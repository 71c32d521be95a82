import {
  type AnswerInvitationRequest,
  assert,
  encodeUlid,
  formatInstant,
  MEMBERS_MAX,
  MOUNTS_MAX,
  type NamespaceId,
  NodeId,
  nameDefect,
  nameKey,
  type RouteResponse,
} from '@syncline/protocol';
import type { NamespaceView } from '../journal/namespace-view.ts';
import { type Author, createdMount, type NodeChange } from '../journal/node-change.ts';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { Caller, DeviceCaller } from '../runtime/caller.ts';
import type { Random } from '../runtime/clock.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { type ChangeHomeDependencies, changeHome, type HomeDecision } from './change-home.ts';
import { type FindInvitationDependencies, findInvitation } from './find-invitation.ts';
import { readInvitationToken } from './invitation-token.ts';
import { MOUNT_NAMES_MAX } from './limits.ts';
import { membershipAuthor, membershipEntry, toldOf } from './membership-entry.ts';
import { noSuchFolder } from './open-folder.ts';
import { tooManyMounts } from './share-folder.ts';
import { isBarred, type StoredMount } from './sharing-change.ts';
import type { SharingStore, StoredFolder, StoredInvitation } from './sharing-store.ts';

export interface AcceptInvitationDependencies extends ChangeHomeDependencies {
  readonly sharing: Pick<SharingStore, 'getBar' | 'getFolder' | 'getInvitation' | 'getMember' | 'getMount'>;
}

/**
 * Makes the caller a member of the folder that it is invited to, and mounts that at the top of its home namespace: both, or neither.
 * Where its name is taken there, the mount is called `name (2)` and so on; it can be moved anywhere in the home namespace.
 *
 * Idempotent: whoever is a member already is answered so, and keeps its role, whether the invitation is still there or not. A member whose mount
 * was lost is given another one.
 * Cost: 9 reads and a transaction of 10 items.
 */
export async function acceptInvitation(
  dependencies: AcceptInvitationDependencies,
  request: AnswerInvitationRequest,
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'acceptInvitation'>>> {
  const named = 'token' in request ? readInvitationToken(request.token)?.namespaceId : request.namespaceId;
  const joined = named === undefined ? undefined : await findJoined(dependencies, named, caller);
  if (joined !== undefined) return joined;
  const found = await findInvitation(dependencies, request, caller);
  if (found.kind === 'refused') return found;
  const invitation = found.value;
  const { namespaceId } = invitation;
  const { accountId } = caller;
  const folder = await dependencies.sharing.getFolder(namespaceId);
  if (folder === undefined) return noSuchFolder();
  if (folder.ownerAccountId === accountId) {
    return refused('invalid_request', 'this is your own folder: you are in it already');
  }
  const known = await dependencies.sharing.getMember({ namespaceId, accountId });
  if (known === undefined && folder.memberCount >= MEMBERS_MAX) {
    return refused('too_large', `a shared folder has at most ${MEMBERS_MAX} members: ask its owner to remove some`, {
      limit: 'MEMBERS_MAX',
      max: MEMBERS_MAX,
    });
  }
  const mounted = await changeHome(dependencies, { accountId, caller }, (view, author) =>
    decideMount(dependencies, { view, author, invitation }),
  );
  if (mounted.kind === 'refused') return mounted;
  assert(mounted.value !== undefined, 'who has joined has the folder in its tree');
  const own = await dependencies.sharing.getMember({ namespaceId, accountId });
  const { name, ownerAccountId, memberCount } = folder;
  const counted = { namespaceId, name, ownerAccountId, memberCount: memberCount + (known === undefined ? 1 : 0) };
  return done({
    folder: { ...counted, role: own?.role ?? invitation.role, mountId: mounted.value.nodeId },
    mount: toWireNode(mounted.value),
  });
}

/** The answer to who is in the folder already: an invitation for one person was used up by that. The owner never was invited. */
async function findJoined(
  dependencies: AcceptInvitationDependencies,
  namespaceId: NamespaceId,
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'acceptInvitation'>> | undefined> {
  const { sharing } = dependencies;
  const { accountId } = caller;
  const member = await sharing.getMember({ namespaceId, accountId });
  if (member === undefined || member.role === 'owner') return undefined;
  const folder = await sharing.getFolder(namespaceId);
  if (folder === undefined) return undefined;
  const found = await changeHome(dependencies, { accountId, caller }, (view, author) =>
    decideRemount(dependencies, { view, author, folder }),
  );
  if (found.kind === 'refused') return found;
  if (found.value === undefined) return undefined;
  const { role } = (await sharing.getMember({ namespaceId, accountId })) ?? member;
  const { name, ownerAccountId, memberCount } = folder;
  const told = { namespaceId, name, ownerAccountId, memberCount };
  return done({ folder: { ...told, role, mountId: found.value.nodeId }, mount: toWireNode(found.value) });
}

/** The mount that a member has, or a new one in place of one that was lost; none for who is no member by now. */
async function decideRemount(
  { namespaces, sharing, random }: AcceptInvitationDependencies,
  given: { readonly view: NamespaceView; readonly author: Author; readonly folder: StoredFolder },
): Promise<HomeDecision> {
  const { view, author, folder } = given;
  const { namespaceId } = folder;
  const { accountId } = author.caller;
  const member = await sharing.getMember({ namespaceId, accountId });
  if (member === undefined) return { kind: 'settled', node: undefined };
  const mounts = await namespaces.listMounts(accountId);
  const lost = mounts.find((one) => one.namespaceId === namespaceId)?.nodeId;
  const node = lost === undefined ? undefined : await view.node(lost);
  if (node !== undefined && node.deletedAt === undefined) return { kind: 'settled', node };
  if (lost === undefined && mounts.length >= MOUNTS_MAX) return tooManyMounts();
  const made = await chooseMount(view, { random, author, folder });
  if (made.kind === 'refused') return made;
  return {
    kind: 'change',
    change: made.value.change,
    sharing: { kind: 'remount', member, mount: made.value.mount, ...(lost === undefined ? {} : { lost }) },
  };
}

/** Says no to an invitation that is for one person, which takes it away. An open link stays for the others. Cost: a read and a write. */
export async function declineInvitation(
  dependencies: FindInvitationDependencies & { readonly sharing: Pick<SharingStore, 'deleteInvitation'> },
  request: AnswerInvitationRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'declineInvitation'>>> {
  const found = await findInvitation(dependencies, request, caller);
  if (found.kind === 'refused') return found;
  if (found.value.email !== undefined) await dependencies.sharing.deleteInvitation(found.value);
  return done({});
}

async function decideMount(
  { namespaces, sharing, random }: AcceptInvitationDependencies,
  given: { readonly view: NamespaceView; readonly author: Author; readonly invitation: StoredInvitation },
): Promise<HomeDecision> {
  const { view, author, invitation } = given;
  const { accountId, email = invitation.email } = author.caller;
  const { namespaceId, invitationId, role, invitedBy } = invitation;
  const mounts = await namespaces.listMounts(accountId);
  const former = mounts.find((one) => one.namespaceId === namespaceId);
  if (former !== undefined) {
    const isMember = (await namespaces.readAccess({ namespaceId, accountId })) !== undefined;
    if (isMember) return { kind: 'settled', node: await view.node(former.nodeId) };
    return refused('conflict', 'your former place of this folder is still in your tree: leave it, then accept again');
  }
  if (mounts.length >= MOUNTS_MAX) return tooManyMounts();
  const used = { invitationId, isUsedUp: invitation.email !== undefined, createdAt: invitation.createdAt };
  if (isBarred(await sharing.getBar({ namespaceId, accountId }), used)) return barred();
  const made = await chooseMount(view, { random, author, folder: invitation });
  if (made.kind === 'refused') return made;
  const { change, mount } = made.value;
  const since = mount.joinedAt;
  const folder = await sharing.getFolder(namespaceId);
  if (folder === undefined) return noSuchFolder();
  const { epoch, seq } = folder;
  const by = membershipAuthor({ clock: { now: () => author.now }, random }, author.caller);
  const member = { namespaceId, accountId, role, since, invitedBy, ...(email === undefined ? {} : { email }) };
  const entry = membershipEntry(by, { namespaceId, seq: seq + 1 }, toldOf(member, { event: 'joined', role }));
  return {
    kind: 'change',
    change,
    sharing: {
      kind: 'join',
      member,
      mount,
      invitation: used,
      told: { entry, epoch },
    },
  };
}

/** A mount at the top of the tree, by a name that is free there. */
async function chooseMount(
  view: NamespaceView,
  made: {
    readonly random: Random;
    readonly author: Author;
    readonly folder: Pick<StoredFolder, 'name' | 'namespaceId'>;
  },
): Promise<Outcome<{ readonly change: NodeChange; readonly mount: StoredMount }>> {
  const { random, author, folder } = made;
  const { namespaceId } = folder;
  const name = await freeName(view, folder.name);
  if (name === undefined) {
    return refused('conflict', 'folders of this name stand at the top of your tree: rename one, then accept again');
  }
  const nodeId = NodeId.parse(encodeUlid(random.bytes(16)));
  return done({
    change: createdMount(author, { nodeId, parentId: view.rootId, name }, namespaceId),
    mount: { accountId: author.caller.accountId, namespaceId, nodeId, joinedAt: formatInstant(author.now) },
  });
}

function barred(): Refused {
  const detail =
    'the owner of this folder has removed you or changed your role: ask them to invite you anew, by e-mail address';
  return refused('forbidden', detail);
}

/** The folder's own name, or the first that is free of `name (2)` and so on. */
async function freeName(view: NamespaceView, wanted: string): Promise<string | undefined> {
  for (let attempt = 1; attempt <= MOUNT_NAMES_MAX; attempt++) {
    const numbered = attempt === 1 ? wanted : `${wanted} (${attempt})`;
    // A name that leaves no room for the number is given up: a mount can be renamed.
    const name = nameDefect(numbered) === undefined ? numbered : `Shared folder (${attempt})`;
    const taken: StoredNode | undefined = await view.place({ parentId: view.rootId, nameKey: nameKey(name) });
    if (taken === undefined) return name;
  }
  return undefined;
}
