import { type NamespaceId, type NodeId, PAGE_ENTRIES_MAX, type RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from './open-namespace.ts';
import { readPage, signPage } from './page-token.ts';
import { toWireNode } from './wire-node.ts';

export interface NodePageRequest {
  readonly nodeId: NodeId;
  readonly namespaceId?: NamespaceId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/** What stands in a live folder, in the order of the name keys. Cost: the reads of getNode and one Query. */
export async function listChildren(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: NodePageRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listChildren'>>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const folder = await findLiveNode(dependencies, access.value, request.nodeId);
  if (folder.kind === 'refused') return folder;
  if (folder.value.kind !== 'folder') return refused('invalid_request', 'only folders have children');
  const { namespaceId } = access.value.head;
  const listing = { listing: 'children', subject: `${namespaceId}/${request.nodeId}` } as const;
  const after = await readPage(dependencies.keyRing, listing, { token: request.page, place: z.string() });
  if (after.kind === 'refused') return after;
  const { nodes, next } = await dependencies.namespaces.listChildren({
    namespaceId,
    parentId: request.nodeId,
    limit: request.limit ?? PAGE_ENTRIES_MAX,
    ...(after.value === undefined ? {} : { after: after.value }),
  });
  return done({
    nodes: nodes.map(toWireNode),
    ...(next === undefined ? {} : { nextPage: await signPage(dependencies.keyRing, listing, next) }),
  });
}
