import type { ChunkRef, ContentHash, NamespaceId, NodeId, Problem, UploadId } from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import type { Clock, Random } from '../api/clock.ts';
import type { Transport } from '../api/transport.ts';
import { withAbortScope } from './abort-scope.ts';
import type { Bandwidth } from './bandwidth-limit.ts';
import { chunkMemory } from './chunk-memory.ts';
import type { ContentToCut, FileCutting } from './cut-content.ts';
import { groupSources, type SourceGroup } from './group-sources.ts';
import { CHECKS_MAX, GROUP_KEPT_BYTES_MAX, GROUPS_MAX } from './limits.ts';
import type { LinkRate } from './link-rate.ts';
import { runBounded } from './run-bounded.ts';
import { TransferGate } from './transfer-gate.ts';
import { openGroup, storeFiles, type UploadCall } from './upload-group.ts';
import { uploadSmallGroups } from './upload-small-groups.ts';

/** What transfers work with. One gate is shared by all transfers of a process. */
export interface TransferDependencies {
  readonly api: ApiClient;
  readonly transport: Transport;
  readonly gate: TransferGate;
  readonly clock: Clock;
  readonly random: Random;
  /** Shared by all transfers of a process. Without it, or without a rate in it, chunks go as fast as they can. */
  readonly bandwidth?: Bandwidth | undefined;
  /** How fast the link is, to know whether compressing is worth it. Without it, links count as slow. */
  readonly link?: LinkRate | undefined;
  /** Without it large files are cut on this thread. */
  readonly cutting?: FileCutting | undefined;
  /** Small files of a call, and of each pack that they would fill, from which on they travel in packs; else PACK_FILES_MIN. */
  readonly packFilesMin?: number | undefined;
}

/** A revision of the same file, in the namespace that it is uploaded to. */
export interface FormerContent {
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly size: number;
}

/** A file to upload, with its size as the caller saw it. */
export interface UploadSource extends ContentToCut {
  readonly namespaceId: NamespaceId;
  /** A part of the file that the transport reads by itself while it sends it, where the platform can: its bytes are never in memory. It has no type. */
  readonly part?: ((wanted: { readonly start: number; readonly end: number }) => Blob) | undefined;
  /** The content that the file had before, as far as the service has it: of chunks that are much like it only the differences travel. */
  readonly base?: FormerContent | undefined;
  /** An upload that was begun earlier with the same content; one that has expired or does not fit is started over. */
  readonly resume?: { readonly uploadId: UploadId } | undefined;
}

/**
 * - `uploaded` all chunks are stored. `unconfirmed` of them (at most FILE_UNCONFIRMED_CHUNKS_MAX) are confirmed by the commit
 *   itself: the uploads of one commit request may have COMMIT_CONFIRM_CHUNKS_MAX of them together (see engine/pack-commits.ts);
 * - `changed` the file changed while it was read: look at it again, then start over;
 * - `unreadable` reading it failed;
 * - `refused` by the service.
 */
export type UploadOutcome =
  | {
      readonly kind: 'uploaded';
      readonly uploadId: UploadId;
      readonly contentHash: ContentHash;
      readonly size: number;
      readonly chunks: readonly ChunkRef[];
      readonly unconfirmed: number;
    }
  | { readonly kind: 'changed' }
  | { readonly kind: 'unreadable'; readonly cause: unknown }
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface TransferProgress {
  readonly storedBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Over all sources of the call. Bytes that the service held already count as stored. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Tells the upload session of `sources[index]` as soon as it is open, so that it can be kept for a resume. */
  readonly onSession?: ((session: { readonly index: number; readonly uploadId: UploadId }) => void) | undefined;
  /** Tells the outcome of `sources[index]` as soon as it is there, so that it can be committed while others are sent. */
  readonly onOutcome?: ((done: { readonly index: number; readonly outcome: UploadOutcome }) => void) | undefined;
}

/**
 * Stores the content of files; publishing it is the commit's business. Outcomes stand in the order of the sources.
 *
 * Idempotent: repeating it sends only what is not stored yet. Small files are read once, larger ones twice (to name the
 * content, then to send what is missing).
 * Cost: one API call per group of up to UPLOAD_FILES_MAX files, and a PUT per missing chunk; large files add chunk checks. Of many
 * small files, two API calls and a PUT per pack.
 * Source: docs/decisions/0102-packs-are-filled-by-a-call.md
 *
 * @throws UnavailableError  the service or the store failed beyond the retry budgets; what was stored stays stored.
 * @throws the signal's reason, when the caller aborted.
 */
export async function uploadFiles(
  dependencies: TransferDependencies,
  sources: readonly UploadSource[],
  options: UploadOptions = {},
): Promise<readonly UploadOutcome[]> {
  const outcomes: UploadOutcome[] = [];
  const totalBytes = sources.reduce((sum, source) => sum + source.size, 0);
  let storedBytes = 0;
  const upload = async (scope: AbortController): Promise<void> => {
    const call: UploadCall = {
      ...dependencies,
      signal: scope.signal,
      sending: new Map(),
      packs: undefined,
      checks: new TransferGate({ tasksMax: CHECKS_MAX, bytesMax: 0 }),
      onStored: (bytes) => {
        storedBytes += bytes;
        options.onProgress?.({ storedBytes, totalBytes });
      },
      onSession: (index, uploadId) => options.onSession?.({ index, uploadId }),
      onOutcome: (index, outcome) => {
        outcomes[index] = outcome;
        options.onOutcome?.({ index, outcome });
      },
      fail: (failure) => scope.abort(failure),
    };
    const { small, large } = groupSources(sources);
    const lanes = [() => uploadSmallGroups(call, small), () => uploadLargeGroups(call, large)];
    await runBounded(lanes.length, lanes, (uploadLane) => uploadLane());
  };
  await chunkMemory.during(() => withAbortScope(options.signal, upload));
  return outcomes;
}

async function uploadLargeGroups(call: UploadCall, groups: readonly SourceGroup[]): Promise<void> {
  await runBounded(GROUPS_MAX, groups, async (group) => {
    await storeFiles(call, await openGroup(call, group, GROUP_KEPT_BYTES_MAX));
  });
}
