import type { ApiAnswer, FetchOutcome } from '@syncline/client';
import { type ChunkRef, type ChunkSource, type ContentResponse, manifestSize, type Problem } from '@syncline/protocol';
import type { ByteSpan } from './byte-range.ts';
import { ADDRESS_MARGIN_MS, RENEWALS_MAX } from './limits.ts';

/** What a content is read with. */
export interface ContentReading {
  /** A page of the manifest, with addresses; the first one without a token. */
  readonly ask: (page: string | undefined) => Promise<ApiAnswer<ContentResponse>>;
  /** One chunk, verified. */
  readonly fetch: (chunk: ChunkSource, signal: AbortSignal) => Promise<FetchOutcome>;
  /** Chunks that are near. */
  readonly cache: {
    get(chunk: ChunkRef): Promise<Uint8Array | undefined>;
    put(chunk: ChunkRef, bytes: Uint8Array): Promise<void>;
  };
  readonly nowMs: () => number;
}

/** Reading came to nothing. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly reason: 'refused' | 'damaged';
  readonly problem: Problem | undefined;

  constructor(reason: 'refused' | 'damaged', problem?: Problem) {
    super(problem?.detail ?? 'the content is not what was stored');
    this.reason = reason;
    this.problem = problem;
  }
}

interface Page {
  readonly token: string | undefined;
  readonly start: number;
  readonly end: number;
  content: ContentResponse;
}

/**
 * A content of which any part can be read. Pages of the manifest are asked for as far as a part needs them, and once more when their addresses
 * have ended. Every byte that is given was verified as part of its chunk.
 */
export class OpenContent {
  readonly #reading: ContentReading;
  readonly #pages: Page[] = [];
  #growing: Promise<void> | undefined;

  constructor(reading: ContentReading) {
    this.#reading = reading;
  }

  /** @throws ContentError */
  async size(): Promise<number> {
    return (await this.#first()).content.size;
  }

  /** Places of the chunks in which a part of the content lies, in order. @throws ContentError */
  async *chunks(span: ByteSpan): AsyncGenerator<{ readonly ref: ChunkRef; readonly start: number }> {
    await this.#first();
    for (let index = 0; ; index++) {
      const page = this.#pages[index] ?? (await this.#next());
      if (page === undefined || page.start >= span.end) return;
      let { start } = page;
      for (const ref of page.content.chunks) {
        if (start < span.end && start + ref.size > span.start) yield { ref, start };
        start += ref.size;
      }
    }
  }

  /** The bytes of the chunk that starts there. @throws ContentError, UnavailableError */
  async chunk(place: { readonly ref: ChunkRef; readonly start: number }, signal: AbortSignal): Promise<Uint8Array> {
    const { cache, fetch, nowMs } = this.#reading;
    const near = await cache.get(place.ref);
    if (near !== undefined) return near;
    for (let renewals = 0; renewals <= RENEWALS_MAX; renewals++) {
      const page = this.#pages.find(({ start, end }) => start <= place.start && place.start < end);
      if (page === undefined) throw new ContentError('damaged');
      const isOld = Date.parse(page.content.expiresAt) - nowMs() < ADDRESS_MARGIN_MS;
      if (renewals > 0 || isOld) await this.#renew(page);
      const outcome = await fetch(sourceOf(page, place), signal);
      if (outcome.kind === 'damaged') throw new ContentError('damaged');
      if (outcome.kind === 'url-refused') continue;
      await cache.put(place.ref, outcome.bytes);
      return outcome.bytes;
    }
    throw new ContentError('refused');
  }

  async #first(): Promise<Page> {
    const page = this.#pages[0] ?? (await this.#next());
    if (page === undefined) throw new ContentError('damaged');
    return page;
  }

  /** Asks for the page after the last one; undefined after the end. Several streams share one asking. */
  async #next(): Promise<Page | undefined> {
    const count = this.#pages.length;
    this.#growing ??= this.#grow().finally(() => {
      this.#growing = undefined;
    });
    await this.#growing;
    return this.#pages[count];
  }

  async #grow(): Promise<void> {
    const last = this.#pages.at(-1);
    const token = last?.content.nextPage;
    if (last !== undefined && token === undefined) return;
    const content = await this.#ask(token);
    const first = this.#pages[0]?.content ?? content;
    const start = last?.end ?? 0;
    const end = start + manifestSize(content.chunks);
    const isWhole = content.nextPage !== undefined || end === content.size;
    if (content.contentHash !== first.contentHash || !isWhole || end > content.size) throw new ContentError('damaged');
    if (content.chunks.length === 0 && content.nextPage !== undefined) throw new ContentError('damaged');
    this.#pages.push({ token, start, end, content });
  }

  async #renew(page: Page): Promise<void> {
    const content = await this.#ask(page.token);
    const isSame = content.chunks.every(({ hash }, index) => hash === page.content.chunks[index]?.hash);
    if (!isSame || content.contentHash !== page.content.contentHash) throw new ContentError('damaged');
    page.content = content;
  }

  async #ask(token: string | undefined): Promise<ContentResponse> {
    const answer = await this.#reading.ask(token);
    if (!answer.ok) throw new ContentError('refused', answer.problem);
    return answer.value;
  }
}

function sourceOf(page: Page, place: { readonly ref: ChunkRef; readonly start: number }): ChunkSource {
  let { start } = page;
  for (const source of page.content.chunks) {
    if (start === place.start && source.hash === place.ref.hash) return source;
    start += source.size;
  }
  throw new ContentError('damaged');
}
