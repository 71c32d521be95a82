import type { ChunkRef, ContentAmongOthers, ContentHash, NamespaceId, NodeId, Problem } from '@syncline/protocol';
import { withAbortScope } from './abort-scope.ts';
import { chunkMemory } from './chunk-memory.ts';
import { Download, DownloadEnded } from './download.ts';
import type { TransferDependencies, TransferProgress } from './upload-files.ts';

/** The content to read: the present one, or that of a revision. */
export interface DownloadSource {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev?: number | undefined;
  /** The first page of that content, when it has been asked for already (content-lookahead.ts). */
  readonly firstPage?: ContentAmongOthers | undefined;
}

/**
 * Where bytes go. Writes come out of order and several at once, each byte of the file once. They are used until the write has ended
 * and no longer. `signal` aborts when the download
 * has failed elsewhere: a write that waits for another one must not wait any longer then.
 */
export interface DownloadSink {
  write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/**
 * - `downloaded` every byte was written and belongs to `contentHash`;
 * - `damaged` the store gave bytes, or a manifest, that are not what their names say, however often it was asked;
 * - `refused` by the service.
 */
export type DownloadOutcome =
  | {
      readonly kind: 'downloaded';
      readonly rev: number;
      readonly size: number;
      readonly contentHash: ContentHash;
      readonly chunks: readonly ChunkRef[];
    }
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface DownloadJob {
  readonly sink: DownloadSink;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** True for a chunk whose bytes the caller has written and verified already; it is not fetched. */
  readonly has?: ((chunk: PlacedChunk) => boolean) | undefined;
  /**
   * Bytes that may be a chunk, from nearer than the network. They are written when they hash to its name; what throws ends the
   * download.
   */
  readonly nearby?: ((chunk: PlacedChunk) => AsyncIterable<Uint8Array>) | undefined;
}

/** A chunk of a content, and where it stands in it. */
export interface PlacedChunk {
  readonly contentHash: ContentHash;
  readonly index: number;
  /** In bytes. */
  readonly offset: number;
  readonly ref: ChunkRef;
  /** Where this download has written the same chunk before. */
  readonly writtenAt: number | undefined;
}

/**
 * Reads a file's content into a sink, each chunk verified by its hash before it is written, the whole by its manifest.
 *
 * @throws UnavailableError  the service or the store failed beyond the retry budgets.
 * @throws the signal's reason, when the caller aborted; what the sink throws.
 */
export async function downloadContent(
  dependencies: TransferDependencies,
  source: DownloadSource,
  job: DownloadJob,
): Promise<DownloadOutcome> {
  try {
    return await chunkMemory.during(() =>
      withAbortScope(job.signal, (scope) => new Download({ ...dependencies, scope }, source, job).run()),
    );
  } catch (failure) {
    if (failure instanceof DownloadEnded) return failure.ending;
    throw failure;
  }
}
