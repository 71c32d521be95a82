import type { ChunkHash, ContentHash, NamespaceId, NodeId } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';

/** The number of the first pass that is ever begun over a node. What is kept of a node was kept by a pass. */
export const FIRST_PASS = 1;

/**
 * Which nodes need which stored chunks. A reference says that a chunk is in a content that its node retains, or was: a node may have
 * references too many for a while, and never one too few once its journal entry was projected.
 *
 * Maintained invariant: the contents of a node that are `referenced` have a reference for each of their chunks.
 * Source: docs/decisions/0125-references-by-passes.md
 */
export interface ReferenceStore {
  /**
   * Begins a pass over a node, and answers its number: higher than that of every pass that was begun before, and FIRST_PASS only when
   * none was. Cost: 1 write.
   */
  beginPass(node: NodeName): Promise<number>;

  /** Whether no other pass over the node has begun since. Strongly consistent. Cost: 1 read. */
  isLastPass(pass: NodePass): Promise<boolean>;

  /** The contents that were given references, or are just being. Strongly consistent. Cost: 1 query. */
  listContents(node: NodeName): Promise<readonly ReferencedContent[]>;

  /** Notes that references of a content are being added, before the first one is. False when a later pass is at it. Cost: 1 write. */
  beginAdding(pass: NodePass, content: ContentKey): Promise<boolean>;

  /**
   * Makes the content `referenced`. False when another pass over the node has begun: it may be dropping what was just added, for it has
   * not seen this content. Atomic. Precondition: all of its references are added. Cost: 1 transaction of 2 writes.
   */
  endAdding(pass: NodePass, content: ContentKey): Promise<boolean>;

  /**
   * Notes that references of a content are being dropped, before the first one is. False when another pass over the node has begun.
   * Atomic: no pass that begins later finds the content `referenced`. Cost: 1 transaction of 2 writes.
   */
  beginDropping(pass: NodePass, content: ContentKey): Promise<boolean>;

  /** Forgets a content. False when a later pass is at it. Precondition: its references are dropped. Cost: 1 write. */
  endDropping(pass: NodePass, content: ContentKey): Promise<boolean>;

  /** Adds references; those of later passes stay as they are. Idempotent. Cost: 1 write a chunk. */
  add(pass: NodePass, chunks: DomainChunks): Promise<void>;

  /** Removes references but those that a later pass has added. Idempotent. Cost: 1 write a chunk. */
  drop(pass: NodePass, chunks: DomainChunks): Promise<void>;

  /** Whether any node has a reference to a chunk. Strongly consistent. Cost: 1 query of 1 item. */
  isReferenced(domain: string, hash: ChunkHash): Promise<boolean>;

  /** How far the journal of a namespace is projected; undefined when it is not at all. Strongly consistent. Cost: 1 read. */
  getPosition(namespaceId: NamespaceId): Promise<JournalPosition | undefined>;

  /** Moves a position on; it never goes back within an epoch, nor to an earlier epoch. Cost: 1 write. */
  advance(namespaceId: NamespaceId, to: JournalPosition): Promise<void>;

  /**
   * Puts a position there, be it back. Precondition: everything that was retained when the journal had come that far, and still is, has
   * its references. Cost: 1 write.
   */
  setPosition(namespaceId: NamespaceId, to: JournalPosition): Promise<void>;
}

/** A node by where its rows lie. */
export interface NodeName {
  /** Its ground (namespaces/namespace-store.ts): a node that was shared keeps its references. */
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
}

/** One look at what a node retains. */
export interface NodePass extends NodeName {
  readonly pass: number;
}

/** A content by its name. `manifest` is the packed manifest, unless it is long: then it is an object named by contentHash. */
export interface ContentKey {
  readonly domain: string;
  readonly contentHash: ContentHash;
  readonly manifest?: Uint8Array;
}

export interface ReferencedContent extends ContentKey {
  readonly state: 'adding' | 'referenced' | 'dropping';
}

export interface DomainChunks {
  readonly domain: string;
  readonly hashes: readonly ChunkHash[];
}

export function contentKeyText({ domain, contentHash }: ContentKey): string {
  return `${domain}#${contentHash}`;
}
