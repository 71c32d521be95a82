import { assert, CONTENT_PAGE_CHUNKS_MAX, type NamespaceId, type NodeId, type RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { findLiveNode, notFound, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import {
  addressChunks,
  contentHeader,
  type DescribeContentDependencies,
  readManifestPage,
} from './describe-content.ts';

export interface ReadContentDependencies extends OpenNamespaceDependencies, DescribeContentDependencies {
  readonly keyRing: KeyRing;
}

export interface ContentRequest {
  readonly nodeId: NodeId;
  readonly namespaceId?: NamespaceId | undefined;
  readonly rev?: number | undefined;
  readonly page?: string | undefined;
}

/**
 * One page of the content of a live file, present or older, with an address for every chunk of it.
 *
 * An address is only ever made for a chunk of a revision that the caller may read now; no hash is taken from the request.
 * Cost: the reads of getNode, the revision, the page of its manifest when that is long, and an item per chunk.
 */
export async function readContent(
  dependencies: ReadContentDependencies,
  request: ContentRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'getContent'>>> {
  const { keyRing } = dependencies;
  const found = await findRevision(dependencies, request, caller);
  if (found.kind === 'refused') return found;
  const revision = found.value;
  const listing = {
    listing: 'content',
    subject: `${revision.namespaceId}/${revision.nodeId}/${revision.rev}`,
  } as const;
  const page = await readPage(keyRing, listing, { token: request.page, place: z.int() });
  if (page.kind === 'refused') return page;
  const start = page.value ?? 0;
  const count = CONTENT_PAGE_CHUNKS_MAX;
  const { chunks, hasMore } = await readManifestPage(dependencies, revision, { start, count });
  return done({
    ...contentHeader(dependencies, revision),
    chunks: await addressChunks(dependencies, revision.domain, chunks),
    ...(hasMore ? { nextPage: await signPage(keyRing, listing, start + count) } : {}),
  });
}

/**
 * The revision that a request means, present or older, when the caller may read it: of a live file of that very namespace. Rows of a home
 * and of the folders shared out of it lie together, so that its row alone tells nothing of who may read it. Cost: the reads of getNode, and the revision.
 */
export async function findRevision(
  dependencies: OpenNamespaceDependencies,
  request: Omit<ContentRequest, 'page'>,
  caller: Caller,
): Promise<Outcome<StoredRevision>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const file = await findLiveNode(dependencies, access.value, request.nodeId);
  if (file.kind === 'refused') return file;
  if (file.value.kind !== 'file') return refused('invalid_request', 'only files have content');
  const { namespaceId } = access.value.head;
  const rev = request.rev ?? file.value.contentRev;
  const revision = await dependencies.namespaces.getRevision({ namespaceId, nodeId: request.nodeId, rev });
  assert(revision !== undefined || request.rev !== undefined, 'a live file has its present content');
  return revision === undefined ? notFound() : done(revision);
}
