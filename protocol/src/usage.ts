import * as z from 'zod/mini';
import { Role } from './accounts.ts';
import { NamespaceId, NodeId } from './ids.ts';
import { MEASURE_FILES_MAX, MEASURE_SAMPLE_MAX, RETENTION_DAYS_MAX, RETENTION_DAYS_MIN } from './limits.ts';

export const RetentionDays = z.int().check(z.minimum(RETENTION_DAYS_MIN), z.maximum(RETENTION_DAYS_MAX));

/** What becomes of revisions that were replaced less than `days` ago: of those of an hour, and later of a day, one stays; or all stay. */
export const Thinning = z.enum(['days', 'none']);
export type Thinning = z.infer<typeof Thinning>;

/** How long what was replaced or deleted is kept. Present, labelled and kept contents stay whatever it says. */
export const Retention = z.strictObject({ days: RetentionDays, thinning: Thinning });
export type Retention = z.infer<typeof Retention>;

/** What is absent stays as it is. With `dryRun` nothing is changed, and the answer tells what would go. */
export const SetRetentionRequest = z.strictObject({
  days: z.optional(RetentionDays),
  thinning: z.optional(Thinning),
  dryRun: z.optional(z.boolean()),
});

export const RetentionResponse = z.strictObject({ retention: Retention });

/** What the next expiry lets go by a retention, as far as could be counted in the time of a request: then `isComplete`. */
export const RetentionLoss = z.strictObject({
  revisions: z.int(),
  revisionBytes: z.int(),
  deletions: z.int(),
  isComplete: z.boolean(),
});
export type RetentionLoss = z.infer<typeof RetentionLoss>;

export const SetRetentionResponse = z.strictObject({ retention: Retention, loss: RetentionLoss });

/**
 * What counts on the caller's quota: its home, and the shared folders that were made from folders of it, whoever owns them today. `presentBytes` is what
 * the quota limits. `folders` are the shared folders in its tree; `isOnQuota` are those that count here.
 */
export const UsageResponse = z.strictObject({
  quotaBytes: z.int(),
  presentBytes: z.int(),
  trashBytes: z.int(),
  historyBytes: z.int(),
  retention: Retention,
  folders: z.array(z.strictObject({ namespaceId: NamespaceId, name: z.string(), role: Role, isOnQuota: z.boolean() })),
});
export type UsageResponse = z.infer<typeof UsageResponse>;

/** Asks how files are stored. With `sample` one of so many chunks is told, the same ones in every answer. */
export const MeasureStoredRequest = z.strictObject({
  namespaceId: NamespaceId,
  nodeIds: z.array(NodeId).check(z.minLength(1), z.maxLength(MEASURE_FILES_MAX)),
  sample: z.optional(z.int().check(z.minimum(1), z.maximum(MEASURE_SAMPLE_MAX))),
});
export type MeasureStoredRequest = z.infer<typeof MeasureStoredRequest>;

/**
 * The first `measured` files: the bytes of all their revisions, and each of their chunks once, with the bytes that it takes. `name` tells chunks apart.
 * When `isCut`, there were more: ask again with a larger `sample`.
 */
export const MeasureStoredResponse = z.strictObject({
  measured: z.int(),
  contentBytes: z.int(),
  isCut: z.boolean(),
  chunks: z.array(z.strictObject({ name: z.string(), size: z.int(), storedSize: z.int() })),
});
export type MeasureStoredResponse = z.infer<typeof MeasureStoredResponse>;
