import {
  epochMs,
  formatInstant,
  INVITATION_MS,
  INVITATIONS_MAX,
  type InvitedRole,
  type NamespaceId,
  type RouteResponse,
} from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { newInvitationToken } from './invitation-token.ts';
import { openFolder } from './open-folder.ts';
import type { SharingStore } from './sharing-store.ts';
import { normalEmail, toWireInvitation } from './wire-invitation.ts';

/**
 * Invites to a shared folder: one person by e-mail address, or with an open link everybody who is given it. The token is answered once and
 * not kept; sending it to the person is the caller's part, and the only way to it when too many others are for the same address. Not idempotent: a repeat makes another invitation.
 *
 * INVITATIONS_MAX is not exact under a race. Cost: a read of access, 1 or 2 Queries and a transaction of 1 or 2 items.
 * Source: docs/decisions/0112-invitations-are-tokens.md
 */
export async function invite(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'listInvitations' | 'putInvitation'>;
    readonly clock: Pick<Clock, 'now'>;
    readonly random: Random;
  },
  request: { readonly namespaceId: NamespaceId; readonly role: InvitedRole; readonly email?: string | undefined },
  caller: Caller,
): Promise<Outcome<RouteResponse<'invite'>>> {
  const { clock, random, sharing } = dependencies;
  const { namespaceId, role } = request;
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  const email = request.email === undefined ? undefined : normalEmail(request.email);
  if (email !== undefined && caller.email !== undefined && normalEmail(caller.email) === email) {
    return refused('invalid_request', 'this is your own address: you are in this folder already');
  }
  const now = clock.now();
  const open = (await sharing.listInvitations(namespaceId)).filter(({ expiresAt }) => expiresAt > now);
  if (open.length >= INVITATIONS_MAX) {
    return refused('too_large', `a folder has at most ${INVITATIONS_MAX} open invitations: withdraw some first`, {
      limit: 'INVITATIONS_MAX',
      max: INVITATIONS_MAX,
    });
  }
  const { token, tokenHash, invitationId } = newInvitationToken(random, namespaceId);
  const invitation = {
    namespaceId,
    invitationId,
    tokenHash,
    name: access.value.head.name ?? '',
    role,
    ...(email === undefined ? {} : { email }),
    invitedBy: caller.accountId,
    createdAt: formatInstant(now),
    expiresAt: epochMs(now + INVITATION_MS),
  };
  await sharing.putInvitation(invitation, now);
  return done({ invitation: toWireInvitation(invitation), token });
}
