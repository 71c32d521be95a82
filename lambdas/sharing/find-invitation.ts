import type { AnswerInvitationRequest } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { isSameHash, readInvitationToken } from './invitation-token.ts';
import type { SharingStore, StoredInvitation } from './sharing-store.ts';
import { normalEmail } from './wire-invitation.ts';

export interface FindInvitationDependencies {
  readonly sharing: Pick<SharingStore, 'getInvitation'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * An open invitation that the caller may answer: who shows its token, unless it is for another address than the caller's known one; or
 * who is known by the address that it is for. They are told when it has expired, as long as it is kept; what is unknown, withdrawn, or named
 * without either is answered alike.
 */
export async function findInvitation(
  { sharing, clock }: FindInvitationDependencies,
  request: AnswerInvitationRequest,
  { email }: Caller,
): Promise<Outcome<StoredInvitation>> {
  const token = 'token' in request ? readInvitationToken(request.token) : undefined;
  const key = 'token' in request ? token : request;
  if (key === undefined) return unknownInvitation();
  const { namespaceId, invitationId } = key;
  const invitation = await sharing.getInvitation({ namespaceId, invitationId });
  if (invitation === undefined) return unknownInvitation();
  const isForCaller = email !== undefined && invitation.email === normalEmail(email);
  const isShown = token !== undefined && isSameHash(invitation.tokenHash, token.tokenHash);
  if (token === undefined ? !isForCaller : !isShown) return unknownInvitation();
  if (invitation.expiresAt <= clock.now())
    return refused('not_found', 'this invitation has expired: ask for another one');
  if (invitation.email !== undefined && email !== undefined && !isForCaller) {
    return refused('forbidden', 'this invitation is for another e-mail address: sign in as that account');
  }
  return done(invitation);
}

export function unknownInvitation(): Refused {
  return refused(
    'not_found',
    'there is no such invitation; it may have expired or been withdrawn: ask for another one',
  );
}
