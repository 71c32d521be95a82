import { createHash } from 'node:crypto';
import {
  type Change,
  type ChangeType,
  type ConflictKind,
  ContentHash,
  conflictedName,
  DeviceId,
  type EpochMs,
  encodeUlid,
  epochMs,
  formatInstant,
  NamespaceId,
  type Node,
  NodeId,
  nameKey,
  type Operation,
  type OperationResult,
  type OpId,
  operationError,
  rootNodeId,
} from '@syncline/protocol';
import type { FormerContent } from '../../client/src/engine/ports.ts';

type Of<T extends Operation['type']> = Extract<Operation, { readonly type: T }>;
interface Conflicted {
  readonly status: 'conflict';
  readonly kind: ConflictKind;
  readonly node: Node | undefined;
}
type Applied =
  | { readonly status: 'committed'; readonly node: Node; readonly copyOf?: { node: Node; kind: ConflictKind } }
  | Conflicted
  | { readonly status: 'error'; readonly code: 'not_found' | 'invalid_request' };

/** Who commits. */
export interface ModelDevice {
  readonly deviceId: DeviceId;
  readonly deviceName: string;
}

export interface ModelOptions {
  readonly namespaceId?: NamespaceId;
  /** The time that stands in names of conflicted copies. */
  readonly now?: () => EpochMs;
  /** Ids of nodes that the service makes. */
  readonly newNodeId?: () => NodeId;
}

/**
 * The service in as few words as possible: what docs/PROTOCOL.md promises about one namespace, with maps for tables and without
 * time, permissions, quota or chunks. It is the oracle that clients are tested against, and small enough to be read whole.
 */
export class ModelService {
  readonly namespaceId: NamespaceId;
  readonly rootId: NodeId;
  readonly journal: Change[] = [];
  readonly contents = new Map<ContentHash, Uint8Array>();
  /** Cursors before this entry are answered with `cursor_reset`. */
  oldestCursor = 0;
  /** How often it was set back. */
  epoch = 1;
  /** Contents that lost a conflict; they are kept as revisions. */
  readonly losing = new Set<ContentHash>();
  readonly #nodes = new Map<NodeId, Node>();
  /** Who wrote the content of a file last, and when by its Lamport clock. */
  readonly #clocks = new Map<NodeId, { readonly clock: number; readonly deviceId: string }>();
  readonly #uploads = new Map<string, ContentHash>();
  readonly #answers = new Map<OpId, OperationResult>();
  readonly #options: ModelOptions;
  #made = 0;

  constructor(options: ModelOptions = {}) {
    this.#options = options;
    this.namespaceId = options.namespaceId ?? NamespaceId.parse(encodeUlid(new Uint8Array(16).fill(7)));
    this.rootId = rootNodeId(this.namespaceId);
  }

  /** Live nodes below a folder, parents first. */
  list(folderId: NodeId = this.rootId): readonly Node[] {
    const children = [...this.#nodes.values()].filter(
      (node) => node.parentId === folderId && node.deletedAt === undefined,
    );
    return children.flatMap((node) => [node, ...this.list(node.nodeId)]);
  }

  get(nodeId: NodeId): Node | undefined {
    return this.#nodes.get(nodeId);
  }

  /** The contents that a file has had, newest first. */
  revisionsOf(nodeId: NodeId): readonly FormerContent[] {
    const contents = this.journal.flatMap(({ node }): readonly FormerContent[] => {
      const { rev, contentRev, size, contentHash } = node;
      return node.nodeId !== nodeId || contentRev !== rev || contentHash === undefined
        ? []
        : [{ rev, size, contentHash }];
    });
    return contents.toReversed();
  }

  isLive(nodeId: NodeId): boolean {
    if (nodeId === this.rootId) return true;
    const node = this.#nodes.get(nodeId);
    return node !== undefined && node.deletedAt === undefined && this.isLive(node.parentId);
  }

  /** As when an operator sets the tables back to where this entry was the last one. */
  setBack(seq: number): void {
    this.journal.length = seq;
    this.epoch += 1;
    this.#nodes.clear();
    for (const { node } of this.journal) this.#nodes.set(node.nodeId, node);
    this.#answers.clear();
  }

  changesAfter(seq: number, limit: number): readonly Change[] {
    return this.journal.slice(seq, seq + limit);
  }

  /** Knows a content that was stored elsewhere, and its upload, if it has one. */
  adopt(uploadId: string | undefined, upload: { readonly contentHash: ContentHash; readonly bytes: Uint8Array }): void {
    this.contents.set(upload.contentHash, upload.bytes);
    if (uploadId !== undefined) this.#uploads.set(uploadId, upload.contentHash);
  }

  upload(bytes: Uint8Array): { readonly uploadId: string; readonly contentHash: ContentHash } {
    const contentHash = nameBytes(bytes);
    this.contents.set(contentHash, bytes.slice());
    const uploadId = this.#newId();
    this.#uploads.set(uploadId, contentHash);
    return { uploadId, contentHash };
  }

  commit(device: ModelDevice, operations: readonly Operation[]): readonly OperationResult[] {
    return operations.map((operation) => {
      const known = this.#answers.get(operation.opId);
      if (known !== undefined) return known;
      const result = this.#answer(device, operation);
      if (result.status === 'committed') this.#answers.set(operation.opId, result);
      return result;
    });
  }

  #answer(device: ModelDevice, operation: Operation): OperationResult {
    const { opId } = operation;
    const applied = this.#apply(device, operation);
    if (applied.status === 'error') return { opId, status: 'error', error: operationError(applied.code, applied.code) };
    if (applied.status === 'conflict') {
      const serverNodeId = applied.node?.nodeId ?? this.rootId;
      const conflict = { kind: applied.kind, serverNodeId, serverRev: applied.node?.rev ?? 0 };
      return { opId, status: 'conflict', conflict, ...(applied.node === undefined ? {} : { node: applied.node }) };
    }
    const { node, copyOf } = applied;
    const conflict =
      copyOf === undefined
        ? {}
        : {
            conflict: {
              kind: copyOf.kind,
              serverNodeId: copyOf.node.nodeId,
              serverRev: copyOf.node.rev,
              conflictName: node.name,
            },
          };
    return { opId, status: 'committed', node, seq: this.journal.length, ...conflict };
  }

  #apply(device: ModelDevice, operation: Operation): Applied {
    switch (operation.type) {
      case 'put':
        return operation.nodeId === undefined ? this.#putNew(device, operation) : this.#putEdit(device, operation);
      case 'mkdir':
        return this.#mkdir(device, operation);
      case 'move':
        return this.#move(device, operation);
      case 'delete':
        return this.#delete(device, operation);
      default:
        return { status: 'error', code: 'invalid_request' };
    }
  }

  #putNew(device: ModelDevice, put: Of<'put'>): Applied {
    const refused = this.#refuseFolder(put.parentId);
    if (refused !== undefined) return refused;
    const occupant = this.#at(put.parentId, put.name);
    if (occupant === undefined) return { status: 'committed', node: this.#makeFile(device, put, put.name) };
    if (occupant.name === put.name && this.#hasContentOf(occupant, put)) return { status: 'committed', node: occupant };
    return this.#settle(device, put, { node: occupant, kind: 'name_taken' });
  }

  #putEdit(device: ModelDevice, put: Of<'put'>): Applied {
    const node = put.nodeId === undefined ? undefined : this.#nodes.get(put.nodeId);
    if (node === undefined) return { status: 'error', code: 'not_found' };
    if (node.deletedAt !== undefined) return this.#putDeleted(device, put, node);
    if (!this.isLive(node.nodeId)) return { status: 'conflict', kind: 'parent_deleted', node };
    const isStale = put.baseRev < node.contentRev;
    const isSame = isStale ? node.contentHash === this.#uploaded(put) : this.#hasContentOf(node, put);
    if (isSame) return { status: 'committed', node };
    if (isStale) {
      return this.#settle(device, { ...put, parentId: node.parentId, name: node.name }, { node, kind: 'edited' });
    }
    const rev = node.rev + 1;
    const after = { ...node, ...this.#contentOf(put), rev, contentRev: rev };
    this.#clocks.set(node.nodeId, { clock: put.clock, deviceId: device.deviceId });
    return { status: 'committed', node: this.#append(device, 'modified', after) };
  }

  #settle(device: ModelDevice, put: Of<'put'>, met: { node: Node; kind: ConflictKind }): Applied {
    const { node } = met;
    const rev = node.rev + 1;
    switch (this.#strategyFor(device, put, node)) {
      case 'fail':
        return { status: 'conflict', ...met };
      case 'keep_mine': {
        const after = { ...node, ...this.#contentOf(put), rev, contentRev: rev };
        this.#clocks.set(node.nodeId, { clock: put.clock, deviceId: device.deviceId });
        return { status: 'committed', node: this.#append(device, 'modified', after), copyOf: met };
      }
      case 'keep_theirs':
        this.losing.add(this.#uploaded(put));
        return { status: 'committed', node: this.#append(device, 'modified', { ...node, rev }), copyOf: met };
      case 'keep_both':
        return this.#keepBoth(device, put, met);
    }
  }

  #strategyFor(device: ModelDevice, { onConflict, clock }: Of<'put'>, node: Node) {
    if (node.kind === 'folder') return onConflict === 'fail' || onConflict === 'keep_theirs' ? 'fail' : 'keep_both';
    if (onConflict !== 'last_write_wins') return onConflict;
    const known = this.#clocks.get(node.nodeId) ?? { clock: 0, deviceId: '' };
    const isMine = clock === known.clock ? device.deviceId > known.deviceId : clock > known.clock;
    return isMine ? 'keep_mine' : 'keep_theirs';
  }

  /** An edit beats a delete that has not seen it: the file comes back where the device has it. */
  #putDeleted(device: ModelDevice, put: Of<'put'>, node: Node): Applied {
    const met = { node, kind: 'deleted' } as const;
    if (put.onConflict === 'fail') return { status: 'conflict', ...met };
    const rev = node.rev + 1;
    if (put.onConflict === 'keep_theirs') {
      this.losing.add(this.#uploaded(put));
      return { status: 'committed', node: this.#append(device, 'modified', { ...node, rev }), copyOf: met };
    }
    const refused = this.#refuseFolder(put.parentId);
    if (refused !== undefined) return refused;
    const { deletedAt: _deletedAt, ...before } = node;
    const { parentId } = put;
    const name = this.#at(parentId, put.name) === undefined ? put.name : this.#freeCopyName(device, put);
    const after = { ...before, ...this.#contentOf(put), parentId, name, rev, contentRev: rev, placeRev: rev };
    this.#clocks.set(node.nodeId, { clock: put.clock, deviceId: device.deviceId });
    return { status: 'committed', node: this.#append(device, 'restored', after), copyOf: met };
  }

  #keepBoth(device: ModelDevice, put: Of<'put'>, met: { node: Node; kind: ConflictKind }): Applied {
    const place = { parentId: met.node.parentId, name: put.name };
    const node = this.#makeFile(device, { ...put, ...place }, this.#freeCopyName(device, place));
    return { status: 'committed', node, copyOf: met };
  }

  #freeCopyName(device: ModelDevice, place: { readonly parentId: NodeId; readonly name: string }): string {
    const at = new Date(this.#options.now?.() ?? 0);
    for (let attempt = 1; ; attempt++) {
      const name = conflictedName({ name: place.name, deviceName: device.deviceName, at, attempt });
      if (this.#at(place.parentId, name) === undefined) return name;
    }
  }

  #mkdir(device: ModelDevice, mkdir: Of<'mkdir'>): Applied {
    const refused = this.#refuseFolder(mkdir.parentId);
    if (refused !== undefined) return refused;
    const occupant = this.#at(mkdir.parentId, mkdir.name);
    if (occupant?.kind === 'folder') return { status: 'committed', node: occupant };
    if (occupant !== undefined) return { status: 'conflict', kind: 'name_taken', node: occupant };
    const node = this.#newNode({ ...mkdir, kind: 'folder' });
    return { status: 'committed', node: this.#append(device, 'created', node) };
  }

  #move(device: ModelDevice, move: Of<'move'>): Applied {
    const node = this.#nodes.get(move.nodeId);
    if (node === undefined) return { status: 'error', code: 'not_found' };
    if (!this.isLive(node.nodeId)) return { status: 'conflict', kind: 'deleted', node };
    if (node.parentId === move.parentId && node.name === move.name) return { status: 'committed', node };
    if (move.baseRev < node.placeRev) return { status: 'conflict', kind: 'moved', node };
    const refused = this.#refuseFolder(move.parentId);
    if (refused !== undefined) return refused;
    for (let above = move.parentId; above !== this.rootId; above = this.#nodes.get(above)?.parentId ?? this.rootId) {
      if (above === node.nodeId) return { status: 'error', code: 'invalid_request' };
    }
    const occupant = this.#at(move.parentId, move.name);
    if (occupant !== undefined && occupant.nodeId !== node.nodeId) {
      return { status: 'conflict', kind: 'name_taken', node: occupant };
    }
    const rev = node.rev + 1;
    const after = { ...node, parentId: move.parentId, name: move.name, rev, placeRev: rev };
    return { status: 'committed', node: this.#append(device, 'moved', after) };
  }

  #delete(device: ModelDevice, doomed: Of<'delete'>): Applied {
    const node = this.#nodes.get(doomed.nodeId);
    if (node === undefined) return { status: 'error', code: 'not_found' };
    if (node.deletedAt !== undefined) return { status: 'committed', node };
    if (!this.isLive(node.nodeId)) return { status: 'conflict', kind: 'parent_deleted', node };
    if (doomed.baseRev !== node.rev) return { status: 'conflict', kind: 'edited', node };
    const below = new Set(this.list(node.nodeId).map((one) => one.nodeId));
    // What a device did itself it has seen.
    const unseen = this.journal
      .slice(doomed.baseSeq ?? this.journal.length)
      .some((one) => below.has(one.node.nodeId) && one.deviceId !== device.deviceId);
    if (unseen) return { status: 'conflict', kind: 'unseen_changes', node };
    const after = { ...node, rev: node.rev + 1, deletedAt: this.#now() };
    return { status: 'committed', node: this.#append(device, 'deleted', after) };
  }

  #refuseFolder(folderId: NodeId): Applied | undefined {
    const node = this.#nodes.get(folderId);
    if (folderId === this.rootId || (node?.kind === 'folder' && this.isLive(folderId))) return undefined;
    if (node?.kind !== 'folder') return { status: 'error', code: 'not_found' };
    return { status: 'conflict', kind: 'parent_deleted', node };
  }

  #at(parentId: NodeId, name: string): Node | undefined {
    const key = nameKey(name);
    return [...this.#nodes.values()].find(
      (node) => node.parentId === parentId && node.deletedAt === undefined && nameKey(node.name) === key,
    );
  }

  #makeFile(device: ModelDevice, put: Of<'put'>, name: string): Node {
    const node = { ...this.#newNode({ ...put, name, kind: 'file' }), ...this.#contentOf(put), contentRev: 1 };
    this.#clocks.set(node.nodeId, { clock: put.clock, deviceId: device.deviceId });
    return this.#append(device, 'created', node);
  }

  #newNode(made: Pick<Node, 'parentId' | 'name' | 'kind'> & { readonly newNodeId?: NodeId | undefined }): Node {
    const nodeId = made.newNodeId ?? this.#options.newNodeId?.() ?? NodeId.parse(this.#newId());
    const { parentId, name, kind } = made;
    const revs = { rev: 1, contentRev: 0, placeRev: 1 };
    return { namespaceId: this.namespaceId, nodeId, parentId, name, kind, ...revs, size: 0, modifiedAt: this.#now() };
  }

  #contentOf(put: Of<'put'>) {
    const contentHash = this.#uploaded(put);
    const { executable = false, clientModifiedAt } = put;
    const size = this.contents.get(contentHash)?.length ?? 0;
    return { contentHash, size, executable, ...(clientModifiedAt === undefined ? {} : { clientModifiedAt }) };
  }

  #hasContentOf(node: Node, put: Of<'put'>): boolean {
    return node.contentHash === this.#uploaded(put) && (node.executable ?? false) === (put.executable ?? false);
  }

  #uploaded(put: Of<'put'>): ContentHash {
    const contentHash = put.content?.contentHash ?? this.#uploads.get(put.uploadId ?? '');
    if (contentHash === undefined) throw new Error('the model was given an upload that it does not know');
    return contentHash;
  }

  #append(device: ModelDevice, type: ChangeType, node: Node): Node {
    const changedAt = this.#now();
    const after = { ...node, modifiedAt: changedAt };
    this.#nodes.set(after.nodeId, after);
    const { namespaceId } = this;
    this.journal.push({
      namespaceId,
      seq: this.journal.length + 1,
      type,
      node: after,
      deviceId: device.deviceId,
      changedAt,
    });
    return after;
  }

  #now(): string {
    return formatInstant(epochMs(this.journal.length * 1000));
  }

  #newId(): string {
    this.#made += 1;
    const bytes = new Uint8Array(16).fill(200);
    new DataView(bytes.buffer).setUint32(12, this.#made);
    return encodeUlid(bytes);
  }
}

/** The model has no chunks: a content is named by its bytes. */
export function nameBytes(bytes: Uint8Array): ContentHash {
  return ContentHash.parse(createHash('sha256').update(bytes).digest('hex'));
}

export function modelDevice(number: number): ModelDevice {
  const bytes = new Uint8Array(16).fill(3);
  bytes[15] = number;
  return { deviceId: DeviceId.parse(encodeUlid(bytes)), deviceName: `device ${number}` };
}
