import { MEMBERS_MAX, type NamespaceId, type RouteResponse, UNSHARE_MEMBERS_MAX } from '@syncline/protocol';
import type { DeviceCaller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { REMOVALS_IN_FLIGHT_MAX, WITHDRAWALS_IN_FLIGHT_MAX } from './limits.ts';
import { membershipAuthor } from './membership-entry.ts';
import { openFolder } from './open-folder.ts';
import { endMembership, type RemoveMemberDependencies } from './remove-member.ts';
import type { MemberKey, SharingStore } from './sharing-store.ts';

export interface UnshareDependencies extends RemoveMemberDependencies {
  readonly sharing: Pick<
    SharingStore,
    'deleteInvitation' | 'getMember' | 'getMount' | 'listInvitations' | 'listMembers' | 'removeMember'
  >;
}

/**
 * Withdraws all invitations to a shared folder, then takes the others out of it, UNSHARE_MEMBERS_MAX a request, until its owner is
 * alone. It stays what it is, with all that lies in it, and can be shared again by an invitation.
 * Idempotent, and a repeat goes on: `left` says how many are still to go.
 */
export async function unshare(
  dependencies: UnshareDependencies,
  { namespaceId }: { readonly namespaceId: NamespaceId },
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'unshare'>>> {
  const { sharing } = dependencies;
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  await mapBounded(WITHDRAWALS_IN_FLIGHT_MAX, await sharing.listInvitations(namespaceId), ({ invitationId }) =>
    sharing.deleteInvitation({ namespaceId, invitationId }),
  );
  const { members } = await sharing.listMembers({ namespaceId, limit: MEMBERS_MAX });
  const others = members.filter(({ role }) => role !== 'owner');
  const going = others.slice(0, UNSHARE_MEMBERS_MAX);
  const gone: MemberKey[] = [];
  for (const { accountId } of going) {
    // One after the other, since each is the next entry of one journal.
    const outcome = await sharing.removeMember({ namespaceId, accountId }, membershipAuthor(dependencies, caller));
    // Who was made the owner meanwhile stays.
    if (outcome.kind !== 'owner') gone.push({ namespaceId, accountId });
  }
  const outcomes = await mapBounded(REMOVALS_IN_FLIGHT_MAX, gone, (key) => endMembership(dependencies, key, caller));
  const refusal = outcomes.find((outcome) => outcome.kind === 'refused');
  if (refusal?.kind === 'refused') return refusal;
  return done({ removed: going.length, left: others.length - going.length });
}
