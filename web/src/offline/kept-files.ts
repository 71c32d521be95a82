import { type ApiClient, UnavailableError } from '@syncline/client';
import type { ContentResponse, NamespaceId, Node, NodeId } from '@syncline/protocol';
import { type WatchedValue, watchedValue } from '../session/watched-value.ts';
import type { KeptChunks } from './kept-chunks.ts';
import { type KeptManifest, type KeptStore, type Mark, manifestId } from './kept-store.ts';
import { type KeptPlace, type KeptStep, type KeptTree, keepListing, keepNodes, placeInside } from './kept-tree.ts';
import {
  KEEP_PAUSE_MS,
  KEEP_RETRY_MS,
  KEPT_BYTES_MAX,
  KEPT_FILE_BYTES_MAX,
  KEPT_NODES_MAX,
  MARKS_MAX,
} from './limits.ts';

export interface KeptState {
  readonly marks: readonly Mark[];
  /** Files that are wanted, and those of them that are here whole. */
  readonly files: number;
  readonly keptFiles: number;
  readonly keptBytes: number;
  /** Files that were left out: too large, or there is no room. */
  readonly leftOut: number;
  readonly isBusy: boolean;
}

export interface KeptFilesDependencies {
  readonly api: Pick<ApiClient, 'listChildren' | 'listTree' | 'getContent' | 'getNode'>;
  readonly store: KeptStore;
  readonly chunks: KeptChunks;
  /** Fetches a chunk, verified; undefined when its address is refused. @throws UnavailableError */
  readonly fetch: (chunk: ContentResponse['chunks'][number]) => Promise<Uint8Array | undefined>;
  /** Runs alone among all tabs. */
  readonly alone: (task: () => Promise<void>) => Promise<void>;
  readonly isOnline: () => boolean;
  /** Tells other tabs that something is kept, or not any more. */
  readonly announce: () => void;
}

/** Files after which a page hears how far it is. */
const FILES_TOLD = 10;
const NOTHING: KeptState = { marks: [], files: 0, keptFiles: 0, keptBytes: 0, leftOut: 0, isBusy: false };

/** What is available offline: which nodes, kept right by the journal, and the bytes of their present contents. */
export class KeptFiles {
  readonly state: WatchedValue<KeptState> = watchedValue(NOTHING);
  readonly #dependencies: KeptFilesDependencies;
  #tree: KeptTree = { marks: new Set(), nodes: new Map() };
  readonly #marks = new Map<NodeId, Mark>();
  readonly #manifests = new Map<string, KeptManifest>();
  #seqs = new Map<NamespaceId, number>();
  #toList: readonly KeptPlace[] = [];
  #leftOut = 0;
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(dependencies: KeptFilesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes up what is kept, as at the start, or after another tab has changed it. */
  async load(): Promise<void> {
    const { marks, nodes, manifests, seqs } = await this.#dependencies.store.read();
    this.#seqs = new Map(seqs);
    this.#marks.clear();
    for (const mark of marks) this.#marks.set(mark.node.nodeId, mark);
    this.#manifests.clear();
    for (const manifest of manifests) this.#manifests.set(manifest.id, manifest);
    this.#tree = { marks: new Set(this.#marks.keys()), nodes: new Map(nodes.map((node) => [node.nodeId, node])) };
    this.#tell();
  }

  /** False when there are too many marks already. */
  async mark(node: Node, trail: readonly Node[]): Promise<boolean> {
    if (this.#marks.size >= MARKS_MAX) return false;
    const mark: Mark = { id: node.nodeId, node, trail };
    await this.#dependencies.store.putMarks([mark]);
    this.#marks.set(node.nodeId, mark);
    await this.#step(keepNodes({ ...this.#tree, marks: new Set(this.#marks.keys()) }, [node]));
    this.#dependencies.announce();
    this.#soon(0);
    return true;
  }

  async unmark(nodeId: NodeId): Promise<void> {
    await this.#dependencies.store.removeMark(nodeId);
    this.#marks.delete(nodeId);
    await this.#step(keepNodes({ ...this.#tree, marks: new Set(this.#marks.keys()) }, []));
    this.#dependencies.announce();
    this.#soon(0);
  }

  /** What the journal, or an answer, has told. */
  async see(
    nodes: readonly Node[],
    entries: readonly { readonly namespaceId: NamespaceId; readonly seq: number }[] = [],
  ): Promise<void> {
    if (this.#marks.size === 0) return;
    for (const { namespaceId, seq } of entries) this.#seqs.set(namespaceId, seq);
    if (entries.length > 0) await this.#dependencies.store.putSeqs(this.#seqs);
    const before = this.#tree.nodes;
    await this.#step(keepNodes(this.#tree, nodes));
    if (this.#tree.nodes !== before) this.#soon(KEEP_PAUSE_MS);
  }

  /** Reads all that is marked anew: what has happened meanwhile is not known one by one. */
  refresh(): void {
    this.#toList = [...this.#tree.nodes.values()].filter(({ kind }) => kind !== 'file').map(placeInside);
    void this.#readMarks().catch((failure: unknown) => this.#lost(failure));
  }

  isKept(nodeId: NodeId): boolean {
    return this.#tree.nodes.has(nodeId);
  }

  isMarked(nodeId: NodeId): boolean {
    return this.#marks.has(nodeId);
  }

  /** The last entry of a journal that was applied to what is kept. */
  lastSeq(namespaceId: NamespaceId): number | undefined {
    return this.#seqs.get(namespaceId);
  }

  /** Whether all of a file's present content is here. */
  hasContent(node: Pick<Node, 'nodeId' | 'contentRev' | 'size'>): boolean {
    return this.#manifests.has(manifestId(node, node.contentRev));
  }

  /** What is known to stand in a folder; `isWhole`: nothing else does. Undefined where nothing is known of it. */
  listing({
    namespaceId,
    folderId,
  }: KeptPlace): { readonly nodes: readonly Node[]; readonly isWhole: boolean } | undefined {
    const known = this.#known();
    const nodes = [...known.values()].filter(
      (node) => node.parentId === folderId && node.namespaceId === namespaceId && node.nodeId !== folderId,
    );
    const folder = [...known.values()].find((node) => node.kind !== 'file' && placeInside(node).folderId === folderId);
    const isWhole = folder !== undefined && this.#tree.nodes.has(folder.nodeId);
    return nodes.length === 0 && folder === undefined ? undefined : { nodes, isWhole };
  }

  /** A node that is kept, or by which one comes to what is. */
  node(nodeId: NodeId): Node | undefined {
    return this.#known().get(nodeId);
  }

  /** The mount that leads into a namespace. */
  mountOf(namespaceId: NamespaceId): Node | undefined {
    return [...this.#known().values()].find((node) => node.mountedNamespaceId === namespaceId);
  }

  manifest(nodeId: NodeId, rev: number): KeptManifest | undefined {
    return this.#manifests.get(manifestId({ nodeId }, rev));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #known(): ReadonlyMap<NodeId, Node> {
    const known = new Map<NodeId, Node>();
    for (const { trail, node } of this.#marks.values())
      for (const each of [...trail, node]) known.set(each.nodeId, each);
    for (const [nodeId, node] of this.#tree.nodes) known.set(nodeId, node);
    return known;
  }

  async #step({ tree, toList }: KeptStep): Promise<void> {
    const before = this.#tree.nodes;
    this.#tree = tree;
    this.#toList = [...this.#toList, ...toList];
    const put = [...tree.nodes.values()].filter((node) => before.get(node.nodeId) !== node);
    const removed = [...before.keys()].filter((nodeId) => !tree.nodes.has(nodeId));
    if (put.length > 0 || removed.length > 0) await this.#dependencies.store.putNodes(put, removed);
    this.#tell();
  }

  #soon(pauseMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#dependencies.alone(() => this.#keep()).catch((failure: unknown) => this.#lost(failure));
    }, pauseMs);
  }

  /** What could not be had for want of a network is had later. */
  #lost(failure: unknown): void {
    this.#isBusy = false;
    this.#tell();
    if (!(failure instanceof UnavailableError)) throw failure;
    this.#soon(KEEP_RETRY_MS);
  }

  /** Marks that are gone, or are not shared with the account any more, are dropped with all that was kept by them. */
  async #readMarks(): Promise<void> {
    await this.#readSeqs();
    for (const { node } of this.state.get().marks) {
      const { nodeId, namespaceId } = node;
      const answer = await this.#dependencies.api.getNode({ parameters: { nodeId }, query: { namespaceId } });
      const isGone = answer.ok ? answer.value.node.deletedAt !== undefined : isForGood(answer.problem.code);
      if (isGone) await this.unmark(nodeId);
      else if (answer.ok) await this.#step(keepNodes(this.#tree, [answer.value.node]));
    }
    this.#soon(0);
  }

  /** Before the listings: what comes later is told by itself, or was not seen. */
  async #readSeqs(): Promise<void> {
    const folders = [...this.#tree.nodes.values()].filter(({ kind }) => kind !== 'file');
    for (const namespaceId of new Set(folders.map((folder) => placeInside(folder).namespaceId))) {
      const answer = await this.#dependencies.api.listTree({ query: { namespaceId, limit: '1' } });
      if (answer.ok) this.#seqs.set(namespaceId, answer.value.seq);
    }
    await this.#dependencies.store.putSeqs(this.#seqs);
  }

  async #keep(): Promise<void> {
    if (!this.#dependencies.isOnline()) return;
    this.#isBusy = true;
    this.#tell();
    await this.#listAll();
    await this.#dropOld();
    await this.#fetchAll();
    this.#dependencies.announce();
    this.#isBusy = false;
    this.#tell();
  }

  async #listAll(): Promise<void> {
    for (let place = this.#toList[0]; place !== undefined; place = this.#toList[0]) {
      const listed = await this.#list(place);
      this.#toList = this.#toList.slice(1);
      await this.#step(keepListing(this.#tree, place, listed));
      if (this.#tree.nodes.size > KEPT_NODES_MAX) this.#toList = [];
    }
  }

  /** What may not be read any more holds nothing. */
  async #list({ namespaceId, folderId }: KeptPlace): Promise<readonly Node[]> {
    const nodes: Node[] = [];
    let page: string | undefined;
    do {
      const answer = await this.#dependencies.api.listChildren({
        parameters: { nodeId: folderId },
        query: { namespaceId, page },
      });
      if (!answer.ok && isForGood(answer.problem.code)) return [];
      if (!answer.ok) throw new UnavailableError(answer.problem.detail);
      nodes.push(...answer.value.nodes);
      page = answer.value.nextPage;
    } while (page !== undefined && nodes.length <= KEPT_NODES_MAX);
    return nodes;
  }

  async #dropOld(): Promise<void> {
    const wanted = new Set([...this.#tree.nodes.values()].map((node) => manifestId(node, node.contentRev)));
    const old = [...this.#manifests.keys()].filter((id) => !wanted.has(id));
    if (old.length === 0) return;
    await this.#dependencies.store.removeManifests(old);
    for (const id of old) this.#manifests.delete(id);
    await this.#dependencies.chunks.retain([...this.#manifests.values()].flatMap(({ chunks }) => chunks));
    this.#tell();
  }

  async #fetchAll(): Promise<void> {
    const missing = [...this.#tree.nodes.values()].filter((node) => node.kind === 'file' && !this.hasContent(node));
    this.#leftOut = 0;
    for (const [index, node] of missing.toSorted((a, b) => a.size - b.size).entries()) {
      if (this.#isClosed) return;
      const isRoom = node.size <= KEPT_FILE_BYTES_MAX && this.#bytes() + node.size <= KEPT_BYTES_MAX;
      if (!isRoom || !(await this.#fetchOne(node))) this.#leftOut += 1;
      if (index % FILES_TOLD === 0) this.#tell();
    }
  }

  /** False when it cannot be kept: there is no room on the disk, or it may not be read. */
  async #fetchOne(node: Node): Promise<boolean> {
    const { api, chunks, store } = this.#dependencies;
    const { nodeId, namespaceId, contentRev, size } = node;
    const refs: KeptManifest['chunks'][number][] = [];
    let page: string | undefined;
    let content: ContentResponse;
    do {
      const query = { namespaceId, rev: String(contentRev), page };
      const answer = await api.getContent({ parameters: { nodeId }, query });
      if (!answer.ok) return false;
      content = answer.value;
      for (const chunk of content.chunks) {
        refs.push({ hash: chunk.hash, size: chunk.size });
        if (await chunks.has(chunk)) continue;
        const bytes = await this.#dependencies.fetch(chunk);
        if (bytes === undefined) return false;
        const isKept = await chunks.put(chunk, bytes).then(
          () => true,
          // The disk is full, or the browser allows no more.
          () => false,
        );
        if (!isKept) return false;
      }
      page = content.nextPage;
    } while (page !== undefined);
    const { contentHash, chunking } = content;
    const manifest = { id: manifestId(node, contentRev), nodeId, size, contentHash, chunking, chunks: refs };
    await store.putManifest(manifest);
    this.#manifests.set(manifest.id, manifest);
    return true;
  }

  #bytes(): number {
    let bytes = 0;
    for (const { size } of this.#manifests.values()) bytes += size;
    return bytes;
  }

  #tell(): void {
    const files = [...this.#tree.nodes.values()].filter(({ kind }) => kind === 'file');
    this.state.set({
      marks: [...this.#marks.values()],
      files: files.length,
      keptFiles: files.filter((file) => this.hasContent(file)).length,
      keptBytes: this.#bytes(),
      leftOut: this.#leftOut,
      isBusy: this.#isBusy,
    });
  }
}

function isForGood(code: string): boolean {
  return code === 'not_found' || code === 'forbidden';
}
