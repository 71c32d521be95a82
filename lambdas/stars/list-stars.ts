import { type RouteResponse, STARS_MAX } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { describeStars } from './describe-stars.ts';
import type { StarStore } from './star-store.ts';

/** What the caller has starred, newest first, as far as it is there and may be read. Cost: one Query, and the reads of the folders above. */
export async function listStars(
  dependencies: { readonly namespaces: NamespaceStore; readonly stars: Pick<StarStore, 'list'> },
  caller: Caller,
): Promise<Outcome<RouteResponse<'listStars'>>> {
  const stored = await dependencies.stars.list(caller.accountId);
  const { stars } = await describeStars(dependencies, stored.slice(0, STARS_MAX), caller);
  return done({ stars: [...stars] });
}
