import type { RouteResponse } from '@syncline/protocol';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { signCursor } from './cursor-codec.ts';

/** A cursor at the head of the caller's home namespace and of all that is mounted in it. Cost: 2 reads, a Query, and a read a mount. */
export async function getCursor(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  caller: Caller,
): Promise<Outcome<RouteResponse<'getCursor'>>> {
  const access = await openNamespace(dependencies, caller);
  if (access.kind === 'refused') return access;
  const { accountId } = caller;
  const { namespaces } = dependencies;
  const mounts = (access.value.head.mountCount ?? 0) === 0 ? [] : await namespaces.listMounts(accountId);
  const mounted = await Promise.all(mounts.map(({ namespaceId }) => namespaces.readAccess({ namespaceId, accountId })));
  const positions = [access.value.head, ...mounted.flatMap((own) => (own === undefined ? [] : [own.head]))];
  return done({ cursor: await signCursor(dependencies.keyRing, accountId, { positions, mounts: true }) });
}
