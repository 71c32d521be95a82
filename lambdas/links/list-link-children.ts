import { type NodeId, PAGE_ENTRIES_MAX, type RouteResponse } from '@syncline/protocol';
import * as z from 'zod/mini';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toLinkNode } from './link-node.ts';
import { findBelow, type OpenLinkDependencies, openLink } from './open-link.ts';

export interface LinkChildrenRequest {
  readonly token: string;
  readonly nodeId?: NodeId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/** What stands in the linked folder, or in one below it, in the order of the name keys. Cost: that of openLink, and one Query. */
export async function listLinkChildren(
  dependencies: OpenLinkDependencies & { readonly keyRing: KeyRing },
  request: LinkChildrenRequest,
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'listLinkChildren'>>> {
  const { keyRing, namespaces } = dependencies;
  const opened = await openLink(dependencies, { token: request.token, visitor, role: 'view' });
  if (opened.kind === 'refused') return opened;
  const { link, view, target } = opened.value;
  const folder = request.nodeId === undefined ? target : await findBelow(view, link, request.nodeId);
  if (folder === undefined) return notInLink();
  if (folder.kind !== 'folder') return refused('invalid_request', 'only folders have children');
  const { nodeId: parentId } = folder;
  const listing = { listing: 'link-children', subject: `${link.linkId}/${parentId}` } as const;
  const after = await readPage(keyRing, listing, { token: request.page, place: z.string() });
  if (after.kind === 'refused') return after;
  const { nodes, next } = await namespaces.listChildren({
    namespaceId: link.namespaceId,
    parentId,
    limit: request.limit ?? PAGE_ENTRIES_MAX,
    ...(after.value === undefined ? {} : { after: after.value }),
  });
  return done({
    // What is in a shared folder is given by links to that.
    nodes: nodes.filter(({ kind }) => kind !== 'mount').map((node) => toLinkNode(link, node)),
    ...(next === undefined ? {} : { nextPage: await signPage(keyRing, listing, next) }),
  });
}

/** The one answer to whatever a link does not show, whether it exists elsewhere or not. */
export function notInLink() {
  return refused('not_found', 'this link shows no such file or folder');
}
