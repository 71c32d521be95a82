import {
  type AccountId,
  type Change,
  type ContentHash,
  type Cursor,
  type Node,
  type NodeId,
  rootNodeId,
} from '@syncline/protocol';
import { joinPath } from '../../client/src/engine/trees.ts';
import { type ApiDevice, openApiDevice, valueOf } from '../support/api-device.ts';

/** By path: the content of a file, `folder` for a folder. */
export type ContentTree = ReadonlyMap<string, ContentHash | 'folder'>;

/** Looks at a service as one more device of the account, and changes nothing. */
export class ServiceProbe {
  readonly #device: ApiDevice;
  #cursor: Cursor;
  readonly #journal: Change[] = [];

  private constructor(device: ApiDevice, cursor: Cursor) {
    this.#device = device;
    this.#cursor = cursor;
  }

  /** The account is made when there is none; its namespace has to be empty. */
  static async open(options: { readonly apiUrl: string; readonly email: string }): Promise<ServiceProbe> {
    const device = await openApiDevice(options);
    const { cursor } = valueOf(await device.api.getCursor());
    return new ServiceProbe(device, cursor);
  }

  get accountId(): AccountId {
    return this.#device.account.accountId;
  }

  async tree(): Promise<ContentTree> {
    const { api, account } = this.#device;
    const nodes: Node[] = [];
    for (let page: string | undefined; ; ) {
      const answer = valueOf(await api.listTree({ query: page === undefined ? {} : { page } }));
      nodes.push(...answer.nodes);
      page = answer.nextPage;
      if (page === undefined) break;
    }
    const paths = new Map<NodeId, string>([[rootNodeId(account.homeNamespaceId), '']]);
    const tree: [string, ContentHash | 'folder'][] = [];
    for (const node of nodes) {
      const path = joinPath(paths.get(node.parentId) ?? '', node.name);
      paths.set(node.nodeId, path);
      tree.push([path, node.contentHash ?? 'folder']);
    }
    return new Map(tree.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The number of the newest entry of the journal. */
  async head(): Promise<number> {
    await this.#read();
    return this.#journal.at(-1)?.seq ?? 0;
  }

  /**
   * Of these contents, those that no revision of any node has: as the service lists them, or, of a node in the trash, whose
   * revisions it does not list, as the journal tells them.
   */
  async withoutRevision(contents: ReadonlySet<ContentHash>): Promise<ReadonlySet<ContentHash>> {
    await this.#read();
    const missing = new Set(contents);
    const listed = new Set<NodeId>();
    for (const { node } of this.#journal) {
      if (node.contentHash === undefined || !missing.has(node.contentHash) || listed.has(node.nodeId)) continue;
      listed.add(node.nodeId);
      for (const contentHash of await this.#revisionsOf(node.nodeId)) missing.delete(contentHash);
    }
    return missing;
  }

  async #revisionsOf(nodeId: NodeId): Promise<readonly ContentHash[]> {
    const contents: ContentHash[] = [];
    for (let page: string | undefined; ; ) {
      const query = page === undefined ? {} : { page };
      const reply = await this.#device.api.listRevisions({ parameters: { nodeId }, query });
      if (!reply.ok && reply.problem.code === 'not_found' && this.#isInTrash(nodeId)) {
        const changes = this.#journal.filter(({ node }) => node.nodeId === nodeId);
        return changes.flatMap(({ node }) => node.contentHash ?? []);
      }
      const answer = valueOf(reply);
      contents.push(...answer.revisions.map(({ contentHash }) => contentHash));
      page = answer.nextPage;
      if (page === undefined) return contents;
    }
  }

  /** Whether the node, or a folder that it was in, was deleted and not purged. */
  #isInTrash(nodeId: NodeId): boolean {
    const visited = new Set<NodeId>();
    for (let current = nodeId; !visited.has(current); ) {
      visited.add(current);
      const last = this.#journal.findLast(({ node }) => node.nodeId === current);
      if (last === undefined || last.type === 'purged') return false;
      if (last.type === 'deleted') return true;
      current = last.node.parentId;
    }
    return false;
  }

  async #read(): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const page = valueOf(await this.#device.api.listChanges({ query: { cursor: this.#cursor } }));
      this.#journal.push(...page.changes);
      this.#cursor = page.cursor;
      hasMore = page.hasMore;
    }
  }
}
