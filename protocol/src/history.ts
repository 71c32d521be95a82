import * as z from 'zod/mini';
import { Role } from './accounts.ts';
import { ChangeType } from './changes.ts';
import { AccountId, DeviceId, NamespaceId, NodeId } from './ids.ts';
import { LABEL_CHARS_MAX, PAGE_ENTRIES_MAX } from './limits.ts';
import { Instant, NodeKind, PageToken, queryInteger, Revision, RevisionNumber, Sequence } from './nodes.ts';

/** What a person calls a revision, such as `as sent to the printer`. */
export const RevisionLabel = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(LABEL_CHARS_MAX), z.regex(/^[^\p{Cc}\p{Cs}]*$/u));

export const RevisionParameters = z.strictObject({ nodeId: NodeId, rev: queryInteger(1, 999_999) });

/** What is absent stays as it is; `null` takes the label away. Labelled and kept revisions outlive the retention. */
export const MarkRevisionRequest = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  label: z.optional(z.nullable(RevisionLabel)),
  kept: z.optional(z.boolean()),
});
export const RevisionResponse = z.strictObject({ revision: Revision });

/** Something that was deleted by itself; a folder stands for all that it took along. `path` is where it stood then. */
export const TrashEntry = z.strictObject({
  nodeId: NodeId,
  parentId: NodeId,
  name: z.string(),
  kind: NodeKind,
  path: z.string(),
  size: z.int(),
  deletedAt: Instant,
});
export type TrashEntry = z.infer<typeof TrashEntry>;

export const TrashQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)),
});
export const TrashResponse = z.strictObject({ entries: z.array(TrashEntry), nextPage: z.optional(PageToken) });

/**
 * Sets a folder with all below it, or a file, back to how it was at a time; the whole namespace without `nodeId`. With `deviceId` only what
 * that device did since is undone. With `dryRun` nothing is written, and the answer is word for word what would be done.
 */
export const RestoreTreeRequest = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  nodeId: z.optional(NodeId),
  at: Instant,
  deviceId: z.optional(DeviceId),
  dryRun: z.optional(z.boolean()),
  page: z.optional(PageToken),
});
export type RestoreTreeRequest = z.infer<typeof RestoreTreeRequest>;

/** Why something stays as it is. */
export const RestoreObstacle = z.enum([
  'purged', // It is gone for good.
  'content_gone', // The revision is not kept any more.
  'parent_missing', // The folder that it stood in is not there.
  'name_taken', // Something else has its name there, and stays.
  'not_empty', // Something lies in it that stays.
  'changed_by_others', // Another device has changed it since the one that is undone.
  'changed_since', // It was changed after this restore had begun.
  'refused', // By a limit, such as the quota.
]);
export type RestoreObstacle = z.infer<typeof RestoreObstacle>;

/**
 * One change of a restore: `restore` brings a node back from the trash (to `path`), `revert` makes revision `rev` its content again,
 * `move` takes it to `path`, `delete` puts it into the trash with all below it, and `leave` does nothing, for `obstacle`.
 * `path` is that of the node afterwards, for `delete` and `leave` the present one. `done` in an answer that is no dry run, where it was done.
 */
export const RestoreChange = z.strictObject({
  action: z.enum(['restore', 'revert', 'move', 'delete', 'leave']),
  nodeId: NodeId,
  kind: NodeKind,
  path: z.string(),
  rev: z.optional(RevisionNumber),
  obstacle: z.optional(RestoreObstacle),
  done: z.optional(z.boolean()),
});
export type RestoreChange = z.infer<typeof RestoreChange>;

/** One page of the changes, in the order in which they are made. The time is `seq` in the journal, and `total` counts all changes. */
export const RestoreTreeResponse = z.strictObject({
  changes: z.array(RestoreChange).check(z.maxLength(PAGE_ENTRIES_MAX)),
  seq: Sequence,
  total: z.int(),
  nextPage: z.optional(PageToken),
});
export type RestoreTreeResponse = z.infer<typeof RestoreTreeResponse>;

/** `nodeId` asks for what happened to one node, and to what lies below it now. */
export const ActivityQuery = z.strictObject({
  namespaceId: z.optional(NamespaceId),
  nodeId: z.optional(NodeId),
  page: z.optional(PageToken),
  limit: z.optional(queryInteger(1, PAGE_ENTRIES_MAX)),
});

/**
 * What happened to a member of a shared folder: `joined` by an invitation, `left`, `removed` by the owner, `role` changed, or `owner`: the
 * folder was handed over to it. `role` is the one after it, or the one that it lost; `previousRole` the one before, where it was another. `email` is the
 * address by which it was known then.
 */
export const MembershipChange = z.strictObject({
  accountId: AccountId,
  event: z.enum(['joined', 'left', 'removed', 'role', 'owner']),
  role: Role,
  previousRole: z.optional(Role),
  email: z.optional(z.string()),
});
export type MembershipChange = z.infer<typeof MembershipChange>;

/** One thing that somebody did. With `member` it was done to a member, and the node is the folder itself. `name` is the one after it, `previousName` the one before it, `path` where the node can be seen now. */
export const Activity = z.strictObject({
  seq: Sequence,
  type: ChangeType,
  at: Instant,
  accountId: AccountId,
  deviceId: DeviceId,
  nodeId: NodeId,
  kind: NodeKind,
  name: z.string(),
  path: z.optional(z.string()),
  rev: RevisionNumber,
  size: z.int(),
  previousName: z.optional(z.string()),
  member: z.optional(MembershipChange),
});
export type Activity = z.infer<typeof Activity>;

/** Newest first. A page may be short, or empty, although there is a next one: it ends after so many entries were looked at. */
export const ActivityResponse = z.strictObject({ activities: z.array(Activity), nextPage: z.optional(PageToken) });
