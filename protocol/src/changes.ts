import * as z from 'zod/mini';
import { DeviceId, NamespaceId, NodeId } from './ids.ts';
import { PAGE_ENTRIES_MAX, TOKEN_CHARS_MAX, WAIT_SECONDS_MAX } from './limits.ts';
import { Instant, Node, PageToken, queryInteger, Sequence } from './nodes.ts';

/** Signed and bound to the account: per mounted namespace its epoch and the last sequence that was read. */
export const Cursor = z.string().check(z.minLength(1), z.maxLength(TOKEN_CHARS_MAX)).brand<'Cursor'>();
export type Cursor = z.infer<typeof Cursor>;

export const ChangeType = z.enum([
  'created',
  'modified',
  'moved',
  'deleted',
  'restored',
  'purged',
  'member',
  'mounted',
]);
export type ChangeType = z.infer<typeof ChangeType>;

/**
 * One entry of a journal, with the node as it was after it. A `deleted` folder takes all that lies below it along; a
 * `restored` or `moved` folder that the reader does not know brings its subtree, which GET /v1/tree with `folderId` lists.
 * A `mounted` node is a mount from then on: if it was a folder, what lay in it is told by the journal of its own namespace.
 */
export const Change = z.strictObject({
  namespaceId: NamespaceId,
  seq: Sequence,
  type: ChangeType,
  node: Node,
  deviceId: DeviceId,
  changedAt: Instant,
});
export type Change = z.infer<typeof Change>;

export const ChangesQuery = z.strictObject({ cursor: Cursor, limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)) });
/**
 * With a cursor over all that is mounted: `toList` are namespaces that the cursor goes on in from here, but whose trees have to be listed
 * first, because they were mounted since, or their journals cannot be continued; `left` are those that the caller may not read any more.
 * `setBack` are those to list that were perhaps set back to an earlier point: what they do not have was perhaps never deleted.
 */
export const ChangesResponse = z.strictObject({
  changes: z.array(Change),
  cursor: Cursor,
  hasMore: z.boolean(),
  toList: z.optional(z.array(NamespaceId)),
  left: z.optional(z.array(NamespaceId)),
  setBack: z.optional(z.array(NamespaceId)),
});
export type ChangesResponse = z.infer<typeof ChangesResponse>;

/** A cursor at the head of the home namespace and of every mounted one. A delta from it goes on in what is mounted later, too. */
export const CursorResponse = z.strictObject({ cursor: Cursor });

export const WaitQuery = z.strictObject({ cursor: Cursor, timeout: z.optional(queryInteger(0, WAIT_SECONDS_MAX)) });
/** `changed`: a delta from the cursor has something to tell. */
export const WaitResponse = z.strictObject({ changed: z.boolean() });

export const TreeQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  folderId: z.optional(NodeId),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)),
});

/**
 * One page of all live nodes below a folder, parents before their children. `seq` is the head when the listing began:
 * changes that came while it was read may show or not, and the delta from `cursor` tells them all.
 * `unlisted` folders are so deep, under names so long, that a page token could not hold the way to them: each is listed by a
 * request of its own with its id as `folderId`.
 */
export const TreeResponse = z.strictObject({
  nodes: z.array(Node),
  seq: Sequence,
  cursor: Cursor,
  unlisted: z.optional(z.array(NodeId)),
  nextPage: z.optional(PageToken),
});
export type TreeResponse = z.infer<typeof TreeResponse>;
