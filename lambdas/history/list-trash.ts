import { type NamespaceId, NodeId, PAGE_ENTRIES_MAX, type RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';

export interface TrashRequest {
  readonly namespaceId?: NamespaceId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/** What was deleted by itself and can be restored, newest first. Cost: the reads of the namespace and one Query. */
export async function listTrash(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: TrashRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listTrash'>>> {
  const { keyRing, namespaces } = dependencies;
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const { namespaceId } = access.value.head;
  const listing = { listing: 'trash', subject: namespaceId } as const;
  const place = z.strictObject({ deletedAt: z.string(), nodeId: NodeId });
  const before = await readPage(keyRing, listing, { token: request.page, place });
  if (before.kind === 'refused') return before;
  const { entries, next } = await namespaces.listTrash({
    namespaceId,
    limit: request.limit ?? PAGE_ENTRIES_MAX,
    ...(before.value === undefined ? {} : { before: before.value }),
  });
  if (next === undefined) return done({ entries: [...entries] });
  const { deletedAt, nodeId } = next;
  return done({ entries: [...entries], nextPage: await signPage(keyRing, listing, { deletedAt, nodeId }) });
}
