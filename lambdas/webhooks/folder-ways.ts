import { type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import type { FolderTrail, TrailFolder } from './folder-trail.ts';
import { LOOK_FOLDERS_MAX } from './limits.ts';

/**
 * Where a folder is: `trashed`, it or one above it; `gone` for good, or its namespace was set back to before it was made; `shared`, it is or lies in
 * a shared folder by now.
 */
export type FolderStanding = 'live' | 'trashed' | 'gone' | 'shared';

/** The ways from folders up to the root, as the rows are now, and which of them lead through one folder. */
export class FolderWays {
  readonly #trail: Pick<FolderTrail, 'getFolders'>;
  readonly #namespaceId: NamespaceId;
  readonly #folderId: NodeId;
  readonly #rootId: NodeId;
  /** Undefined: there is no row of that id. */
  readonly #rows = new Map<NodeId, TrailFolder | undefined>();

  constructor(
    { trail }: { readonly trail: Pick<FolderTrail, 'getFolders'> },
    { namespaceId, folderId }: { readonly namespaceId: NamespaceId; readonly folderId: NodeId },
  ) {
    this.#trail = trail;
    this.#namespaceId = namespaceId;
    this.#folderId = folderId;
    this.#rootId = rootNodeId(namespaceId);
  }

  /** Reads the ways up from these, as far as LOOK_FOLDERS_MAX rows in all. Cost: a read per row that is not known. */
  async load(nodeIds: Iterable<NodeId>): Promise<void> {
    let level = this.#unknown(nodeIds);
    for (let depth = 0; depth < ANCESTORS_MAX && level.length > 0; depth++) {
      if (this.#rows.size + level.length > LOOK_FOLDERS_MAX) return;
      const found = await this.#trail.getFolders(this.#namespaceId, level);
      for (const nodeId of level) this.#rows.set(nodeId, found.get(nodeId));
      level = this.#unknown([...found.values()].map(({ parentId }) => parentId));
    }
  }

  /** Whether a folder is the followed one or lies below it, be it in the trash. `unknown`: its way up breaks off, or was not read to its end. */
  leadsThrough(nodeId: NodeId): 'yes' | 'no' | 'unknown' {
    let next: NodeId | undefined = nodeId;
    for (let depth = 0; next !== undefined && depth <= ANCESTORS_MAX; depth++) {
      if (next === this.#folderId) return 'yes';
      if (next === this.#rootId) return 'no';
      next = this.#rows.get(next)?.parentId;
    }
    return 'unknown';
  }

  /**
   * Where the followed folder is. What lies in the trash by itself comes back without the folder that it was in, though that be gone for good. One so deep that
   * its way was not read to the end is taken for live, as everywhere. Precondition: its way is loaded.
   */
  standing(): FolderStanding {
    let isTrashed = false;
    let next: NodeId | undefined = this.#folderId;
    for (let depth = 0; next !== undefined && next !== this.#rootId && depth <= ANCESTORS_MAX; depth++) {
      const isRead = this.#rows.has(next);
      const row: TrailFolder | undefined = this.#rows.get(next);
      if (row?.kind === 'mount') return 'shared';
      const isGone = isRead && (row === undefined || row.isPurged);
      if (isGone && !isTrashed) return 'gone';
      isTrashed ||= row?.isDeleted === true;
      next = row?.parentId;
    }
    return isTrashed ? 'trashed' : 'live';
  }

  #unknown(nodeIds: Iterable<NodeId>): readonly NodeId[] {
    const unknown = new Set<NodeId>();
    for (const nodeId of nodeIds) if (nodeId !== this.#rootId && !this.#rows.has(nodeId)) unknown.add(nodeId);
    return [...unknown];
  }
}
