import type { NamespaceId, NodeId } from '@syncline/protocol';
import type { AccountStore } from '../accounts/account-store.ts';
import { type Ancestry, NamespaceView } from '../journal/namespace-view.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import type { Access, NamespaceStore, StoredNode } from './namespace-store.ts';
import { rootNode } from './wire-node.ts';

export interface OpenNamespaceDependencies {
  readonly accounts: Pick<AccountStore, 'getAccount'>;
  readonly namespaces: NamespaceStore;
}

/**
 * The namespace that a request names, or else the caller's home namespace, when the caller may read it.
 * One that does not exist and one of somebody else are refused alike. Cost: 1 read, 2 without a name.
 */
export async function openNamespace(
  { accounts, namespaces }: OpenNamespaceDependencies,
  { accountId }: Caller,
  named?: NamespaceId,
): Promise<Outcome<Access>> {
  const namespaceId = named ?? (await accounts.getAccount(accountId))?.homeNamespaceId;
  if (namespaceId === undefined) return refused('not_found', 'this account has not been opened yet: get /v1/account');
  const access = await namespaces.readAccess({ namespaceId, accountId });
  return access === undefined ? notFound() : done(access);
}

/** A node that stands in the live tree: neither itself nor anything above it is in the trash. Cost: a read per level. */
export async function findLiveNode(
  dependencies: Pick<OpenNamespaceDependencies, 'namespaces'>,
  access: Access,
  nodeId: NodeId,
): Promise<Outcome<StoredNode>> {
  const view = new NamespaceView(dependencies, access);
  if (nodeId === view.rootId) return done(rootNode(access.head.namespaceId));
  const node = readableNode(await view.ancestry(nodeId));
  return node === undefined ? notFound() : done(node);
}

/**
 * The node at the low end of an ancestry, if it may be read. Moves of folders may carry nodes deeper than is walked: they
 * are not hidden for that, or nobody could read what was acknowledged.
 */
export function readableNode(ancestry: Ancestry): StoredNode | undefined {
  return ancestry.kind === 'live' || ancestry.kind === 'too_deep' ? ancestry.chain[0] : undefined;
}

/** The one answer to everything that is not there, or is not for this caller. */
export function notFound(): Refused {
  return refused('not_found', 'there is no such file or folder for this account');
}
