import { type RouteResponse, STARS_MAX } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { notFound } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { describeStars } from './describe-stars.ts';
import { STARS_REMOVED_AT_ONCE } from './limits.ts';
import type { StarKey, StarStore, StoredStar } from './star-store.ts';

export interface SetStarDependencies {
  readonly namespaces: NamespaceStore;
  readonly stars: StarStore;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Stars what the caller may read, but the top of a namespace. Idempotent: a star that is there keeps its time. An account that adds from several places at once
 * may come to a few more than STARS_MAX. Cost: the reads of getNode, one Query and one write; where there is no room, those of all stars.
 */
export async function addStar(
  dependencies: SetStarDependencies,
  { namespaceId, nodeId }: StarKey,
  caller: Caller,
): Promise<Outcome<RouteResponse<'addStar'>>> {
  const { stars, clock } = dependencies;
  const wanted = { namespaceId, nodeId, starredAt: clock.now() };
  const [found] = (await describeStars(dependencies, [wanted], caller)).stars;
  if (found === undefined) return notFound();
  const known = await stars.list(caller.accountId);
  const isKnown = known.some((star) => star.nodeId === nodeId && star.namespaceId === namespaceId);
  if (!isKnown && known.length >= STARS_MAX && (await removeGone(dependencies, known, caller)) === 0) {
    const detail = `an account has at most ${STARS_MAX} stars: take one away`;
    return refused('too_large', detail, { limit: 'STARS_MAX', max: STARS_MAX });
  }
  const kept = await stars.add(caller.accountId, wanted);
  const [star = found] = (await describeStars(dependencies, [kept], caller)).stars;
  return done({ star });
}

/** Takes a star away, wherever its node is, or if there is none. Cost: one write. */
export async function removeStar(
  { stars }: Pick<SetStarDependencies, 'stars'>,
  { namespaceId, nodeId }: StarKey,
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'removeStar'>>> {
  await stars.remove(accountId, { namespaceId, nodeId });
  return done({ nodeId });
}

/** Makes room, where stars are left of what is gone for good. How many those were. */
async function removeGone(
  dependencies: SetStarDependencies,
  known: readonly StoredStar[],
  caller: Caller,
): Promise<number> {
  const { gone } = await describeStars(dependencies, known, caller);
  await mapBounded(STARS_REMOVED_AT_ONCE, gone, (star) => dependencies.stars.remove(caller.accountId, star));
  return gone.length;
}
