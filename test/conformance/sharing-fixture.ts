import { expect } from '@jest/globals';
import { type AccountId, epochMs, JOURNAL_RETENTION_MS, NamespaceId, opId, rootNodeId } from '@syncline/protocol';
import type { NamespaceTransaction, StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import { newInvitationToken } from '../../lambdas/sharing/invitation-token.ts';
import { type MembershipAuthor, membershipEntry } from '../../lambdas/sharing/membership-entry.ts';
import type { SharingChange } from '../../lambdas/sharing/sharing-change.ts';
import type { MemberKey, SharingStore, StoredInvitation } from '../../lambdas/sharing/sharing-store.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  freshId,
  freshNodeId,
  type Home,
  type NamespaceSubject,
  NEVER,
  openHome,
  placeOf,
  putFiles,
} from './namespace-fixture.ts';

export interface SharingSubject extends NamespaceSubject {
  readonly sharing: SharingStore;
}

export interface Shared {
  readonly home: Home;
  readonly team: Home;
  readonly file: StoredNode;
}

/** When invitations are made. */
export const INVITED_AT = epochMs(Date.UTC(2026, 0, 1, 12));

let random = 0;

export function invitationTo(team: Home, email?: string): StoredInvitation {
  random += 1;
  const { invitationId, tokenHash } = newInvitationToken(new SeededRandom(`${freshId()}${random}`), team.namespaceId);
  return {
    namespaceId: team.namespaceId,
    invitationId,
    tokenHash,
    name: 'team',
    role: 'editor',
    ...(email === undefined ? {} : { email }),
    invitedBy: team.accountId,
    createdAt: CHANGED_AT,
    expiresAt: NEVER,
  };
}

/** Stands for what happens in the home of whoever is concerned. */
export function mountChange(home: Home, seq: number, sharing: SharingChange): NamespaceTransaction {
  const node: StoredNode = {
    namespaceId: home.namespaceId,
    nodeId: sharing.mount.nodeId,
    parentId: home.root,
    name: `mount ${sharing.mount.nodeId}`,
    kind: 'mount',
    rev: 1,
    contentRev: 0,
    placeRev: 1,
    size: 0,
    modifiedAt: CHANGED_AT,
    mountedNamespaceId: sharing.mount.namespaceId,
  };
  return {
    ...emptyTransaction(home, seq),
    entries: [{ ...entryOf(home, seq + 1, node), opId: opId(freshId(), 0) }],
    nodes: [{ node, expectedRev: 0 }],
    places: [{ place: placeOf(node), node }],
    sharing,
  };
}

/** A home with a folder that is shared, in which a file lies. */
export async function share(subject: SharingSubject): Promise<Shared> {
  const home = await openHome(subject);
  const folderId = freshNodeId();
  const file = fileNode(home, { name: 'file', parentId: folderId });
  await subject.namespaces.commit(putFiles(home, 0, [file]));
  const namespaceId = NamespaceId.parse(folderId);
  const { accountId } = home;
  const founding: SharingChange = {
    kind: 'found',
    folder: { namespaceId, groundId: home.namespaceId, groundSeq: 1, ownerAccountId: accountId, name: 'team' },
    member: { namespaceId, accountId, role: 'owner', since: CHANGED_AT },
    mount: { accountId, namespaceId, nodeId: folderId, joinedAt: CHANGED_AT },
  };
  const outcome = await subject.namespaces.commit(mountChange(home, 1, founding));
  expect(outcome).toEqual({ kind: 'committed' });
  return { home, team: { ...home, namespaceId, root: rootNodeId(namespaceId), batch: freshId() }, file };
}

/** Somebody in whose name memberships are changed. */
export function authorOf({ accountId, deviceId }: Home): MembershipAuthor {
  return { accountId, deviceId, opId: opId(freshId(), 0), now: epochMs(NEVER - JOURNAL_RETENTION_MS) };
}

/** A change that lets somebody in, as the folder is now. */
export async function joining(
  subject: SharingSubject,
  made: { readonly team: Home; readonly guest: Home; readonly invitation: StoredInvitation },
): Promise<Extract<SharingChange, { readonly kind: 'join' }>> {
  const { team, guest, invitation } = made;
  const { namespaceId } = team;
  const { accountId } = guest;
  const { seq = 0, epoch = 0 } = (await subject.sharing.getFolder(namespaceId)) ?? {};
  const told = { accountId, event: 'joined', role: 'editor' } as const;
  return {
    kind: 'join',
    member: { namespaceId, accountId, role: 'editor', since: CHANGED_AT, email: 'guest@example.org' },
    mount: { accountId, namespaceId, nodeId: freshNodeId(), joinedAt: CHANGED_AT },
    invitation: {
      invitationId: invitation.invitationId,
      isUsedUp: invitation.email !== undefined,
      createdAt: invitation.createdAt,
    },
    told: { entry: membershipEntry(authorOf(guest), { namespaceId, seq: seq + 1 }, told), epoch },
  };
}

/** Lets somebody new in by an open invitation. */
export async function join(
  subject: SharingSubject,
  team: Home,
): Promise<{ readonly guest: Home; readonly change: SharingChange }> {
  const guest = await openHome(subject);
  const invitation = invitationTo(team);
  await subject.sharing.putInvitation(invitation, INVITED_AT);
  const change = await joining(subject, { team, guest, invitation });
  const outcome = await subject.namespaces.commit(mountChange(guest, 0, change));
  expect(outcome).toEqual({ kind: 'committed' });
  return { guest, change };
}

export function memberOf(team: Home, accountId: AccountId): MemberKey {
  return { namespaceId: team.namespaceId, accountId };
}
