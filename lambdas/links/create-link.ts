import {
  assert,
  type CreateLinkRequest,
  encodeUlid,
  epochMs,
  LINK_KEPT_MS,
  LINK_LIFE_MS_DEFAULT,
  LINKS_MAX,
  LinkId,
  type RouteResponse,
  SECOND_MS,
} from '@syncline/protocol';
import type { RevisionKey } from '../namespaces/namespace-store.ts';
import { findLiveNode, notFound, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Random } from '../runtime/clock.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { type DescribeLinksDependencies, describeLinks } from './describe-links.ts';
import { mayGive } from './link-end.ts';
import { hashPassword } from './link-password.ts';
import type { LinkStore, StoredLink } from './link-store.ts';
import { linkTokenHash, newLinkToken } from './link-token.ts';

export interface CreateLinkDependencies extends OpenNamespaceDependencies, DescribeLinksDependencies {
  readonly links: Pick<LinkStore, 'create' | 'list'>;
  readonly random: Random;
}

/**
 * Makes a link to a live file or folder, and answers its token, which nobody can ask for again. Every member may show what he
 * sees; who may write may also let others upload. A revision to which it is pinned is kept from then on, beyond the retention.
 *
 * A repeat makes another link; one whose answer was lost has a token that nobody knows, and is revoked or expires.
 * Cost: the reads of getNode, of the account's links and of a pinned revision, and one transaction of 2 items; for a pinned
 * revision a write more.
 */
export async function createLink(
  dependencies: CreateLinkDependencies,
  request: CreateLinkRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'createLink'>>> {
  const { links, clock, random } = dependencies;
  const refusal = await refuseTarget(dependencies, request, caller);
  if (refusal !== undefined) return refusal;
  const now = clock.now();
  if ((await links.list(caller.accountId, now)).length >= LINKS_MAX) return tooMany();
  const { role, namespaceId, nodeId, rev, password, maxUses } = request;
  // Before there is a link, which would show nothing any more once the retention is over.
  if (rev !== undefined && (await keepRevision(dependencies, { namespaceId, nodeId, rev })) === undefined)
    return notFound();
  const endsAt = epochMs(
    now + (request.lifeSeconds === undefined ? LINK_LIFE_MS_DEFAULT : request.lifeSeconds * SECOND_MS),
  );
  const token = newLinkToken(random);
  const link: StoredLink = {
    linkId: LinkId.parse(encodeUlid(random.bytes(16))),
    tokenHash: linkTokenHash(token),
    accountId: caller.accountId,
    role,
    namespaceId,
    nodeId,
    ...(rev === undefined ? {} : { rev }),
    ...(password === undefined ? {} : { passwordHash: await hashPassword(password, random) }),
    createdAt: now,
    endsAt,
    keptUntil: epochMs(endsAt + LINK_KEPT_MS),
    uses: 0,
    ...(maxUses === undefined ? {} : { maxUses }),
  };
  await links.create(link);
  const [described] = await describeLinks(dependencies, [link]);
  assert(described !== undefined, 'every link is described');
  return done({ link: described, token });
}

function keepRevision({ namespaces }: CreateLinkDependencies, revision: RevisionKey) {
  return namespaces.markRevision(revision, { kept: true });
}

async function refuseTarget(
  dependencies: CreateLinkDependencies,
  { role, namespaceId, nodeId, rev }: CreateLinkRequest,
  caller: Caller,
): Promise<Refused | undefined> {
  const access = await openNamespace(dependencies, caller, namespaceId);
  if (access.kind === 'refused') return access;
  const node = await findLiveNode(dependencies, access.value, nodeId);
  if (node.kind === 'refused') return node;
  const { kind, mountedNamespaceId } = node.value;
  const inside =
    mountedNamespaceId === undefined ? access : await openNamespace(dependencies, caller, mountedNamespaceId);
  if (inside.kind === 'refused') return inside;
  if (!mayGive(inside.value.role, role)) return refused('forbidden', 'a viewer cannot let others upload here');
  if (role === 'upload' && kind === 'file') return refused('invalid_request', 'only folders take uploads');
  if (rev === undefined) return undefined;
  if (role === 'upload' || kind !== 'file') {
    return refused('invalid_request', 'only a link that shows a file can be pinned to a revision');
  }
  const revision = await dependencies.namespaces.getRevision({ namespaceId, nodeId, rev });
  return revision === undefined ? notFound() : undefined;
}

function tooMany(): Refused {
  const detail = `an account has at most ${LINKS_MAX} links, with those that ended in the last 30 days`;
  return refused('too_large', detail, { limit: 'LINKS_MAX', max: LINKS_MAX });
}
