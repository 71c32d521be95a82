import type { Node } from '@syncline/protocol';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { followChanges, type LiveChanges, type LiveNews } from '../../session/live-changes.ts';
import type { SignedIn } from '../../session/session.ts';
import { REFRESH_MS } from './limits.ts';
import { applyNodes, type Listing } from './listing.ts';
import { queryKeys } from './query-keys.ts';
import type { TrailStep } from './use-trail.ts';

export interface FollowedLive {
  readonly live: LiveChanges;
  close(): void;
}

/** What a change anywhere may have made old, besides the listings. */
const STALE_AFTER_CHANGES = ['trash', 'usage', 'recent', 'activity', 'revisions', 'devices', 'stars'];

/** Keeps what is in the cache as it is on the service: listings change by their entries, the rest is read anew where it is shown. */
export function followLive(dependencies: {
  readonly signedIn: SignedIn;
  readonly queryClient: QueryClient;
  readonly onRevoked: () => void;
}): FollowedLive {
  const { signedIn, queryClient, onRevoked } = dependencies;
  const live = followChanges(signedIn.api, { isOffline: signedIn.isFromMemory, onRevoked });
  const tabs = new BroadcastChannel(`syncline-changes-${signedIn.account.accountId}`);
  tabs.addEventListener('message', ({ data: toldByTab }: MessageEvent<'changed' | QueryKey>) => {
    if (toldByTab === 'changed') live.look();
    else void queryClient.invalidateQueries({ queryKey: toldByTab });
  });
  otherTabs.set(queryClient, tabs);
  let wasOffline = signedIn.isFromMemory;
  /** What was shown without a network is a part of what there is. */
  const unwatch = live.state.subscribe(() => {
    const isOffline = live.state.get() === 'offline';
    if (wasOffline && !isOffline) void queryClient.invalidateQueries();
    wasOffline = isOffline;
  });
  const unsubscribe = live.subscribe((news: LiveNews) => {
    if (news.kind === 'lost') {
      void queryClient.invalidateQueries();
      return;
    }
    putNodes(
      queryClient,
      news.changes.map(({ node }) => node),
    );
    if (news.changes.some(({ type }) => type === 'member' || type === 'mounted')) {
      for (const first of ['shared-folders', 'members', 'invitations', 'own-invitations']) {
        void queryClient.invalidateQueries({ queryKey: [first] });
      }
    }
  });
  return {
    live,
    close() {
      otherTabs.delete(queryClient);
      tabs.close();
      clearTimeout(refreshing.get(queryClient));
      refreshing.delete(queryClient);
      unsubscribe();
      unwatch();
      live.close();
    },
  };
}

/** The tabs of one browser are one device to the service, and no push tells a device of its own changes: they tell each other. */
const otherTabs = new WeakMap<QueryClient, BroadcastChannel>();

/** Shows what was done here: in this tab as the service answered it, in the others of this browser as they read it. */
export function showNodes(queryClient: QueryClient, nodes: readonly Node[]): void {
  putNodes(queryClient, nodes);
  if (nodes.length > 0) otherTabs.get(queryClient)?.postMessage('changed');
}

/** Reads anew what was changed here and is in no journal of nodes, such as links and members: in this tab, and in the others of this browser. */
export async function readAnew(queryClient: QueryClient, queryKey: QueryKey): Promise<void> {
  otherTabs.get(queryClient)?.postMessage(queryKey);
  await queryClient.invalidateQueries({ queryKey });
}

/** Puts nodes, as they are now, into every listing that is in the cache; what else tells of them is read anew soon. */
function putNodes(queryClient: QueryClient, nodes: readonly Node[]): void {
  if (nodes.length > 0) refreshSoon(queryClient);
  for (const query of queryClient.getQueryCache().findAll({ queryKey: queryKeys.listings })) {
    const [, namespaceId, folderId] = query.queryKey;
    const listing = query.state.data as Listing | undefined;
    if (listing === undefined) continue;
    const place = { namespaceId, folderId } as Parameters<typeof applyNodes>[0];
    const next = applyNodes(place, listing, nodes);
    if (next !== listing) queryClient.setQueryData(query.queryKey, next);
  }
  for (const node of nodes) {
    if (node.kind === 'folder') readAnewIfGone(queryClient, node);
    queryClient.setQueryData<Node>(queryKeys.node(node.namespaceId, node.nodeId), (present) =>
      present === undefined || present.rev >= node.rev ? present : node,
    );
  }
}

/** A folder that was deleted while it is shown is not an empty one, what is inside is gone with it, and what came back is not gone. */
function readAnewIfGone(queryClient: QueryClient, { nodeId, deletedAt }: Node): void {
  const outdated = deletedAt === undefined ? 'error' : 'success';
  for (const { queryKey, state } of queryClient.getQueryCache().findAll({ queryKey: queryKeys.listings })) {
    if (state.status !== outdated) continue;
    const [, ...ids] = queryKey;
    const trail = queryClient.getQueryData<readonly TrailStep[]>(['trail', ...ids]);
    const isInside = trail?.some(({ place }) => place.folderId === nodeId);
    if (ids[1] === nodeId || isInside === true) void queryClient.resetQueries({ queryKey });
  }
}

const refreshing = new WeakMap<QueryClient, ReturnType<typeof setTimeout>>();

/** A device that syncs thousands of files must not make this page read its usage a thousand times. */
function refreshSoon(queryClient: QueryClient): void {
  if (refreshing.has(queryClient)) return;
  const timer = setTimeout(() => {
    refreshing.delete(queryClient);
    for (const first of STALE_AFTER_CHANGES) void queryClient.invalidateQueries({ queryKey: [first] });
  }, REFRESH_MS);
  refreshing.set(queryClient, timer);
}
