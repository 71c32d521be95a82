import type { EpochMs, NamespaceId, Node, NodeId, Role } from '@syncline/protocol';
import { ContentPlaces } from './content-places.ts';
import { Differences } from './differences.ts';
import { BOOT_TOLERANCE_MS } from './limits.ts';
import { Mounts } from './mounts.ts';
import { NodeTree, samePlace } from './node-tree.ts';
import type { MountedNamespace, Position, SavedTime, StateStore } from './ports.ts';
import { toRemoteNode } from './remote-node.ts';
import { objectKey, type RemoteNode, type RemoteTree, type SyncedNode, type SyncedTree } from './trees.ts';
import { UnansweredChanges } from './unanswered-changes.ts';

/**
 * The remote and the synced tree over the home namespace and all that is mounted in it, with their memory on disk: changes are collected, and
 * saved together by `save`.
 */
export class EngineTrees {
  /** Where these trees and that of the disk differ. */
  readonly differences = new Differences();
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  /** Where contents were agreed on. */
  readonly contents: ContentPlaces;
  /** Where the namespaces hang in both trees. */
  readonly mounts: Mounts;
  readonly unanswered = new UnansweredChanges();
  readonly #homeId: NamespaceId;
  readonly #store: StateStore;
  #position: Position;
  #changedRemote = new Map<NodeId, RemoteNode | undefined>();
  #changedSynced = new Map<NodeId, SyncedNode | undefined>();
  #moved = false;
  #isHeld = false;
  #excluded: ReadonlySet<NodeId> = new Set();
  #rolesAt: EpochMs | undefined;
  #timesForgotten = 0;
  /** What of a former start of the machine was written down last, until `takeDurable`. */
  #formerTime: SavedTime | undefined;
  #suspects: ReadonlySet<NodeId> | undefined;
  readonly #now: (() => SavedTime) | undefined;

  /** `now`: the time, and since when the machine runs; without it nobody can tell later whether it was started anew. */
  constructor(store: StateStore, homeId: NamespaceId, now?: () => SavedTime) {
    this.#store = store;
    this.#homeId = homeId;
    this.#now = now;
    const onTouch = (nodeId: NodeId) => this.differences.touch(nodeId);
    this.remote = new NodeTree<RemoteNode>({ onTouch });
    this.synced = new NodeTree<SyncedNode>({ onTouch, keyOf: (node) => objectKey(node.identity) });
    this.contents = new ContentPlaces(this.synced);
    const state = store.load();
    this.#position = state.position;
    const { saved } = state.position;
    const isNewStart =
      now !== undefined && saved !== undefined && Math.abs(now().bootedAt - saved.bootedAt) >= BOOT_TOLERANCE_MS;
    this.#formerTime = isNewStart ? saved : undefined;
    this.mounts = new Mounts(homeId, () => this.#position.mounted);
    this.remote.fill(state.remote);
    this.synced.fill(state.synced);
    for (const { nodeId, mounted } of this.remote.nodes())
      if (mounted !== undefined) this.mounts.stand(nodeId, mounted);
    for (const { nodeId, mounted } of this.synced.nodes())
      if (mounted !== undefined) this.mounts.agree(nodeId, mounted);
  }

  /** Folders of the service that this device does not have on its disk, because a person said so. */
  get excluded(): ReadonlySet<NodeId> {
    return this.#excluded;
  }

  /** Takes over what a person said; what lies in these folders is judged anew. */
  setExcluded(excluded: ReadonlySet<NodeId>): void {
    const changed = [...excluded].filter((nodeId) => !this.#excluded.has(nodeId));
    for (const nodeId of this.#excluded) if (!excluded.has(nodeId)) changed.push(nodeId);
    this.#excluded = new Set(excluded);
    for (const nodeId of changed) this.#touchBelow(nodeId);
  }

  get position(): Position {
    return this.#position;
  }

  setPosition(position: Position): void {
    this.#position = position;
    this.#moved = true;
  }

  /** An older state of a node never replaces a newer one. */
  setRemote(node: RemoteNode): void {
    const known = this.remote.get(node.nodeId);
    if (known !== undefined && known.rev >= node.rev) return;
    this.#putRemote(node);
    // Into an excluded folder, or out of it, goes all that is in the folder.
    const isMoved = known !== undefined && known.parentId !== node.parentId;
    if (isMoved && node.kind === 'folder' && this.#excluded.size > 0) this.#touchBelow(node.nodeId);
  }

  removeRemote(nodeId: NodeId): void {
    for (const below of [nodeId, ...this.remote.below(nodeId)]) this.#dropRemote(below);
  }

  /** A node of the service where it hangs in the remote tree. */
  hung<T extends Node>(node: T): T {
    const parentId = this.mounts.hang({ namespaceId: node.namespaceId, folderId: node.parentId });
    return parentId === node.parentId ? node : { ...node, parentId };
  }

  /** Whether a hung node is in the namespace by which this id, and the folder that it stands in, are known here. */
  isAtHome({ nodeId, parentId, namespaceId, deletedAt }: Node): boolean {
    if (nodeId === this.mounts.rootId) return false;
    if (this.mounts.isEmpty) return namespaceId === this.#homeId;
    const known = this.remote.get(nodeId);
    const agreed = this.synced.get(nodeId);
    const isNamed = (tree: RemoteTree | SyncedTree, folderId: NodeId | undefined): boolean => {
      const rootId = folderId === undefined ? undefined : this.mounts.rootAbove(tree, folderId);
      // Where the way up breaks off, as below a folder that is not known any more, nothing speaks against it.
      return rootId === undefined || (this.mounts.at(rootId) ?? this.#homeId) === namespaceId;
    };
    const isPlaced = deletedAt !== undefined || isNamed(this.remote, parentId);
    return isPlaced && isNamed(this.remote, known?.parentId) && isNamed(this.synced, agreed?.parentId);
  }

  /** Takes over a node as the service tells it. One that another namespace of this tree has already is left out. */
  takeRemote(node: Node): void {
    const hung = this.hung(node);
    if (this.isAtHome(hung)) this.setRemote(toRemoteNode(hung));
  }

  /** Takes over a snapshot of the home namespace, whatever was known; nothing hangs in its mounts then. */
  replaceHome(nodes: readonly Node[]): void {
    for (const { nodeId } of this.remote.nodes()) this.#dropRemote(nodeId);
    for (const node of nodes) this.takeRemote(node);
  }

  /** Takes over a snapshot of a mounted namespace, and lets it be synced. Precondition: its mount is known. */
  openMounted(namespaceId: NamespaceId, nodes: readonly Node[], state: MountedNamespace): void {
    const mountId = this.mounts.mountOf(namespaceId);
    if (mountId === undefined) return;
    this.#remount(mountId, namespaceId);
    const listed = new Set(nodes.map(({ nodeId }) => nodeId));
    const gone = [...this.remote.below(mountId)].filter((nodeId) => !listed.has(nodeId));
    for (const nodeId of gone) this.#dropRemote(nodeId);
    for (const node of nodes) {
      const hung = this.hung(node);
      if (!this.isAtHome(hung)) continue;
      const taken = toRemoteNode(hung);
      const known = this.remote.get(taken.nodeId);
      // A journal that was set back has older revisions, and they are what stands there.
      if (known === undefined || known.rev !== taken.rev || !samePlace(known, taken)) this.#putRemote(taken);
    }
    this.#setMounted(namespaceId, state);
  }

  /** Nothing is concluded from a namespace, nor changed in it, until its tree was listed anew. */
  closeMounted(namespaceId: NamespaceId): void {
    if (this.#position.mounted.has(namespaceId)) this.#setMounted(namespaceId, undefined);
  }

  /** Whether the tree of a namespace is known and may be read. */
  isOpen(namespaceId: NamespaceId): boolean {
    return namespaceId === this.#homeId || this.#position.mounted.has(namespaceId);
  }

  /** When the account's roles were asked for; undefined when they may be others by now. */
  get rolesAt(): EpochMs | undefined {
    return this.#rolesAt;
  }

  noteRoles(at: EpochMs | undefined): void {
    this.#rolesAt = at;
  }

  setRole(namespaceId: NamespaceId, role: Role): void {
    const known = this.#position.mounted.get(namespaceId);
    if (known !== undefined && known.role !== role) this.#setMounted(namespaceId, { ...known, role });
  }

  /** The newest journal entry of a namespace that the remote tree contains. */
  seqOf(namespaceId: NamespaceId): number {
    return namespaceId === this.#homeId ? this.#position.seq : (this.#position.mounted.get(namespaceId)?.seq ?? 0);
  }

  noteSequence(namespaceId: NamespaceId, seq: number): void {
    if (seq <= this.seqOf(namespaceId)) return;
    const known = this.#position.mounted.get(namespaceId);
    if (namespaceId === this.#homeId) this.setPosition({ ...this.#position, seq });
    else if (known !== undefined) this.#setMounted(namespaceId, { ...known, seq });
  }

  setSynced(node: SyncedNode): void {
    this.unanswered.drop(node.nodeId);
    this.synced.set(node);
    this.mounts.agree(node.nodeId, node.mounted);
    this.contents.note(node);
    this.#changedSynced.set(node.nodeId, node);
  }

  /** Removes one node; what stands below it stays. */
  removeSynced(nodeId: NodeId): void {
    this.unanswered.drop(nodeId);
    this.synced.remove(nodeId);
    this.mounts.agree(nodeId, undefined);
    this.#changedSynced.set(nodeId, undefined);
  }

  /**
   * Nothing counts as agreed on any more, so that both sides merge, which deletes nothing: what the service does not have may have been
   * there before it was set back. Written down by the next `save`, together with the position.
   */
  forgetAgreements(): void {
    for (const { nodeId } of this.synced.nodes()) this.removeSynced(nodeId);
    this.unanswered.dropAll();
    this.releaseSynced();
    this.#timesForgotten += 1;
  }

  /** When the trees were written down last, and when the machine was started since; undefined when it was not, or after `takeDurable`. */
  get beforeStart(): { readonly savedAt: EpochMs; readonly bootedAt: EpochMs } | undefined {
    const present = this.#now?.();
    if (this.#formerTime === undefined || present === undefined) return undefined;
    return { savedAt: this.#formerTime.at, bootedAt: present.bootedAt };
  }

  /** Files that may have been lost with the power and were not seen yet; undefined before the first look. */
  get suspects(): ReadonlySet<NodeId> | undefined {
    return this.#suspects;
  }

  suspect(nodeIds: readonly NodeId[]): void {
    this.#suspects = new Set(nodeIds);
  }

  /** What a loss of power may have taken has been looked for, and what was found is in the trees. */
  takeDurable(): void {
    if (this.#formerTime === undefined) return;
    this.#formerTime = undefined;
    this.#suspects = undefined;
    this.#moved = true;
    this.save();
  }

  get timesForgotten(): number {
    return this.#timesForgotten;
  }

  /** Until `releaseSynced` nothing new is written down about the synced tree: the disk has changed, and not for good. */
  holdSynced(): void {
    this.#isHeld = true;
  }

  releaseSynced(): void {
    this.#isHeld = false;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Writes down all changes since the last call but those that are held, in one transaction. */
  save(): void {
    const synced = this.#isHeld ? new Map<NodeId, SyncedNode | undefined>() : this.#changedSynced;
    if (this.#changedRemote.size === 0 && synced.size === 0 && !this.#moved) return;
    const saved = this.#formerTime ?? this.#now?.();
    this.#store.save({ remote: this.#changedRemote, synced, position: { ...this.#position, saved } });
    this.#changedRemote = new Map();
    if (!this.#isHeld) this.#changedSynced = new Map();
    this.#moved = false;
  }

  #putRemote(node: RemoteNode): void {
    this.remote.set(node);
    this.#changedRemote.set(node.nodeId, node);
    if (node.mounted === undefined) this.mounts.fall(node.nodeId);
    else this.mounts.stand(node.nodeId, node.mounted);
  }

  #dropRemote(nodeId: NodeId): void {
    const mounted = this.remote.get(nodeId)?.mounted;
    if (mounted !== undefined) this.closeMounted(mounted);
    this.remote.remove(nodeId);
    this.mounts.fall(nodeId);
    this.#changedRemote.set(nodeId, undefined);
  }

  #setMounted(namespaceId: NamespaceId, state: MountedNamespace | undefined): void {
    const mounted = new Map(this.#position.mounted);
    if (state === undefined) mounted.delete(namespaceId);
    else mounted.set(namespaceId, state);
    this.setPosition({ ...this.#position, mounted });
  }

  /** Who left a shared folder and came back has another mount of it. What was agreed on in the former one was agreed on in this one. */
  #remount(mountId: NodeId, namespaceId: NamespaceId): void {
    const formerId = this.mounts.formerMountOf(namespaceId);
    const former = formerId === undefined ? undefined : this.synced.get(formerId);
    if (formerId === undefined || former === undefined || this.synced.has(mountId)) return;
    this.removeSynced(formerId);
    this.setSynced({ ...former, nodeId: mountId, rev: 0 });
    const children = [...this.synced.children(formerId)];
    for (const child of children) this.setSynced({ ...child, parentId: mountId });
  }

  #touchBelow(folderId: NodeId): void {
    this.differences.touch(folderId);
    for (const tree of [this.remote, this.synced]) {
      for (const nodeId of tree.below(folderId)) this.differences.touch(nodeId);
    }
  }
}
