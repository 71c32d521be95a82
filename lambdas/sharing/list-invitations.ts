import type { InvitationId, NamespaceId, RouteResponse } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { unknownInvitation } from './find-invitation.ts';
import { openFolder } from './open-folder.ts';
import type { SharingStore, StoredInvitation } from './sharing-store.ts';
import { normalEmail, toWireInvitation } from './wire-invitation.ts';

/** The open invitations to a shared folder, for its owner. Cost: a read of access and one Query. */
export async function listInvitations(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'listInvitations'>;
    readonly clock: Pick<Clock, 'now'>;
  },
  { namespaceId }: { readonly namespaceId: NamespaceId },
  caller: Caller,
): Promise<Outcome<RouteResponse<'listInvitations'>>> {
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  const invitations = await dependencies.sharing.listInvitations(namespaceId);
  return done({ invitations: openOnes(invitations, dependencies.clock).map(toWireInvitation) });
}

/** The open invitations to the caller's own address. There are none where the issuer tells no address. Cost: a Query and a read. */
export async function listOwnInvitations(
  {
    sharing,
    clock,
  }: {
    readonly sharing: Pick<SharingStore, 'listInvitationsTo'>;
    readonly clock: Pick<Clock, 'now'>;
  },
  { email }: Caller,
): Promise<Outcome<RouteResponse<'listOwnInvitations'>>> {
  const invitations = email === undefined ? [] : await sharing.listInvitationsTo(normalEmail(email));
  return done({ invitations: openOnes(invitations, clock).map(toWireInvitation) });
}

/** Takes an invitation back, by the owner of the folder. Who has accepted it stays. Cost: a read of access and one write. */
export async function withdrawInvitation(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'deleteInvitation'>;
  },
  key: { readonly namespaceId: NamespaceId; readonly invitationId: InvitationId },
  caller: Caller,
): Promise<Outcome<RouteResponse<'withdrawInvitation'>>> {
  const access = await openFolder(dependencies, caller, { namespaceId: key.namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  const invitation = await dependencies.sharing.deleteInvitation(key);
  return invitation === undefined ? unknownInvitation() : done({ invitation: toWireInvitation(invitation) });
}

function openOnes(invitations: readonly StoredInvitation[], clock: Pick<Clock, 'now'>): readonly StoredInvitation[] {
  const now = clock.now();
  return invitations.filter(({ expiresAt }) => expiresAt > now);
}
