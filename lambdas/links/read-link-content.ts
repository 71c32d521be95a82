import {
  CONTENT_PAGE_CHUNKS_MAX,
  type EpochMs,
  epochMs,
  LINK_GRANT_MS,
  type NodeId,
  type RouteResponse,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import {
  addressChunks,
  contentHeader,
  type DescribeContentDependencies,
  readManifestPage,
} from '../journal/describe-content.ts';
import type { StoredNode, StoredRevision } from '../namespaces/namespace-store.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { notInLink } from './list-link-children.ts';
import { ended, findBelow, type OpenLink, type OpenLinkDependencies, openLink } from './open-link.ts';

export interface ReadLinkContentDependencies extends OpenLinkDependencies, DescribeContentDependencies {
  readonly keyRing: KeyRing;
}

export interface LinkContentRequest {
  readonly token: string;
  readonly nodeId?: NodeId | undefined;
  readonly page?: string | undefined;
}

/** Where a counted download goes on: in the revision that it began with, until a time. */
const ContentPlace = z.strictObject({ start: z.int(), rev: z.int(), until: z.int() });

/**
 * One page of the content of a linked file, with an address for every chunk of it. The first page counts as a download; the others
 * go on with it, for LINK_GRANT_MS, in the revision that it began with.
 *
 * Cost: that of openLink, the revision, the page of its manifest when that is long, an item per chunk, and 1 write for a first page.
 */
export async function readLinkContent(
  dependencies: ReadLinkContentDependencies,
  request: LinkContentRequest,
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'getLinkContent'>>> {
  const { keyRing } = dependencies;
  const { token, page } = request;
  const opened = await openLink(dependencies, { token, visitor, role: 'view', isCounted: page !== undefined });
  if (opened.kind === 'refused') return opened;
  const { link, now } = opened.value;
  const file = await findLinkedFile(opened.value, request.nodeId);
  if (file.kind === 'refused') return file;
  const listing = { listing: 'link-content', subject: `${link.linkId}/${file.value.nodeId}` } as const;
  const place = await readPage(keyRing, listing, { token: page, place: ContentPlace });
  if (place.kind === 'refused') return place;
  if (place.value !== undefined && place.value.until <= now) {
    return refused('invalid_request', 'this download was begun too long ago: begin it again');
  }
  const revision = await findLinkedRevision(dependencies, opened.value, { file: file.value, rev: place.value?.rev });
  if (revision === undefined) return ended('gone');
  if (place.value === undefined && !(await dependencies.links.countUses(link.tokenHash, 1))) return ended('exhausted');
  const { start = 0, until = grantEnd(now) } = place.value ?? {};
  const count = CONTENT_PAGE_CHUNKS_MAX;
  const { chunks, hasMore } = await readManifestPage(dependencies, revision, { start, count });
  const next = { start: start + count, rev: revision.rev, until };
  return done({
    ...contentHeader(dependencies, revision),
    chunks: await addressChunks(dependencies, revision.domain, chunks),
    ...(hasMore ? { nextPage: await signPage(keyRing, listing, next) } : {}),
  });
}

/** The linked file, or one below the linked folder. */
export async function findLinkedFile(
  { link, view, target }: OpenLink,
  nodeId: NodeId | undefined,
): Promise<Outcome<StoredNode>> {
  const file = nodeId === undefined ? target : await findBelow(view, link, nodeId);
  if (file === undefined) return notInLink();
  if (file.kind === 'file') return done(file);
  return refused('invalid_request', 'this is a folder: list its children, and name one of its files by nodeId');
}

/** The content that the link shows of a file: the one it is pinned to, the one of a download under way, or the present one. */
export async function findLinkedRevision(
  { namespaces }: Pick<OpenLinkDependencies, 'namespaces'>,
  { link }: OpenLink,
  { file, rev }: { readonly file: StoredNode; readonly rev: number | undefined },
): Promise<StoredRevision | undefined> {
  const { namespaceId, nodeId } = file;
  return namespaces.getRevision({ namespaceId, nodeId, rev: link.rev ?? rev ?? file.contentRev });
}

function grantEnd(now: EpochMs): EpochMs {
  return epochMs(now + LINK_GRANT_MS);
}
