import {
  type Activity,
  type NamespaceId,
  type NodeId,
  PAGE_ENTRIES_MAX,
  type RouteResponse,
  rootNodeId,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Access, JournalEntry } from '../namespaces/namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import { readPage, signPage } from '../namespaces/page-token.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { ACTIVITY_ENTRIES_MAX } from './limits.ts';

export interface ActivityRequest {
  readonly namespaceId?: NamespaceId | undefined;
  readonly nodeId?: NodeId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * What was done in a namespace, or to one node and all that lies below it now, newest first, as far back as the journal reaches.
 *
 * It is the journal itself: an entry that is told was committed, and none can be left out. Cost: a Query per PAGE_ENTRIES_MAX entries,
 * at most ACTIVITY_ENTRIES_MAX a page, and a read per level for the nodes that are told.
 */
export async function listActivity(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: ActivityRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listActivity'>>> {
  const { keyRing } = dependencies;
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const { namespaceId, seq: head } = access.value.head;
  const nodeId = request.nodeId ?? rootNodeId(namespaceId);
  const node = await findLiveNode(dependencies, access.value, nodeId);
  if (node.kind === 'refused') return node;
  const listing = { listing: 'activity', subject: `${namespaceId}/${nodeId}` } as const;
  const page = await readPage(keyRing, listing, { token: request.page, place: z.int() });
  if (page.kind === 'refused') return page;
  const limit = request.limit ?? PAGE_ENTRIES_MAX;
  const walk = { nodeId, limit, from: Math.min(page.value ?? head, head) };
  const { activities, next } = await readBackwards(dependencies, access.value, walk);
  return done({
    activities,
    ...(next === undefined ? {} : { nextPage: await signPage(keyRing, listing, next) }),
  });
}

/** The newest entries from a sequence down, and the sequence to go on from; undefined at the end of the journal. */
async function readBackwards(
  dependencies: OpenNamespaceDependencies,
  access: Access,
  walk: { readonly nodeId: NodeId; readonly limit: number; readonly from: number },
): Promise<{ readonly activities: Activity[]; readonly next: number | undefined }> {
  const { namespaceId } = access.head;
  const view = new NamespaceView(dependencies, access);
  const activities: Activity[] = [];
  let upTo = walk.from;
  for (let looked = 0; upTo > 0 && looked < ACTIVITY_ENTRIES_MAX; looked += PAGE_ENTRIES_MAX) {
    const after = Math.max(0, upTo - PAGE_ENTRIES_MAX);
    const entries = await dependencies.namespaces.listEntries({ namespaceId, after, limit: upTo - after });
    await view.loadAncestors(new Set(entries.map(({ node }) => node.nodeId)));
    for (const entry of entries.toReversed()) {
      const activity = await describeEntry(view, entry, walk.nodeId);
      if (activity === undefined) continue;
      activities.push(activity);
      if (activities.length === walk.limit) return { activities, next: entry.seq > 1 ? entry.seq - 1 : undefined };
    }
    // What comes before entries that have expired has expired too.
    if (entries[0]?.seq !== after + 1) return { activities, next: undefined };
    upTo = after;
  }
  return { activities, next: upTo > 0 ? upTo : undefined };
}

/** Undefined for what lies elsewhere than the node that is asked about. */
async function describeEntry(view: NamespaceView, entry: JournalEntry, about: NodeId): Promise<Activity | undefined> {
  const { seq, type, changedAt: at, accountId, deviceId, node, was, member } = entry;
  const ancestry = await view.ancestry(node.nodeId);
  const chain = ancestry.kind === 'live' || ancestry.kind === 'too_deep' ? ancestry.chain : undefined;
  if (about !== view.rootId && !(await view.isBelow(node.nodeId, about))) return undefined;
  const { nodeId, kind, name, rev, size } = node;
  const path =
    chain === undefined
      ? {}
      : {
          path: `/${chain
            .map((above) => above.name)
            .toReversed()
            .join('/')}`,
        };
  const previousName = was?.name === undefined ? {} : { previousName: was.name };
  return {
    seq,
    type,
    at,
    accountId,
    deviceId,
    nodeId,
    kind,
    name,
    rev,
    size,
    ...path,
    ...previousName,
    ...(member === undefined ? {} : { member }),
  };
}
