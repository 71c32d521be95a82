import { type NamespaceId, type NodeId, WIPE_FILES_MAX } from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { SyncedNode } from '../engine/trees.ts';
import type { SignIn } from './session.ts';

export interface FindUnstoredDependencies {
  readonly api: Pick<ApiClient, 'checkWipe'>;
  readonly deviceId: SignIn['deviceId'];
}

/**
 * The files of the last agreement whose contents the service does not keep any more, as after its tables were set back; undefined when it cannot be
 * asked about the home. A shared folder that this account may not read any more cannot be asked about, so nothing in it counts as kept.
 * Cost: a request for WIPE_FILES_MAX files of a namespace.
 */
export async function findUnstored(
  dependencies: FindUnstoredDependencies,
  homeId: NamespaceId,
  synced: readonly SyncedNode[],
): Promise<ReadonlySet<NodeId> | undefined> {
  const namespaceOf = namespaces(homeId, synced);
  const files = synced.flatMap(({ nodeId, kind, contentRev, contentHash }) =>
    kind === 'file' && contentHash !== undefined ? [{ nodeId, contentRev, contentHash }] : [],
  );
  const unstored = new Set<NodeId>();
  for (const [namespaceId, own] of Map.groupBy(files, ({ nodeId }) => namespaceOf(nodeId))) {
    for (let start = 0; start < own.length; start += WIPE_FILES_MAX) {
      const page = own.slice(start, start + WIPE_FILES_MAX);
      const missing = await ask(dependencies, { namespaceId, files: page });
      if (missing === undefined) return undefined;
      if (missing === 'refused' && namespaceId === homeId) return undefined;
      for (const nodeId of missing === 'refused' ? page.map((file) => file.nodeId) : missing) unstored.add(nodeId);
    }
  }
  return unstored;
}

async function ask(
  { api, deviceId }: FindUnstoredDependencies,
  body: Parameters<ApiClient['checkWipe']>[0]['body'],
): Promise<readonly NodeId[] | 'refused' | undefined> {
  try {
    const answer = await api.checkWipe({ parameters: { deviceId }, body });
    if (answer.ok) return answer.value.missing;
    return answer.problem.code === 'not_found' ? 'refused' : undefined;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return undefined;
  }
}

/** Whose a node is: of what is mounted in the nearest folder above it, or of the home. */
function namespaces(homeId: NamespaceId, synced: readonly SyncedNode[]): (nodeId: NodeId) => NamespaceId {
  const nodes = new Map(synced.map((node) => [node.nodeId, node]));
  const known = new Map<NodeId, NamespaceId>();
  return (nodeId) => {
    const trail = new Set<NodeId>();
    let found: NamespaceId | undefined;
    let above = nodes.get(nodeId)?.parentId;
    while (above !== undefined && found === undefined && !trail.has(above)) {
      found = known.get(above) ?? nodes.get(above)?.mounted;
      trail.add(above);
      above = nodes.get(above)?.parentId;
    }
    for (const passed of trail) known.set(passed, found ?? homeId);
    return found ?? homeId;
  };
}
