import { AccountId, MEMBERS_MAX, type NamespaceId, type NamespaceMember, type RouteResponse } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { openFolder } from './open-folder.ts';
import type { StoredMember } from './sharing-change.ts';
import type { SharingStore } from './sharing-store.ts';

/** Who is in a shared folder, for everybody who is. Cost: a read of access and one Query a page. */
export async function listMembers(
  dependencies: {
    readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
    readonly sharing: Pick<SharingStore, 'listMembers'>;
    readonly keyRing: KeyRing;
  },
  request: {
    readonly namespaceId: NamespaceId;
    readonly page?: string | undefined;
    readonly limit?: number | undefined;
  },
  caller: Caller,
): Promise<Outcome<RouteResponse<'listMembers'>>> {
  const { namespaceId } = request;
  const access = await openFolder(dependencies, caller, { namespaceId, as: 'member' });
  if (access.kind === 'refused') return access;
  const listing = { listing: 'members', subject: namespaceId } as const;
  const after = await readPage(dependencies.keyRing, listing, { token: request.page, place: AccountId });
  if (after.kind === 'refused') return after;
  const { members, next } = await dependencies.sharing.listMembers({
    namespaceId,
    limit: request.limit ?? MEMBERS_MAX,
    ...(after.value === undefined ? {} : { after: after.value }),
  });
  return done({
    members: members.map(toWireMember),
    ...(next === undefined ? {} : { nextPage: await signPage(dependencies.keyRing, listing, next) }),
  });
}

export function toWireMember({ namespaceId: _namespaceId, ...member }: StoredMember): NamespaceMember {
  return member;
}
