import type { AccountId, NamespaceId, Role, RouteResponse } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toWireMember } from './list-members.ts';
import { openFolder } from './open-folder.ts';
import type { SharingStore } from './sharing-store.ts';

/**
 * Makes a member an editor or a viewer, from its next request on, or hands the folder over to it. There is always exactly one owner: the
 * one who hands it over becomes an editor in the same transaction. Idempotent. Cost: a read of access and one write.
 */
export async function changeRole(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'changeRole' | 'transfer'>;
  },
  request: { readonly namespaceId: NamespaceId; readonly accountId: AccountId; readonly role: Role },
  caller: Caller,
): Promise<Outcome<RouteResponse<'changeRole'>>> {
  const { namespaceId, accountId, role } = request;
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'owner' });
  if (access.kind === 'refused') return access;
  if (accountId === caller.accountId) {
    return refused('forbidden', 'an owner stays owner until somebody else is made the owner');
  }
  const key = { namespaceId, accountId };
  const outcome =
    role === 'owner'
      ? await dependencies.sharing.transfer({ namespaceId, from: caller.accountId, to: accountId })
      : await dependencies.sharing.changeRole(key, role);
  switch (outcome.kind) {
    case 'changed':
      return done({ member: toWireMember(outcome.member) });
    case 'owner':
      return refused('conflict', 'the folder has another owner by now: look at its members again');
    case 'absent':
      return refused('not_found', 'there is no such member: look at the members again');
  }
}
