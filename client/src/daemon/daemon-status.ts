import { ConflictStrategy, type EpochMs, formatInstant, Instant } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { LoopState, LoopStatus } from '../engine/loop-status.ts';
import type { WatchLack } from '../platform/node/folder-watcher.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { TransferLimits } from '../platform/node/settings-store.ts';

const LOOP_STATES = [
  'starting',
  'idle',
  'syncing',
  'waiting',
  'offline',
  'paused',
  'mass-change',
  'root-missing',
  'root-foreign',
  'refused',
  'stopped',
] as const satisfies readonly LoopState[];

/**
 * What a folder does: the states of its sync (`refused` also while nobody is signed in), and
 * - `locked`  another process syncs it; tried again at `nextAttemptAt`;
 * - `failed`  a defect has ended its sync; it is started again at `nextAttemptAt`.
 */
export const FolderState = z.enum([...LOOP_STATES, 'locked', 'failed']);
export type FolderState = z.infer<typeof FolderState>;

export const FolderProblem = z.object({
  path: z.string(),
  reason: z.string(),
  detail: z.string(),
  since: z.optional(Instant),
  requestId: z.optional(z.string()),
});
export type FolderProblem = z.infer<typeof FolderProblem>;

const Count = z.int();

/** One linked folder, as plain data. */
export const FolderStatus = z.object({
  folderId: z.string(),
  path: z.string(),
  namespaceId: z.string(),
  onConflict: ConflictStrategy,
  /** A person wants it to rest; it finishes the step that runs. */
  paused: z.boolean(),
  state: FolderState,
  since: Instant,
  nextAttemptAt: z.optional(Instant),
  detail: z.optional(z.string()),
  massChange: z.optional(z.object({ local: Count, remote: Count, allowed: Count })),
  /** Why changes may go unnoticed in some folders until all are looked at. */
  watchLack: z.optional(z.enum(['watch-limit', 'instance-limit', 'folder-limit', 'refused'] satisfies WatchLack[])),
  /** Uploads of other devices that are under way, in bytes; `fetchedBytes` are on this device already. */
  incoming: z.optional(
    z.array(
      z.object({
        uploadId: z.string(),
        deviceId: z.string(),
        storedBytes: Count,
        totalBytes: Count,
        fetchedBytes: Count,
      }),
    ),
  ),
  hints: z.enum(['socket', 'long-poll', 'polling']),
  seq: Count,
  syncedNodes: Count,
  pending: z.object({ upload: Count, download: Count, other: Count }),
  bytes: z.object({ done: z.number(), total: z.number(), perSecond: z.number() }),
  /** The first of them; `problemCount` counts all. */
  problems: z.array(FolderProblem),
  problemCount: Count,
});
export type FolderStatus = z.infer<typeof FolderStatus>;

/** The background process of an installation. */
export const DaemonStatus = z.object({
  version: z.string(),
  pid: Count,
  startedAt: Instant,
  signedIn: z.boolean(),
  limits: TransferLimits,
  /** What keeps the daemon from reading its configuration, in words. */
  troubles: z.array(z.string()),
  folders: z.array(FolderStatus),
});
export type DaemonStatus = z.infer<typeof DaemonStatus>;

/** A folder of which no sync runs: in the given state, with nothing known. */
export function restingStatus(folder: LinkedFolder, given: RestingState): FolderStatus {
  const { folderId, path, namespaceId, onConflict, paused } = folder;
  return {
    folderId,
    path,
    namespaceId,
    onConflict,
    paused,
    state: given.state,
    since: formatInstant(given.since),
    ...instantOf('nextAttemptAt', given.nextAttemptAt),
    ...(given.detail === undefined ? {} : { detail: given.detail }),
    hints: 'polling',
    seq: 0,
    syncedNodes: 0,
    pending: { upload: 0, download: 0, other: 0 },
    bytes: { done: 0, total: 0, perSecond: 0 },
    problems: [],
    problemCount: 0,
  };
}

export interface RestingState {
  readonly state: FolderState;
  readonly since: EpochMs;
  readonly nextAttemptAt?: EpochMs | undefined;
  readonly detail?: string | undefined;
}

/** What the sync of a folder tells, as plain data; of its problems at most `problemsMax`. */
export function runningStatus(
  folder: LinkedFolder,
  status: LoopStatus,
  { problemsMax }: { readonly problemsMax: number },
): FolderStatus {
  const { hints, seq, syncedNodes, pending, bytes, massChange } = status;
  const problems = status.problems.slice(0, problemsMax).map(({ path, reason, detail, since, requestId }) => ({
    path,
    reason,
    detail,
    since: formatInstant(since),
    ...(requestId === undefined ? {} : { requestId }),
  }));
  return {
    ...restingStatus(folder, status),
    ...(massChange === undefined ? {} : { massChange }),
    hints,
    seq,
    syncedNodes,
    pending,
    bytes,
    problems,
    problemCount: status.problems.length,
  };
}

function instantOf<K extends string>(key: K, instant: EpochMs | undefined): { readonly [key in K]?: string } {
  return instant === undefined ? {} : ({ [key]: formatInstant(instant) } as { readonly [key in K]?: string });
}
