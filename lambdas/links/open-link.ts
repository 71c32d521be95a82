import { type EpochMs, epochMs, type LinkEnd, type LinkRole, type NodeId } from '@syncline/protocol';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Access, NamespaceStore, StoredNode } from '../namespaces/namespace-store.ts';
import { rootNode } from '../namespaces/wire-node.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { tokenAttemptKey } from './attempt-keys.ts';
import type { AttemptStore } from './attempt-store.ts';
import { checkLinkPassword, tooManyAttempts } from './check-link-password.ts';
import { ATTEMPTS_MS, TOKEN_ATTEMPTS_MAX } from './limits.ts';
import { endOf, mayGive } from './link-end.ts';
import { rootAlias } from './link-node.ts';
import type { LinkStore, StoredLink } from './link-store.ts';
import { linkTokenHash } from './link-token.ts';

export interface OpenLinkDependencies {
  readonly links: Pick<LinkStore, 'countUses' | 'get'>;
  readonly attempts: AttemptStore;
  readonly namespaces: NamespaceStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** A link that opens, as it was at `now`. */
export interface OpenLink {
  readonly link: StoredLink;
  readonly access: Access;
  readonly view: NamespaceView;
  /** What the link is for: live, and still the maker's to give. */
  readonly target: StoredNode;
  readonly now: EpochMs;
}

export interface LinkRequest {
  readonly token: string;
  readonly visitor: LinkVisitor;
  /** What the link must be for; any when absent. */
  readonly role?: LinkRole;
  /** The request goes on with something that was counted as a use: that it was the last one does not end it. */
  readonly isCounted?: boolean;
}

/**
 * The link of a token, with what it is for, if it opens now: neither expired, revoked nor used up, with the password if it has one,
 * and only while its maker may read (or, of a link for uploads, write) where it leads to. Whoever holds the token is told why it does
 * not; a token that does not exist, or did too long ago, tells nothing, and many of them from one address are not looked at any more.
 *
 * Cost: 2 reads, one of the maker's access, one per level of folders, one for a mount, and what checkLinkPassword costs.
 */
export async function openLink(dependencies: OpenLinkDependencies, request: LinkRequest): Promise<Outcome<OpenLink>> {
  const { links, attempts, clock } = dependencies;
  const now = clock.now();
  const key = tokenAttemptKey(request.visitor.address);
  const [fullUntil, link] = await Promise.all([
    attempts.fullUntil({ key, max: TOKEN_ATTEMPTS_MAX, now }),
    links.get(linkTokenHash(request.token), now),
  ]);
  if (fullUntil !== undefined) return tooManyAttempts(fullUntil, now);
  if (link === undefined) {
    await attempts.take({ key, max: TOKEN_ATTEMPTS_MAX, now, endsAt: epochMs(now + ATTEMPTS_MS) });
    return refused('not_found', 'there is no such link');
  }
  const { isCounted = false } = request;
  const access = await checkLink(dependencies, link, { now, isCounted });
  if (access.kind === 'refused') return access;
  const refusal = await checkLinkPassword(dependencies, link, { visitor: request.visitor, now });
  if (refusal !== undefined) return refusal;
  if (request.role !== undefined && request.role !== link.role) return wrongRole(link.role);
  return findTarget(dependencies, link, { access: access.value, now });
}

/** The same for a visitor whose token and password were looked at before. */
export async function openTarget(
  dependencies: Pick<OpenLinkDependencies, 'namespaces'>,
  link: StoredLink,
  { now, isCounted }: { readonly now: EpochMs; readonly isCounted: boolean },
): Promise<Outcome<OpenLink>> {
  const access = await checkLink(dependencies, link, { now, isCounted });
  return access.kind === 'refused' ? access : findTarget(dependencies, link, { access: access.value, now });
}

/** What the link's maker may do now, if that is enough and the link has not ended. */
async function checkLink(
  { namespaces }: Pick<OpenLinkDependencies, 'namespaces'>,
  link: StoredLink,
  { now, isCounted }: { readonly now: EpochMs; readonly isCounted: boolean },
): Promise<Outcome<Access>> {
  const end = endOf(link, now);
  if (end !== undefined && !(end === 'exhausted' && isCounted)) return ended(end);
  return readMakersAccess({ namespaces }, link);
}

async function readMakersAccess(
  { namespaces }: Pick<OpenLinkDependencies, 'namespaces'>,
  link: StoredLink,
): Promise<Outcome<Access>> {
  const { namespaceId, accountId } = link;
  const access = await namespaces.readAccess({ namespaceId, accountId });
  return access === undefined || !mayGive(access.role, link.role) ? ended('revoked') : done(access);
}

async function findTarget(
  { namespaces }: Pick<OpenLinkDependencies, 'namespaces'>,
  link: StoredLink,
  { access, now }: { readonly access: Access; readonly now: EpochMs },
): Promise<Outcome<OpenLink>> {
  const view = new NamespaceView({ namespaces }, access);
  if (link.nodeId === view.rootId) return done({ link, access, view, target: rootOf(access), now });
  const target = await findBelow(view, link, link.nodeId);
  if (target === undefined) return ended('gone');
  const { mountedNamespaceId } = target;
  if (mountedNamespaceId === undefined) return done({ link, access, view, target, now });
  return openMounted({ namespaces }, { ...link, namespaceId: mountedNamespaceId }, now);
}

/** The link to a folder that was shared since, or to a shared folder where its maker has it: that folder, as far as the maker may give it. */
async function openMounted(
  { namespaces }: Pick<OpenLinkDependencies, 'namespaces'>,
  link: StoredLink,
  now: EpochMs,
): Promise<Outcome<OpenLink>> {
  const access = await readMakersAccess({ namespaces }, link);
  if (access.kind === 'refused') return access;
  const view = new NamespaceView({ namespaces }, access.value);
  return done({
    link: { ...link, nodeId: view.rootId },
    access: access.value,
    view,
    target: rootOf(access.value),
    now,
  });
}

/** A shared folder is called as it was when it was shared. */
function rootOf({ head: { namespaceId, name = '' } }: Access): StoredNode {
  return { ...rootNode(namespaceId), name };
}

/**
 * The live node of this id, if it is what the link is for, or stands below it now; undefined otherwise, wherever else it is: what was
 * moved out of the linked folder is not shown any more. A root is known by `rootAlias` alone, and a mount below the folder not at all. Cost: a read per level of folders.
 */
export async function findBelow(
  view: NamespaceView,
  link: StoredLink,
  nodeId: NodeId,
): Promise<StoredNode | undefined> {
  if (nodeId === rootAlias(link)) return link.nodeId === view.rootId ? rootNode(link.namespaceId) : undefined;
  if (nodeId === view.rootId) return undefined;
  const ancestry = await view.ancestry(nodeId);
  if (ancestry.kind !== 'live' && ancestry.kind !== 'too_deep') return undefined;
  const isBelow = link.nodeId === view.rootId || ancestry.chain.some((node) => node.nodeId === link.nodeId);
  const found = isBelow ? ancestry.chain[0] : undefined;
  return found?.kind === 'mount' && nodeId !== link.nodeId ? undefined : found;
}

const ENDS: Readonly<Record<LinkEnd, string>> = {
  expired: 'this link has expired: ask whoever gave it to you for another',
  revoked: 'this link was revoked: ask whoever gave it to you for another',
  exhausted: 'this link was used as often as it may be: ask whoever gave it to you for another',
  gone: 'what this link leads to was deleted',
};

export function ended(end: LinkEnd): Refused {
  return refused('link_ended', ENDS[end], { end });
}

function wrongRole(role: LinkRole): Refused {
  return refused('forbidden', role === 'upload' ? 'this link takes files, and shows none' : 'this link takes no files');
}
