import {
  type ChunkRef,
  type ContentAmongOthers,
  FILE_CHUNKS_MAX,
  manifestSize,
  packManifest,
} from '@syncline/protocol';
import { chunkMemory } from './chunk-memory.ts';
import type { DownloadJob, DownloadOutcome, DownloadSource } from './download-content.ts';
import { fetchChunk, lengthOnTheWire } from './fetch-chunk.ts';
import { hashChunk, hashManifest } from './hashing.ts';
import { IDLE_ROUNDS_MAX, PACED_CHUNKS } from './limits.ts';
import { runBounded } from './run-bounded.ts';
import { StoreUnavailableError } from './store-health.ts';
import type { TransferDependencies } from './upload-files.ts';

type Ending = Extract<DownloadOutcome, { readonly kind: 'damaged' | 'refused' }>;

/** Ends a download, with all that it has under way, in an outcome that is expected. Never leaves downloadContent. */
export class DownloadEnded extends Error {
  override readonly name = 'DownloadEnded';
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.kind);
    this.ending = ending;
  }
}

/** One page of the manifest, with where it begins and with the newest URLs of its chunks. */
interface ContentPage {
  readonly token: string | undefined;
  readonly firstIndex: number;
  readonly firstOffset: number;
  content: ContentAmongOthers;
  /** Counts how often the URLs were asked for, so that many refused ones ask once. */
  generation: number;
}

type PageChunk = ContentAmongOthers['chunks'][number];

/** A chunk of a page that has to come into the sink. */
interface WantedPlace {
  readonly position: number;
  readonly offset: number;
  readonly size: number;
}

/** One download, from the first page of the manifest to the last verified byte. */
export class Download {
  readonly #dependencies: TransferDependencies & { readonly scope: AbortController };
  readonly #source: DownloadSource;
  readonly #job: DownloadJob;
  readonly #chunks: ChunkRef[] = [];
  /** Where chunks have been written. */
  readonly #written = new Map<string, number>();
  #bytes = 0;
  #storedBytes = 0;
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
    let first: ContentAmongOthers | undefined;
    let token: string | undefined;
    do {
      const content = await this.#page(token, first?.rev ?? this.#source.rev);
      first ??= content;
      if (content.rev !== first.rev || content.contentHash !== first.contentHash)
        throw damaged('pages of two contents');
      await this.#fetchPage({
        token,
        firstIndex: this.#chunks.length,
        firstOffset: this.#bytes,
        content,
        generation: 0,
      });
      this.#chunks.push(...content.chunks.map(({ hash, size }) => ({ hash, size })));
      this.#bytes += manifestSize(content.chunks);
      token = content.nextPage;
      if (token !== undefined && content.chunks.length === 0) throw damaged('an empty page in the manifest');
      if (this.#chunks.length > FILE_CHUNKS_MAX) throw damaged('a manifest of too many chunks');
    } while (token !== undefined);
    const { rev, size, contentHash } = first;
    if (this.#bytes !== size) throw damaged('a manifest of another length than the file');
    if ((await hashManifest(this.#chunks)) !== contentHash) throw damaged('a manifest of another content');
    return { kind: 'downloaded', rev, size, contentHash, chunks: this.#chunks };
  }

  async #page(token: string | undefined, rev: number | undefined): Promise<ContentAmongOthers> {
    if (token === undefined && this.#source.firstPage !== undefined) return this.#source.firstPage;
    const answer = await this.#ask(token, rev);
    if (!answer.ok) throw new DownloadEnded({ kind: 'refused', problem: answer.problem });
    return answer.value;
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
    // What is nearby may be this very content: a chunk that it repeats comes once, and is then taken from where it stands.
    const [firsts, repeats] = this.#job.nearby === undefined ? [places, []] : this.#splitRepeats(page, places);
    await this.#settlePlaces(page, firsts);
    await this.#settlePlaces(page, repeats);
  }

  #splitRepeats(page: ContentPage, places: readonly WantedPlace[]): readonly [WantedPlace[], WantedPlace[]] {
    const seen = new Set<string>();
    const firsts: WantedPlace[] = [];
    const repeats: WantedPlace[] = [];
    for (const place of places) {
      const { hash } = page.content.chunks[place.position] as ChunkRef;
      (seen.has(hash) || this.#written.has(hash) ? repeats : firsts).push(place);
      seen.add(hash);
    }
    return [firsts, repeats];
  }

  async #settlePlaces(page: ContentPage, places: readonly WantedPlace[]): Promise<void> {
    const { scope, bandwidth } = this.#dependencies;
    const isPaced = bandwidth?.download.bytesPerSecond !== undefined;
    await runBounded(isPaced ? PACED_CHUNKS : places.length, places, async (place) => {
      try {
        const isReused = await this.#reuse(page, place);
        if (!isReused) await this.#fetchInTurn(page, place);
      } catch (failure) {
        scope.abort(failure);
        throw failure;
      }
    });
  }

  /** Takes a chunk from where the caller has it; answers whether that has worked. No disk is trusted: bytes are what they hash to. */
  async #reuse(page: ContentPage, place: WantedPlace): Promise<boolean> {
    const { has, nearby, sink } = this.#job;
    if (has === undefined && nearby === undefined) return false;
    const { gate, scope } = this.#dependencies;
    const { hash, size } = page.content.chunks[place.position] as ChunkRef;
    const chunk = {
      contentHash: page.content.contentHash,
      index: page.firstIndex + place.position,
      offset: place.offset,
      ref: { hash, size },
      writtenAt: this.#written.get(hash),
    };
    return gate.run(size, async () => {
      scope.signal.throwIfAborted();
      if (has?.(chunk) === true) {
        this.#settled(page, place);
        return true;
      }
      for await (const bytes of nearby?.(chunk) ?? []) {
        if (bytes.length !== size || (await hashChunk(bytes)) !== hash) continue;
        await sink.write(place.offset, bytes, scope.signal);
        this.#settled(page, place);
        return true;
      }
      return false;
    });
  }

  /** Waits for bandwidth before it enters the gate: what waits for a slow line must not hold room that others need. */
  async #fetchInTurn(page: ContentPage, place: WantedPlace): Promise<void> {
    const { gate, scope, bandwidth } = this.#dependencies;
    if (bandwidth?.download.bytesPerSecond !== undefined) {
      const source = page.content.chunks[place.position] as PageChunk;
      await bandwidth.download.take(lengthOnTheWire(source), { signal: scope.signal });
    }
    await gate.run(place.size, () => this.#fetchPlace(page, place));
  }

  async #fetchPlace(page: ContentPage, place: WantedPlace): Promise<void> {
    const { signal } = this.#dependencies.scope;
    for (let round = 1; ; round++) {
      signal.throwIfAborted();
      const { generation } = page;
      const chunk = page.content.chunks[place.position] as PageChunk;
      if (await this.#fetchFrom(chunk, page, place)) return;
      if (round > IDLE_ROUNDS_MAX) {
        throw new StoreUnavailableError('the store refuses the URLs of the service', { scope: 'chunk' });
      }
      await this.#renew(page, generation);
    }
  }

  /** Answers whether the chunk has come; false where it has no address, or the store refuses it. */
  async #fetchFrom({ url, ...chunk }: PageChunk, page: ContentPage, place: WantedPlace): Promise<boolean> {
    if (url === undefined) return false;
    const { signal } = this.#dependencies.scope;
    const into = chunkMemory.take(chunk.size);
    const outcome = await fetchChunk(this.#dependencies, { ...chunk, url, into }, signal);
    if (outcome.kind === 'damaged') throw damaged('a chunk that does not hash to its name');
    if (outcome.kind !== 'fetched') return false;
    await this.#job.sink.write(place.offset, outcome.bytes, signal);
    chunkMemory.giveBack(into);
    this.#settled(page, place);
    return true;
  }

  /** Asks for the page's URLs again, once for all chunks that were refused with the same ones. */
  async #renew(page: ContentPage, refused: number): Promise<void> {
    while (this.#renewing !== undefined) await this.#renewing;
    if (page.generation !== refused) return;
    const renewal = async (): Promise<void> => {
      const answer = await this.#ask(page.token, page.content.rev);
      if (!answer.ok) throw new DownloadEnded({ kind: 'refused', problem: answer.problem });
      const same = packManifest(answer.value.chunks).toString() === packManifest(page.content.chunks).toString();
      if (!same) throw damaged('a manifest that changed while it was read');
      page.content = answer.value;
      page.generation += 1;
    };
    this.#renewing = renewal().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  /** The bytes of a place have been written, and are verified. */
  #settled({ content }: ContentPage, { position, offset, size }: WantedPlace): void {
    this.#written.set((content.chunks[position] as ChunkRef).hash, offset);
    this.#storedBytes += size;
    this.#job.onProgress?.({ storedBytes: this.#storedBytes, totalBytes: content.size });
  }
}

function damaged(detail: string): DownloadEnded {
  return new DownloadEnded({ kind: 'damaged', detail });
}
