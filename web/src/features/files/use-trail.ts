import { type ApiClient, UnavailableError } from '@syncline/client';
import { type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Offline } from '../../offline/create-offline.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { answerValue } from './answer-value.ts';
import type { FolderPlace } from './listing.ts';
import { queryKeys } from './query-keys.ts';

/** One folder on the way from the account's root to another. The root has no name of its own. */
export interface TrailStep {
  readonly place: FolderPlace;
  readonly name: string | undefined;
  /** Absent for the root of the account. */
  readonly node?: Node | undefined;
}

/** Where a folder is: through mounts, up to the root of the account. While it is being read, as far as it is known. */
export function useTrail(place: FolderPlace): readonly TrailStep[] {
  const { api, account, offline } = useSignedIn();
  const queryClient = useQueryClient();
  const home = account.homeNamespaceId;
  const root: TrailStep = { place: { namespaceId: home, folderId: rootNodeId(home) }, name: undefined };
  const { data } = useQuery({
    queryKey: ['trail', place.namespaceId, place.folderId],
    queryFn: () => readTrail({ api, offline, queryClient, home }, place),
    // Moves and renames of folders above are told one by one and not followed: it is read anew with each visit.
    staleTime: 0,
  });
  return data ?? [root];
}

/** False in a shared folder that one may only look at. While that is not known, and without a network, the service says so. */
export function useMayEdit({ namespaceId }: Pick<FolderPlace, 'namespaceId'>): boolean {
  const { data } = useQuery(sharedFoldersQuery(useSignedIn().api));
  return data?.folders.find((folder) => folder.namespaceId === namespaceId)?.role !== 'viewer';
}

export function nodeQuery(api: ApiClient, namespaceId: NamespaceId, nodeId: NodeId) {
  return queryOptions<Node>({
    queryKey: queryKeys.node(namespaceId, nodeId),
    queryFn: async ({ signal }) =>
      answerValue(await api.getNode({ parameters: { nodeId }, query: { namespaceId }, signal })).node,
  });
}

export function sharedFoldersQuery(api: ApiClient) {
  return queryOptions({
    queryKey: queryKeys.sharedFolders,
    queryFn: async ({ signal }) => answerValue(await api.listNamespaces({ signal })),
  });
}

interface TrailDependencies {
  readonly api: ApiClient;
  readonly offline: Offline;
  readonly queryClient: QueryClient;
  readonly home: NamespaceId;
}

async function readTrail(dependencies: TrailDependencies, to: FolderPlace): Promise<readonly TrailStep[]> {
  const { home } = dependencies;
  const trail: TrailStep[] = [];
  let { namespaceId, folderId } = to;
  for (;;) {
    if (folderId === rootNodeId(namespaceId)) {
      if (namespaceId === home) return [{ place: { namespaceId, folderId }, name: undefined }, ...trail];
      const mount = await mountOf(dependencies, namespaceId);
      trail.unshift({ place: { namespaceId, folderId }, name: mount?.name ?? '', node: mount });
      // A shared folder that has just been left: there is no way to it any more.
      if (mount === undefined) return trail;
      namespaceId = home;
      folderId = mount.parentId;
    } else {
      const node = await nodeOf(dependencies, namespaceId, folderId);
      trail.unshift({ place: { namespaceId, folderId }, name: node.name, node });
      folderId = node.parentId;
    }
  }
}

/** What this browser shows of a node goes before what the service has. @throws UnavailableError */
async function nodeOf(
  { api, offline, queryClient }: TrailDependencies,
  namespaceId: NamespaceId,
  nodeId: NodeId,
): Promise<Node> {
  const isWaiting = offline.queue.get().changes.some(({ after }) => after.nodeId === nodeId);
  const near = isWaiting || !offline.isOnline() ? offline.node(nodeId) : undefined;
  if (near !== undefined) return near;
  if (!offline.isOnline()) throw new UnavailableError('this folder is not available offline');
  return queryClient.query(nodeQuery(api, namespaceId, nodeId));
}

/** The node of the home that stands for a shared folder. */
async function mountOf(dependencies: TrailDependencies, namespaceId: NamespaceId): Promise<Node | undefined> {
  const { api, offline, queryClient, home } = dependencies;
  if (!offline.isOnline()) return offline.kept.mountOf(namespaceId);
  const { folders } = await queryClient.query(sharedFoldersQuery(api));
  const mountId = folders.find((folder) => folder.namespaceId === namespaceId)?.mountId;
  return mountId === undefined ? undefined : nodeOf(dependencies, home, mountId);
}

/** The address of a folder. That of the account's root is the shortest. */
export function folderHref({ namespaceId, folderId }: FolderPlace, home: NamespaceId): string {
  return folderId === rootNodeId(home) ? '/' : `/folder/${namespaceId}/${folderId}`;
}
