import type { NamespaceId, NodeId } from '@syncline/protocol';
import type { EntryPage, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { FolderTrail, TrailFolder, TrailStep } from './folder-trail.ts';

/** What stands in a store of namespaces, without what nobody needs here. */
export class MemoryFolderTrail implements FolderTrail {
  readonly #namespaces: Pick<NamespaceStore, 'getNodes' | 'listEntries'>;

  constructor(dependencies: { readonly namespaces: Pick<NamespaceStore, 'getNodes' | 'listEntries'> }) {
    this.#namespaces = dependencies.namespaces;
  }

  async listSteps(page: EntryPage): Promise<readonly TrailStep[]> {
    const entries = await this.#namespaces.listEntries(page);
    return entries.map(({ seq, type, node: { nodeId, parentId }, was }) => ({
      seq,
      type,
      nodeId,
      parentId,
      ...(was?.parentId === undefined ? {} : { wasParentId: was.parentId }),
    }));
  }

  async getFolders(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, TrailFolder>> {
    const nodes = await this.#namespaces.getNodes(namespaceId, nodeIds);
    const folders = [...nodes].map(([nodeId, { parentId, kind, deletedAt, purgedAt }]): [NodeId, TrailFolder] => [
      nodeId,
      { parentId, kind, isDeleted: deletedAt !== undefined, isPurged: purgedAt !== undefined },
    ]);
    return new Map(folders);
  }
}
