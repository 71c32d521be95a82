import { assert, epochMs, LINK_KEPT_MS, type LinkId, type RouteResponse } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { type DescribeLinksDependencies, describeLinks } from './describe-links.ts';
import type { LinkStore } from './link-store.ts';

/** Ends a link of the account at once: no request that begins later gets anything by it. Idempotent. Cost: 1 read, 1 write. */
export async function revokeLink(
  dependencies: DescribeLinksDependencies & { readonly links: Pick<LinkStore, 'revoke'> },
  linkId: LinkId,
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'revokeLink'>>> {
  const at = dependencies.clock.now();
  const link = await dependencies.links.revoke({ accountId, linkId, at, keptUntil: epochMs(at + LINK_KEPT_MS) });
  if (link === undefined) return refused('not_found', 'this account has no such link');
  const [described] = await describeLinks(dependencies, [link]);
  assert(described !== undefined, 'every link is described');
  return done({ link: described });
}
