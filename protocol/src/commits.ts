import * as z from 'zod/mini';
import { Cursor } from './changes.ts';
import { OperationError } from './errors.ts';
import { ContentHash, NamespaceId, NodeId, OpId, UploadId } from './ids.ts';
import { COMMIT_OPERATIONS_MAX, MANIFEST_INLINE_CHUNKS_MAX } from './limits.ts';
import { ChunkingStrategy, ChunkRef } from './manifest.ts';
import { NodeName } from './names.ts';
import { BaseRevision, FileBytes, Instant, Node, RevisionNumber, Sequence } from './nodes.ts';

/**
 * What happens to a change whose base is stale. Stated once, in docs/SYNC.md, "Conflicts":
 * - `keep_both` the server's file stays, this change becomes a conflicted copy beside it;
 * - `keep_theirs` the server's file stays, this change is kept as a losing revision;
 * - `keep_mine` this change becomes the next revision over theirs;
 * - `last_write_wins` the larger Lamport clock wins, ties by device id, the loser stays a revision;
 * - `fail` nothing is written.
 */
export const ConflictStrategy = z.enum(['keep_both', 'keep_theirs', 'keep_mine', 'last_write_wins', 'fail']);
export type ConflictStrategy = z.infer<typeof ConflictStrategy>;

const operation = { opId: OpId, namespaceId: NamespaceId };
const place = { parentId: NodeId, name: NodeName };

/**
 * A content that needs no upload session: each of its chunks is held by the account, as those of a confirmed pack are. Sum of the chunk
 * sizes = size; contentHash = SHA-256 of the packed manifest.
 */
export const ToldContent = z.strictObject({
  size: FileBytes,
  contentHash: ContentHash,
  chunking: ChunkingStrategy,
  chunks: z.array(ChunkRef).check(z.maxLength(MANIFEST_INLINE_CHUNKS_MAX)),
});
export type ToldContent = z.infer<typeof ToldContent>;

/** How a put names a content that is stored. */
export type StoredContent = { readonly uploadId: UploadId } | { readonly content: ToldContent };

/**
 * Makes a stored content that of a file: an upload's (`uploadId`), or one that is told here (`content`); one of the two. Without `nodeId` a
 * new file at (parentId, name), baseRev 0. With it the next revision of that file wherever it stands now; if it was deleted meanwhile, it
 * comes back at (parentId, name).
 *
 * `newNodeId` (put of a new file, mkdir, copy) lets the client choose the id of the node that is made, at random, so that later
 * operations of the same request can stand inside it. It is not used where a node that exists already is the answer.
 */
export const PutOperation = z.strictObject({
  ...operation,
  ...place,
  type: z.literal('put'),
  nodeId: z.optional(NodeId),
  newNodeId: z.optional(NodeId),
  baseRev: BaseRevision,
  uploadId: z.optional(UploadId),
  content: z.optional(ToldContent),
  executable: z.optional(z.boolean()),
  clientModifiedAt: z.optional(Instant),
  /** The device's Lamport clock: max(local, seen) + 1. */
  clock: z.int().check(z.minimum(0)),
  onConflict: z._default(ConflictStrategy, 'keep_both'),
});
export type PutOperation = z.infer<typeof PutOperation>;

/** Makes a folder. One that stands there already under this name is the answer: making a folder twice is no conflict. */
export const MkdirOperation = z.strictObject({
  ...operation,
  ...place,
  type: z.literal('mkdir'),
  newNodeId: z.optional(NodeId),
});
export type MkdirOperation = z.infer<typeof MkdirOperation>;

/** Renames a node, puts it into another folder, or both. The cost does not depend on what lies below it. */
export const MoveOperation = z.strictObject({
  ...operation,
  ...place,
  type: z.literal('move'),
  nodeId: NodeId,
  baseRev: RevisionNumber,
});
export type MoveOperation = z.infer<typeof MoveOperation>;

/**
 * Deletes a node with all that lies below it, into the trash. `baseSeq` is the last journal entry that the device has
 * applied; a folder that was changed anywhere inside since then is not deleted: a delete never beats an unseen edit.
 */
export const DeleteOperation = z.strictObject({
  ...operation,
  type: z.literal('delete'),
  nodeId: NodeId,
  baseRev: RevisionNumber,
  baseSeq: z.optional(Sequence),
});
export type DeleteOperation = z.infer<typeof DeleteOperation>;

/**
 * Brings a deleted node back, or (with `rev`) makes an older content of a file its next revision, or both. A deleted node comes
 * back to where it stood, or to `parentId` and `name`. With `baseRev` a node that has changed since is left as it is.
 */
export const RestoreOperation = z.strictObject({
  ...operation,
  type: z.literal('restore'),
  nodeId: NodeId,
  rev: z.optional(RevisionNumber),
  baseRev: z.optional(RevisionNumber),
  parentId: z.optional(NodeId),
  name: z.optional(NodeName),
});
export type RestoreOperation = z.infer<typeof RestoreOperation>;

/**
 * Ends a node that is in the trash, for good: nothing brings it back, nor what it took along. Only for owners. `deletedAt` names
 * the deletion that is meant: a node that was restored since stays, and so does one that was deleted anew.
 */
export const PurgeOperation = z.strictObject({
  ...operation,
  type: z.literal('purge'),
  nodeId: NodeId,
  deletedAt: Instant,
});
export type PurgeOperation = z.infer<typeof PurgeOperation>;

/** Makes a new file with the content of another that the caller may read. No byte is transferred. */
export const CopyOperation = z.strictObject({
  ...operation,
  ...place,
  type: z.literal('copy'),
  newNodeId: z.optional(NodeId),
  from: z.strictObject({ namespaceId: NamespaceId, nodeId: NodeId, rev: z.optional(RevisionNumber) }),
});
export type CopyOperation = z.infer<typeof CopyOperation>;

export const Operation = z.discriminatedUnion('type', [
  PutOperation,
  MkdirOperation,
  MoveOperation,
  DeleteOperation,
  RestoreOperation,
  PurgeOperation,
  CopyOperation,
]);
export type Operation = z.infer<typeof Operation>;

/** With `cursor`, that of the caller's delta, the answer may tell one that has come further. */
export const CommitRequest = z.strictObject({
  cursor: z.optional(Cursor),
  operations: z.array(Operation).check(z.minLength(1), z.maxLength(COMMIT_OPERATIONS_MAX)),
});
export type CommitRequest = z.input<typeof CommitRequest>;

export const ConflictKind = z.enum([
  'edited', // The content has changed since baseRev.
  'moved', // Name or parent have changed since baseRev.
  'deleted', // The node is in the trash.
  'name_taken', // Another node has that name in that folder.
  'parent_deleted', // The folder, or one above it, is in the trash.
  'unseen_changes', // Something below the folder has changed since baseSeq.
]);
export type ConflictKind = z.infer<typeof ConflictKind>;

/** How an operation met another one: what was found, and where this change went if it was kept as a copy. */
export const Conflict = z.strictObject({
  kind: ConflictKind,
  serverNodeId: NodeId,
  serverRev: z.int(),
  conflictName: z.optional(z.string()),
});
export type Conflict = z.infer<typeof Conflict>;

/**
 * `committed`: it is in the journal at `seq`, or was found to be so already; with `conflict` when a strategy had to choose.
 * `conflict`: nothing was written; read changes and decide again. `error`: nothing was written.
 */
export const OperationResult = z.discriminatedUnion('status', [
  z.strictObject({
    opId: OpId,
    status: z.literal('committed'),
    node: Node,
    seq: Sequence,
    conflict: z.optional(Conflict),
  }),
  z.strictObject({ opId: OpId, status: z.literal('conflict'), conflict: Conflict, node: z.optional(Node) }),
  z.strictObject({ opId: OpId, status: z.literal('error'), error: OperationError }),
]);
export type OperationResult = z.infer<typeof OperationResult>;

/**
 * One result per operation, in the order of the request.
 *
 * `cursor` goes on behind all of them: what the journals tell between the cursor of the request and this one is what the results tell, and
 * nothing else. It is absent where something else has happened between, and may be absent at any time: then the delta tells.
 */
export const CommitResponse = z.strictObject({ results: z.array(OperationResult), cursor: z.optional(Cursor) });
export type CommitResponse = z.infer<typeof CommitResponse>;
