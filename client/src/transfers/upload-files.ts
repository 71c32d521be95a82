import {
  assert,
  type ChunkRef,
  type ContentHash,
  chunkingFor,
  type NamespaceId,
  type NodeId,
  type Problem,
  type StoredContent,
  type UploadId,
} from '@syncline/protocol';
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
import type { StoreHealth, StoreUnavailableError } from './store-health.ts';
import { TransferGate } from './transfer-gate.ts';
import { openGroup, storeFiles, type UploadCall } from './upload-group.ts';
import { uploadSmallGroups } from './upload-small-groups.ts';

/** What transfers work with. One gate is shared by all transfers of a process. */
export interface TransferDependencies {
  readonly api: ApiClient;
  readonly transport: Transport;
  readonly gate: TransferGate;
  /** Lets one group of small files be read at a time. Shared by calls whose files are to be read in the order of the calls; else each has its own. */
  readonly reading?: TransferGate | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Shared by all transfers of a process. Without it, or without a rate in it, chunks go as fast as they can. */
  readonly bandwidth?: Bandwidth | undefined;
  /** How fast the link is, to know whether compressing is worth it. Without it, links count as slow. */
  readonly link?: LinkRate | undefined;
  /** Without it large files are cut on this thread. */
  readonly cutting?: FileCutting | undefined;
  /**
   * Tells a chunk that does not get through from a store that is not there: then the file of such a chunk is `held-back` where contents are
   * uploaded. Without it the first such chunk ends the call.
   */
  readonly storeHealth?: StoreHealth | undefined;
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

/**
 * - `packed` all chunks are stored, and there is no upload session of the content. Its commit tells it, and confirms its chunks by itself;
 * - `held-back` its bytes do not get to the store, though those of other files may.
 */
export type ContentOutcome =
  | UploadOutcome
  | { readonly kind: 'held-back'; readonly cause: StoreUnavailableError }
  | {
      readonly kind: 'packed';
      readonly contentHash: ContentHash;
      readonly size: number;
      readonly chunks: readonly ChunkRef[];
      readonly unconfirmed: number;
    };

/** How the commit of an outcome names its content. */
export function storedContent(
  outcome: Extract<ContentOutcome, { readonly kind: 'uploaded' | 'packed' }>,
): StoredContent {
  if (outcome.kind === 'uploaded') return { uploadId: outcome.uploadId };
  const { size, contentHash, chunks } = outcome;
  return { content: { size, contentHash, chunking: chunkingFor(size), chunks: [...chunks] } };
}

export interface TransferProgress {
  readonly storedBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions<Outcome = UploadOutcome> {
  readonly signal?: AbortSignal | undefined;
  /** Over all sources of the call. Bytes that the service held already count as stored. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Tells the upload session of `sources[index]` as soon as it is open, so that it can be kept for a resume. */
  readonly onSession?: ((session: { readonly index: number; readonly uploadId: UploadId }) => void) | undefined;
  /** Tells that `sources[index]` was read, and its chunks are on their way. */
  readonly onSending?: ((index: number) => void) | undefined;
  /** Tells the outcome of `sources[index]` as soon as it is there, so that it can be committed while others are sent. */
  readonly onOutcome?: ((done: { readonly index: number; readonly outcome: Outcome }) => void) | undefined;
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
  const { onOutcome, ...others } = options;
  const outcomes = await upload({ ...dependencies, storeHealth: undefined, tellsContents: false }, sources, {
    ...others,
    onOutcome: ({ index, outcome }) => onOutcome?.({ index, outcome: ofSession(outcome) }),
  });
  return outcomes.map(ofSession);
}

function ofSession(outcome: ContentOutcome): UploadOutcome {
  assert(outcome.kind !== 'packed', 'a content that nobody tells has its session');
  assert(outcome.kind !== 'held-back', 'without the health of the store its failure ends the call');
  return outcome;
}

/**
 * As `uploadFiles`, for whoever commits what `storedContent` says. Of many small files, those whose chunk has come in a pack need no upload
 * session: two API calls and a PUT per pack is all that they cost.
 * Source: docs/decisions/0189-small-files-have-no-upload-session.md
 */
export function uploadContents(
  dependencies: TransferDependencies,
  sources: readonly UploadSource[],
  options: UploadOptions<ContentOutcome> = {},
): Promise<readonly ContentOutcome[]> {
  return upload({ ...dependencies, tellsContents: true }, sources, options);
}

async function upload(
  dependencies: TransferDependencies & Pick<UploadCall, 'tellsContents'>,
  sources: readonly UploadSource[],
  options: UploadOptions<ContentOutcome>,
): Promise<readonly ContentOutcome[]> {
  const outcomes: ContentOutcome[] = [];
  const totalBytes = sources.reduce((sum, source) => sum + source.size, 0);
  let storedBytes = 0;
  const uploadLanes = async (scope: AbortController): Promise<void> => {
    const call: UploadCall = {
      ...dependencies,
      signal: scope.signal,
      sending: new Map(),
      patches: true,
      packs: undefined,
      checks: new TransferGate({ tasksMax: CHECKS_MAX, bytesMax: 0 }),
      onStored: (bytes) => {
        storedBytes += bytes;
        options.onProgress?.({ storedBytes, totalBytes });
      },
      onSession: (index, uploadId) => options.onSession?.({ index, uploadId }),
      onSending: (index) => options.onSending?.(index),
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
  await chunkMemory.during(() => withAbortScope(options.signal, uploadLanes));
  return outcomes;
}

async function uploadLargeGroups(call: UploadCall, groups: readonly SourceGroup[]): Promise<void> {
  await runBounded(GROUPS_MAX, groups, async (group) => {
    await storeFiles(call, await openGroup(call, group, GROUP_KEPT_BYTES_MAX));
  });
}
