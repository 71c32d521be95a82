import type { NamespaceId } from '@syncline/protocol';
import type { Access, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';

/**
 * A shared folder as a member of it may use it. What does not exist, is somebody else's home, or has the caller as no member is
 * refused alike; the caller's own home is no shared folder, and is told so.
 */
export async function openFolder(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'readAccess'> },
  { accountId }: Caller,
  { namespaceId, as }: { readonly namespaceId: NamespaceId; readonly as: 'member' | 'owner' },
): Promise<Outcome<Access>> {
  const access = await namespaces.readAccess({ namespaceId, accountId });
  if (access === undefined) return noSuchFolder();
  if (access.head.groundId === undefined) {
    return refused('invalid_request', 'this is the tree of one account and is not shared: share a folder in it');
  }
  if (as === 'owner' && access.role !== 'owner') {
    return refused('forbidden', 'only the owner of a shared folder may do this: ask them');
  }
  return done(access);
}

export function noSuchFolder(): Refused {
  return refused('not_found', 'there is no such shared folder for this account');
}
