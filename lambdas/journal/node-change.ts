import {
  type ChangeType,
  type ChunkingStrategy,
  type ContentHash,
  type EpochMs,
  formatInstant,
  type NamespaceId,
  type NodeId,
} from '@syncline/protocol';
import type { NodeBefore, StoredNode, StoredRevision } from '../namespaces/namespace-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';

/** What one operation does to one node. Everything else that is written (entry, place, trash) follows from it. */
export interface NodeChange {
  readonly type: ChangeType;
  /** The node as it was read; absent when it is made. */
  readonly before?: StoredNode;
  readonly after: StoredNode;
  readonly revision?: StoredRevision;
  /** Where the node stood, for people who look into the trash. Set when it enters the trash. */
  readonly path?: string;
  /** The folder in the trash that the node comes out of alone. */
  readonly outOf?: StoredNode;
}

/** Bytes that are to become the content of a file, and when they were made. */
export interface FileContent {
  readonly size: number;
  readonly contentHash: ContentHash;
  readonly chunking: ChunkingStrategy;
  readonly domain: string;
  readonly manifest?: Uint8Array;
  readonly clock: number;
  readonly executable: boolean;
  readonly clientModifiedAt?: string;
}

/** Who changes something, and when. */
export interface Author {
  readonly namespaceId: NamespaceId;
  readonly caller: DeviceCaller;
  readonly now: EpochMs;
}

export interface NewNode {
  readonly nodeId: NodeId;
  readonly parentId: NodeId;
  readonly name: string;
}

export function createdFolder(author: Author, made: NewNode): NodeChange {
  return { type: 'created', after: { ...newNode(author, made), kind: 'folder', contentRev: 0, size: 0 } };
}

/** The folder stands for the tree of another namespace from now on; what lies in it stays where it lies. */
export function becameMount(author: Author, before: StoredNode, namespaceId: NamespaceId): NodeChange {
  const next = nextNode(author, before);
  return { type: 'mounted', before, after: { ...next, kind: 'mount', mountedNamespaceId: namespaceId } };
}

export function createdMount(author: Author, made: NewNode, namespaceId: NamespaceId): NodeChange {
  const node = newNode(author, made);
  return {
    type: 'mounted',
    after: { ...node, kind: 'mount', contentRev: 0, size: 0, mountedNamespaceId: namespaceId },
  };
}

export function createdFile(author: Author, made: NewNode, content: FileContent): NodeChange {
  const node: StoredNode = { ...newNode(author, made), kind: 'file', contentRev: 1, size: 0 };
  return { type: 'created', after: withContent(author, node, content), revision: revisionOf(author, node, content) };
}

/** The content becomes the next revision; name and parent stay as they are. */
export function modified(author: Author, before: StoredNode, content: FileContent): NodeChange {
  const next = nextNode(author, before);
  const after = withContent(author, { ...next, contentRev: next.rev }, content);
  return { type: 'modified', before, after, revision: revisionOf(author, next, content) };
}

/** The content is kept as a revision that never was the present one; the file's content stays as it is. */
export function keptAsLosing(author: Author, before: StoredNode, content: FileContent): NodeChange {
  const after = { ...nextNode(author, before), modifiedAt: before.modifiedAt };
  return { type: 'modified', before, after, revision: { ...revisionOf(author, after, content), losing: true } };
}

export function moved(author: Author, before: StoredNode, to: Omit<NewNode, 'nodeId'>): NodeChange {
  const next = nextNode(author, before);
  return { type: 'moved', before, after: { ...next, parentId: to.parentId, name: to.name, placeRev: next.rev } };
}

export function deleted(author: Author, before: StoredNode, path: string): NodeChange {
  const deletedAt = formatInstant(author.now);
  return { type: 'deleted', before, after: { ...nextNode(author, before), deletedAt }, path };
}

/** The node goes for good. It stays deleted, so that nothing that looks at its row takes it for live. */
export function purged(author: Author, before: StoredNode): NodeChange {
  return {
    type: 'purged',
    before,
    after: { ...nextNode(author, before), modifiedAt: before.modifiedAt, purgedAt: formatInstant(author.now) },
  };
}

/** The node leaves the trash, to a place of its own, with the content it had or with another. */
export function restored(
  author: Author,
  back: { readonly before: StoredNode; readonly parentId: NodeId; readonly name: string },
  content?: FileContent,
): NodeChange {
  const { deletedAt: _deletedAt, ...before } = nextNode(author, back.before);
  const { freedSince: _since, freedBytes: _freed, freeingLeft: _left, ...next } = before;
  const after: StoredNode = { ...next, parentId: back.parentId, name: back.name, placeRev: next.rev };
  if (content === undefined) return { type: 'restored', before: back.before, after };
  return {
    type: 'restored',
    before: back.before,
    after: withContent(author, { ...after, contentRev: next.rev }, content),
    revision: revisionOf(author, after, content),
  };
}

/** The content that a revision holds, to be used again. */
export function contentOf(revision: StoredRevision, clock: number): FileContent {
  return {
    size: revision.size,
    contentHash: revision.contentHash,
    chunking: revision.chunking,
    domain: revision.domain,
    clock,
    executable: revision.executable === true,
    ...(revision.manifest === undefined ? {} : { manifest: revision.manifest }),
    ...(revision.clientModifiedAt === undefined ? {} : { clientModifiedAt: revision.clientModifiedAt }),
  };
}

/** What a reader of the journal cannot tell from the node after a change; undefined when that is nothing. */
export function wasBefore({ before, after }: NodeChange): NodeBefore | undefined {
  if (before === undefined) return undefined;
  const was = {
    ...(before.parentId === after.parentId ? {} : { parentId: before.parentId }),
    ...(before.name === after.name ? {} : { name: before.name }),
    ...(before.contentRev === after.contentRev ? {} : { contentRev: before.contentRev }),
  };
  return Object.keys(was).length === 0 ? undefined : was;
}

/** What the change adds to the bytes of present contents. What a folder takes along into the trash is taken off in steps of its own, and comes back at once. */
export function logicalBytesAdded({ before, after }: Pick<NodeChange, 'before' | 'after'>): number {
  return logicalBytes(after) - (before === undefined ? 0 : logicalBytes(before));
}

/** What the change adds to the bytes in the trash. */
export function trashBytesAdded({ before, after }: Pick<NodeChange, 'before' | 'after'>): number {
  return trashBytes(after) - (before === undefined ? 0 : trashBytes(before));
}

function logicalBytes({ kind, deletedAt, size, freedBytes = 0 }: StoredNode): number {
  return kind === 'file' && deletedAt === undefined ? size : -freedBytes;
}

function trashBytes({ kind, deletedAt, purgedAt, size, freedBytes = 0 }: StoredNode): number {
  if (deletedAt === undefined || purgedAt !== undefined) return 0;
  return kind === 'file' ? size : freedBytes;
}

function newNode(author: Author, made: NewNode) {
  const modifiedAt = formatInstant(author.now);
  // Named one by one: what is handed in may be a whole operation.
  const { nodeId, parentId, name } = made;
  return { namespaceId: author.namespaceId, nodeId, parentId, name, rev: 1, placeRev: 1, modifiedAt };
}

function nextNode(author: Author, before: StoredNode): StoredNode {
  return { ...before, rev: before.rev + 1, modifiedAt: formatInstant(author.now) };
}

function withContent(author: Author, node: StoredNode, content: FileContent): StoredNode {
  const { executable: _executable, clientModifiedAt: _modifiedAt, ...rest } = node;
  return {
    ...rest,
    size: content.size,
    contentHash: content.contentHash,
    ...(content.executable ? { executable: true } : {}),
    ...(content.clientModifiedAt === undefined ? {} : { clientModifiedAt: content.clientModifiedAt }),
    contentClock: content.clock,
    contentDeviceId: author.caller.device.deviceId,
  };
}

function revisionOf(author: Author, node: StoredNode, content: FileContent): StoredRevision {
  const { executable, ...rest } = content;
  return {
    ...rest,
    ...(executable ? { executable } : {}),
    namespaceId: author.namespaceId,
    nodeId: node.nodeId,
    rev: node.rev,
    accountId: author.caller.accountId,
    deviceId: author.caller.device.deviceId,
    committedAt: formatInstant(author.now),
  };
}
