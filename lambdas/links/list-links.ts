import { LINKS_MAX, type RouteResponse } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { type DescribeLinksDependencies, describeLinks } from './describe-links.ts';
import type { LinkStore } from './link-store.ts';

/** The links that the account has made, oldest first, with those that have ended and are still kept. */
export async function listLinks(
  dependencies: DescribeLinksDependencies & { readonly links: Pick<LinkStore, 'list'> },
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'listLinks'>>> {
  const links = await dependencies.links.list(accountId, dependencies.clock.now());
  return done({ links: await describeLinks(dependencies, links.slice(-LINKS_MAX)) });
}
