import * as z from 'zod/mini';
import { NamespaceId, NodeId } from './ids.ts';
import { LABEL_CHARS_MAX, PAGE_ENTRIES_MAX } from './limits.ts';
import { Instant, NodeKind, PageToken, queryInteger, Revision } from './nodes.ts';

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
