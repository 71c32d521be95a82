import { PAGE_ENTRIES_MAX, type Revision, type RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { NodePageRequest } from './list-children.ts';
import type { StoredRevision } from './namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from './open-namespace.ts';
import { readPage, signPage } from './page-token.ts';

/** The contents that a live file has had, newest first, losing ones included. Cost: the reads of getNode and one Query. */
export async function listRevisions(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: NodePageRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listRevisions'>>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const file = await findLiveNode(dependencies, access.value, request.nodeId);
  if (file.kind === 'refused') return file;
  const { namespaceId } = access.value.head;
  const listing = { listing: 'revisions', subject: `${namespaceId}/${request.nodeId}` } as const;
  const before = await readPage(dependencies.keyRing, listing, { token: request.page, place: z.int() });
  if (before.kind === 'refused') return before;
  const { revisions, next } = await dependencies.namespaces.listRevisions({
    namespaceId,
    nodeId: request.nodeId,
    limit: request.limit ?? PAGE_ENTRIES_MAX,
    ...(before.value === undefined ? {} : { before: before.value }),
  });
  return done({
    revisions: revisions.map(toWireRevision),
    ...(next === undefined ? {} : { nextPage: await signPage(dependencies.keyRing, listing, next) }),
  });
}

/** A revision as callers see it: without where its chunks are named. */
export function toWireRevision(stored: StoredRevision): Revision {
  const { namespaceId: _ns, nodeId: _node, clock: _clock, domain: _domain, ...rest } = stored;
  const { manifest: _manifest, ...revision } = rest;
  return revision;
}
