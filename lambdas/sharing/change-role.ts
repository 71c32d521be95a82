import { type AccountId, formatInstant, type NamespaceId, type Role, type RouteResponse } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toWireMember } from './list-members.ts';
import { membershipAuthor } from './membership-entry.ts';
import { openFolder } from './open-folder.ts';
import type { SharingStore } from './sharing-store.ts';

/**
 * Makes a member an editor or a viewer, from its next request on, or hands the folder over to it. There is always exactly one owner: the
 * one who hands it over becomes an editor in the same transaction. Who is made a viewer and leaves does not come back by an open
 * invitation, which might be for editors. Idempotent. Cost: 3 reads and a transaction of 4 to 5 items.
 */
export async function changeRole(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'changeRole' | 'transfer'>;
    readonly clock: Pick<Clock, 'now'>;
    readonly random: Random;
  },
  request: { readonly namespaceId: NamespaceId; readonly accountId: AccountId; readonly role: Role },
  caller: DeviceCaller,
): Promise<Outcome<RouteResponse<'changeRole'>>> {
  const { namespaceId, accountId, role } = request;
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  if (accountId === caller.accountId) {
    return refused('forbidden', 'an owner stays owner until somebody else is made the owner');
  }
  const key = { namespaceId, accountId };
  const author = membershipAuthor(dependencies, caller);
  const outcome =
    role === 'owner'
      ? await dependencies.sharing.transfer({ namespaceId, from: caller.accountId, to: accountId }, author)
      : await dependencies.sharing.changeRole(key, { role, at: formatInstant(author.now) }, author);
  switch (outcome.kind) {
    case 'changed':
      return done({ member: toWireMember(outcome.member) });
    case 'owner':
      return refused('conflict', 'the folder has another owner by now: look at its members again');
    case 'absent':
      return refused('not_found', 'there is no such member: look at the members again');
  }
}
