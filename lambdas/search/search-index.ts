import {
  assert,
  type ContentHash,
  type FileType,
  type NamespaceId,
  type NodeId,
  type NodeKind,
} from '@syncline/protocol';
import { EPOCH_MAX } from '../namespaces/limits.ts';

/** Files and folders by their words. A projection of the tables: it may be behind, and can be made anew from them. */
export interface SearchIndex {
  /**
   * Writes each change unless one of a higher version was written for the same node. Idempotent; changes may come twice, in any order and at once.
   * At most DOCUMENTS_AT_ONCE. @throws UnavailableError when the index did not take one of them; the others may be written.
   */
  apply(changes: readonly IndexChange[]): Promise<void>;
  /** Which texts stand in the index with these nodes, by node, also those that say why there is none. Cost: one request. */
  describeTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, TextDescription>>;
  /** The texts themselves, by node. Precondition: they are no more than fit into memory (describeTexts). Cost: one request. */
  getTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, IndexedText>>;
  /** The text of a content that stands with some node of a namespace. Sees what was applied a second before. Cost: one request. */
  findText(content: {
    readonly namespaceId: NamespaceId;
    readonly contentHash: ContentHash;
  }): Promise<IndexedText | undefined>;
  /**
   * Nodes of a namespace that are indexed, or those below a folder, by id, after `after`, with their versions. Sees all that was applied.
   * Cost: two requests.
   */
  listBelow(page: {
    readonly namespaceId: NamespaceId;
    readonly folderId?: NodeId;
    readonly after?: NodeId;
    readonly limit: number;
  }): Promise<readonly { readonly nodeId: NodeId; readonly version: number }[]>;
  /**
   * Files that have a content, but neither its text nor a reason why there is none, of all namespaces, one namespace after the other, after `after`: so
   * whoever reads them needs a process of its own for each namespace and not for each file. Sees all that was applied before the first page. Cost: a
   * request, and one more for the first page.
   */
  listUnread(page: { readonly after?: IndexedNode; readonly limit: number }): Promise<readonly IndexedNode[]>;
  /** Sees what was applied a second before. Cost: one request. */
  find(query: IndexQuery): Promise<IndexAnswer>;
}

export interface IndexedNode {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
}

/** `version` grows with the journal of the namespace (indexVersion). */
export type IndexChange =
  | { readonly kind: 'put'; readonly version: number; readonly document: SearchDocument }
  | ({ readonly kind: 'remove'; readonly version: number } & IndexedNode);

/** What the index has of a node. */
export interface SearchDocument extends IndexedNode {
  readonly parentId: NodeId;
  /** All folders above it, the nearest first, without the root. */
  readonly aboveIds: readonly NodeId[];
  readonly kind: NodeKind;
  readonly name: string;
  /** Names from below the root down to the node's own, with `/` before each. */
  readonly path: string;
  readonly type: FileType;
  /** In lower case, without the dot. */
  readonly extension?: string;
  readonly size: number;
  /** Of the file itself where a device told, or else of its last commit. */
  readonly modifiedAt: string;
  /** The node, or a folder above it, is in the trash. */
  readonly isTrashed: boolean;
  readonly contentHash?: ContentHash;
  readonly text?: IndexedText;
}

/** What was read out of a content, or why there is no text: an UnreadReason (extraction/read-outcome.ts). */
export interface IndexedText {
  readonly contentHash: ContentHash;
  readonly text?: string;
  readonly unread?: string;
}

/** `bytes` in UTF-8; 0 when there is no text, but a reason. */
export interface TextDescription {
  readonly contentHash: ContentHash;
  readonly bytes: number;
}

/** A query whose words are taken apart (parse-query.ts). Each list is a set of conditions that all hold. */
export interface IndexQuery {
  /** Whose tree is searched; never empty. Nothing outside is found or counted. */
  readonly namespaceIds: readonly NamespaceId[];
  readonly terms: readonly QueryTerm[];
  readonly excluded: readonly QueryTerm[];
  readonly filter: QueryFilter;
  readonly sort: SearchSort;
  readonly limit: number;
  /** Of the last hit of the page before. */
  readonly after?: readonly (string | number)[];
}

/** `prefix`: the person may not have typed it to its end. */
export interface QueryTerm {
  readonly kind: 'word' | 'prefix' | 'phrase';
  readonly text: string;
}

export interface QueryFilter {
  readonly type?: FileType;
  readonly extension?: string;
  readonly folderId?: NodeId;
  readonly modifiedFrom?: string;
  readonly modifiedTo?: string;
  readonly sizeMin?: number;
  readonly sizeMax?: number;
  readonly isTrashed: boolean;
}

export type SearchSort = 'relevance' | 'name' | 'modified' | 'size';

export interface IndexAnswer {
  readonly hits: readonly IndexHit[];
  readonly total: number;
  readonly facets: { readonly types: readonly FacetValue[]; readonly extensions: readonly FacetValue[] };
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface IndexHit extends IndexedNode {
  readonly path: string;
  /** Passages of the text, in parts of which some are what was looked for. */
  readonly passages: readonly (readonly PassagePart[])[];
  readonly place: readonly (string | number)[];
}

export interface PassagePart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Sequences of one epoch; 2^43 commits to one namespace are 278,000 years of one a second. */
const EPOCH_SEQUENCES = 2 ** 43;

assert(Number.isSafeInteger((EPOCH_MAX + 1) * EPOCH_SEQUENCES - 1), 'every epoch has versions of its own');

/** The version of what was read after the head of a journal had been seen at this position. */
export function indexVersion({ epoch, seq }: { readonly epoch: number; readonly seq: number }): number {
  return epoch * EPOCH_SEQUENCES + seq;
}
