import {
  type ChunkRef,
  type ChunkSource,
  type ContentHash,
  type ContentResponse,
  FILE_CHUNKS_MAX,
  manifestSize,
  type NamespaceId,
  type NodeId,
  type Problem,
  packManifest,
} from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import { withAbortScope } from './abort-scope.ts';
import { fetchChunk } from './fetch-chunk.ts';
import { hashManifest } from './hashing.ts';
import { IDLE_ROUNDS_MAX } from './limits.ts';
import { runBounded } from './run-bounded.ts';
import type { TransferDependencies, TransferProgress } from './upload-files.ts';

/** The content to read: the present one, or that of a revision. */
export interface DownloadSource {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev?: number | undefined;
}

/** Where bytes go. Writes come out of order and several at once, each byte of the file once. */
export interface DownloadSink {
  write(offset: number, bytes: Uint8Array): Promise<void>;
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
  readonly has?:
    | ((chunk: { readonly index: number; readonly offset: number; readonly ref: ChunkRef }) => boolean)
    | undefined;
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
  return withAbortScope(job.signal, (scope) => new Download({ ...dependencies, scope }, source, job).run());
}

type Ending = Extract<DownloadOutcome, { readonly kind: 'damaged' | 'refused' }>;

/** One page of the manifest, with where it begins and with the newest URLs of its chunks. */
interface ContentPage {
  readonly token: string | undefined;
  readonly firstIndex: number;
  readonly firstOffset: number;
  content: ContentResponse;
  /** Counts how often the URLs were asked for, so that many refused ones ask once. */
  generation: number;
}

/** One download, from the first page of the manifest to the last verified byte. */
class Download {
  readonly #dependencies: TransferDependencies & { readonly scope: AbortController };
  readonly #source: DownloadSource;
  readonly #job: DownloadJob;
  readonly #chunks: ChunkRef[] = [];
  #bytes = 0;
  #storedBytes = 0;
  #ending: Ending | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    dependencies: TransferDependencies & { readonly scope: AbortController },
    source: DownloadSource,
    job: DownloadJob,
  ) {
    this.#dependencies = dependencies;
    this.#source = source;
    this.#job = job;
  }

  async run(): Promise<DownloadOutcome> {
    let first: ContentResponse | undefined;
    let token: string | undefined;
    do {
      const answer = await this.#ask(token, first?.rev ?? this.#source.rev);
      if (!answer.ok) return { kind: 'refused', problem: answer.problem };
      const content = answer.value;
      first ??= content;
      if (content.rev !== first.rev || content.contentHash !== first.contentHash)
        return damaged('pages of two contents');
      await this.#fetchPage({
        token,
        firstIndex: this.#chunks.length,
        firstOffset: this.#bytes,
        content,
        generation: 0,
      });
      if (this.#ending !== undefined) return this.#ending;
      this.#chunks.push(...content.chunks.map(({ hash, size }) => ({ hash, size })));
      this.#bytes += manifestSize(content.chunks);
      token = content.nextPage;
      if (token !== undefined && content.chunks.length === 0) return damaged('an empty page in the manifest');
      if (this.#chunks.length > FILE_CHUNKS_MAX) return damaged('a manifest of too many chunks');
    } while (token !== undefined);
    const { rev, size, contentHash } = first;
    if (this.#bytes !== size) return damaged('a manifest of another length than the file');
    if ((await hashManifest(this.#chunks)) !== contentHash) return damaged('a manifest of another content');
    return { kind: 'downloaded', rev, size, contentHash, chunks: this.#chunks };
  }

  #ask(page: string | undefined, rev: number | undefined) {
    const { nodeId, namespaceId } = this.#source;
    return this.#dependencies.api.getContent({
      parameters: { nodeId },
      query: { namespaceId, rev: rev === undefined ? undefined : String(rev), page },
      signal: this.#dependencies.scope.signal,
    });
  }

  async #fetchPage(page: ContentPage): Promise<void> {
    let offset = page.firstOffset;
    const places = page.content.chunks.map((ref, position) => {
      const place = { position, offset, size: ref.size };
      offset += ref.size;
      return place;
    });
    const wanted = places.filter((place) => {
      const { hash, size } = page.content.chunks[place.position] as ChunkRef;
      const chunk = { index: page.firstIndex + place.position, offset: place.offset, ref: { hash, size } };
      if (this.#job.has?.(chunk) !== true) return true;
      this.#count(page, size);
      return false;
    });
    await runBounded(wanted.length, wanted, (place) =>
      this.#dependencies.gate
        .run(place.size, () => this.#fetchPlace(page, place))
        .catch((failure: unknown) => {
          this.#dependencies.scope.abort(failure);
          throw failure;
        }),
    );
  }

  async #fetchPlace(page: ContentPage, place: { readonly position: number; readonly offset: number }): Promise<void> {
    const { signal } = this.#dependencies.scope;
    for (let round = 1; this.#ending === undefined; round++) {
      signal.throwIfAborted();
      const { generation } = page;
      const chunk = page.content.chunks[place.position] as ChunkSource;
      const outcome = await fetchChunk(this.#dependencies, chunk, signal);
      if (outcome.kind === 'fetched') {
        await this.#job.sink.write(place.offset, outcome.bytes);
        this.#count(page, outcome.bytes.length);
        return;
      }
      if (outcome.kind === 'damaged') this.#ending ??= damaged('a chunk that does not hash to its name');
      else if (round > IDLE_ROUNDS_MAX) throw new UnavailableError('the store refuses the URLs of the service');
      else await this.#renew(page, generation);
    }
  }

  /** Asks for the page's URLs again, once for all chunks that were refused with the same ones. */
  async #renew(page: ContentPage, refused: number): Promise<void> {
    while (this.#renewing !== undefined) await this.#renewing;
    if (page.generation !== refused) return;
    const renewal = async (): Promise<void> => {
      const answer = await this.#ask(page.token, page.content.rev);
      if (!answer.ok) {
        this.#ending ??= { kind: 'refused', problem: answer.problem };
        return;
      }
      const same = packManifest(answer.value.chunks).toString() === packManifest(page.content.chunks).toString();
      if (same) page.content = answer.value;
      else this.#ending ??= damaged('a manifest that changed while it was read');
      page.generation += 1;
    };
    this.#renewing = renewal().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  #count(page: ContentPage, bytes: number): void {
    this.#storedBytes += bytes;
    this.#job.onProgress?.({ storedBytes: this.#storedBytes, totalBytes: page.content.size });
  }
}

function damaged(detail: string): Ending {
  return { kind: 'damaged', detail };
}
