import type { RouteResponse } from '@syncline/protocol';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { signCursor } from './cursor-codec.ts';

/** A cursor at the head of the caller's namespaces. Cost: 2 reads. */
export async function getCursor(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  caller: Caller,
): Promise<Outcome<RouteResponse<'getCursor'>>> {
  const access = await openNamespace(dependencies, caller);
  if (access.kind === 'refused') return access;
  return done({ cursor: await signCursor(dependencies.keyRing, caller.accountId, [access.value.head]) });
}
