import { type ApiClient, UnavailableError } from '@syncline/client';
import { assert, type Node, type NodeId } from '@syncline/protocol';
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Offline } from '../../offline/create-offline.ts';
import { overlayNodes, waitingNodes } from '../../offline/overlay-listing.ts';
import type { LiveChanges } from '../../session/live-changes.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { useChangeQueue } from '../offline/use-offline.ts';
import { answerValue } from './answer-value.ts';
import { LISTING_PAGE_ENTRIES, LISTING_PAGES_MAX, SEEN_NODES_MAX } from './limits.ts';
import { applyNodes, type FolderPlace, type Listing } from './listing.ts';
import { queryKeys } from './query-keys.ts';

/** What stands in a folder: the first page as soon as it is there, the rest while one looks at it. Live changes go into it by `showNodes`. */
export function useListing(place: FolderPlace) {
  const { api, live, offline } = useSignedIn();
  const queryClient = useQueryClient();
  const { data: listed, error, refetch } = useQuery(listingQuery({ api, live, offline, queryClient }, place));
  const queue = useChangeQueue();
  const data = useMemo(() => {
    if (listed === undefined) return undefined;
    const nodes = overlayNodes(place, listed.nodes, waitingNodes(queue));
    return nodes === listed.nodes ? listed : { ...listed, nodes };
  }, [listed, queue, place]);
  return { data, error, refetch };
}

export interface ListingDependencies {
  readonly api: ApiClient;
  readonly live: LiveChanges;
  readonly offline: Offline;
  readonly queryClient: QueryClient;
}

export function listingQuery({ api, live, offline, queryClient }: ListingDependencies, place: FolderPlace) {
  const queryKey = queryKeys.listing(place);
  return queryOptions<Listing>({
    queryKey,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      await live.begun;
      // What stands in a folder that was made here is told by what waits.
      const isOnlyHere = waitingNodes(offline.queue.get()).get(place.folderId)?.rev === 0;
      if (isOnlyHere) return { nodes: new Map(), isComplete: true };
      if (!offline.isOnline()) return keptListing(offline, place);
      const reading = { api, live, place, signal };
      const listing = readListing(reading, (grown) => {
        // A listing that is whole is not replaced by the beginning of a newer one.
        const shown = queryClient.getQueryData<Listing>(queryKey);
        if (shown?.isComplete !== true) queryClient.setQueryData(queryKey, grown);
      });
      return listing.catch((failure: unknown) => {
        if (failure instanceof UnavailableError) return keptListing(offline, place);
        throw failure;
      });
    },
  });
}

/** @throws UnavailableError where nothing is kept of it. */
function keptListing({ kept, queue }: Offline, place: FolderPlace): Listing {
  const isWaited = queue.get().changes.some(({ after }) => after.parentId === place.folderId);
  const listing = kept.listing(place) ?? (isWaited ? { nodes: [], isWhole: false } : undefined);
  if (listing === undefined) throw new UnavailableError('this folder is not available offline');
  const nodes = new Map(listing.nodes.map((node) => [node.nodeId, node]));
  return { nodes, isComplete: true, isPartial: !listing.isWhole };
}

interface Reading {
  readonly api: ApiClient;
  readonly live: LiveChanges;
  readonly place: FolderPlace;
  readonly signal: AbortSignal;
}

/** All pages. `show` is told of what is there in growing steps, since each of them is put in order and drawn. */
async function readListing({ api, live, place, signal }: Reading, show: (listing: Listing) => void): Promise<Listing> {
  const seen: Node[] = [];
  const unsubscribe = live.subscribe((news) => {
    if (news.kind === 'changes') seen.push(...news.changes.map(({ node }) => node));
  });
  try {
    const nodes = new Map<NodeId, Node>();
    let page: string | undefined;
    let showAt = 1;
    for (let pages = 1; pages <= LISTING_PAGES_MAX; pages++) {
      const { namespaceId } = place;
      const answer = answerValue(
        await api.listChildren({
          parameters: { nodeId: place.folderId },
          query: { namespaceId, limit: String(LISTING_PAGE_ENTRIES), page },
          signal,
        }),
      );
      for (const node of answer.nodes) nodes.set(node.nodeId, node);
      page = answer.nextPage;
      assert(seen.length <= SEEN_NODES_MAX, 'a listing is read before so much changes');
      if (page === undefined) break;
      if (pages < showAt) continue;
      showAt *= 4;
      show(applyNodes(place, { nodes: new Map(nodes), isComplete: false }, seen));
    }
    // What was told while a page was on its way is newer than the page, or older and then of no effect.
    return applyNodes(place, { nodes, isComplete: true }, seen);
  } finally {
    unsubscribe();
  }
}
