import type { ContentHash, DeviceId, EpochMs, NamespaceId, UploadId } from '@syncline/protocol';
import { pause } from '../api/pause.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { AheadContent } from '../engine/nearer-contents.ts';
import { DiskRefusedError } from '../engine/ports.ts';
import { aheadKey } from '../engine/staging-keys.ts';
import { type AheadDependencies, AheadFetch } from './ahead-fetch.ts';
import { AHEAD_BYTES_MIN, AHEAD_DONE_MAX, AHEAD_ENDING_MS_MAX, AHEAD_SILENCE_MS, AHEAD_UPLOADS_MAX } from './limits.ts';
import { ShownUploads } from './shown-uploads.ts';
import type { ProgressPush } from './socket-hub.ts';

export interface AheadFetchesOptions {
  /** Whether what is sent into a namespace will be wanted here. */
  readonly follows: (namespaceId: NamespaceId) => boolean;
  /** Whether the folder wants anything at all at the moment: not while it is paused, or where it is not known what is excluded. */
  readonly isWelcome: () => boolean;
  /** Uploads of fewer bytes are not followed. @default AHEAD_BYTES_MIN */
  readonly bytesMin?: number | undefined;
}

/** An upload of another device that is under way, in bytes. */
export interface IncomingUpload {
  readonly uploadId: UploadId;
  readonly deviceId: DeviceId;
  readonly storedBytes: number;
  readonly totalBytes: number;
  /** What of it is on this device already. */
  readonly fetchedBytes: number;
}

interface Followed {
  readonly fetch: AheadFetch;
  readonly ending: AbortController;
  heardAt: EpochMs;
  hasNews: boolean;
  /** Nothing more is begun: a download takes over what came. */
  isTaken: boolean;
  /** The pass that is under way. */
  running: Promise<PassOutcome> | undefined;
  /** Ends when its staging is not written into any more, and is closed. Undefined as long as nobody has asked for that. */
  lettingGo: Promise<void> | undefined;
}

interface LettingGo {
  /** What is on its way is let come first, if it does soon. */
  readonly afterComing?: boolean;
  /** What came is of no use. */
  readonly isWorthless?: boolean;
}

/** `later`: the service, or the way to it, is not there for the moment. The next hint goes on. */
type PassOutcome = 'advanced' | 'given-up' | 'later';

/**
 * Follows the large uploads of other devices into the namespaces of a folder: fetches what the store has of them ahead of their commit, so that
 * little is left to do when it comes. One at a time, a few chunks at once, and only while no download waits for the line. It is
 * only ever told of by hints, and promises nothing: what did not come ahead comes with the download.
 *
 * Source: docs/decisions/0103-chunks-ahead-of-their-commit.md
 */
export class AheadFetches {
  readonly #dependencies: AheadDependencies;
  readonly #options: AheadFetchesOptions;
  readonly #bytesMin: number;
  readonly #shown: ShownUploads;
  readonly #followed = new Map<UploadId, Followed>();
  /**
   * Who has the staging of a content, until it has let go of it. An author who begins anew makes another upload of the same content, and
   * what one of two writers knows of a file is not true any more when the other one has removed it.
   */
  readonly #owners = new Map<ContentHash, Followed>();
  /** Uploads and contents of which nothing more is wanted, whatever is heard of them; the oldest are forgotten first. */
  readonly #done = new Set<UploadId | ContentHash>();
  #advancing: Promise<void> | undefined;
  #downloads = 0;
  /** Wakes those who wait until no download runs. */
  #waiting = new Set<() => void>();
  #onChange: () => void = () => undefined;
  #isClosed = false;
  #defect: { readonly cause: unknown } | undefined;

  constructor(dependencies: AheadDependencies, options: AheadFetchesOptions) {
    this.#dependencies = dependencies;
    this.#shown = new ShownUploads(dependencies.clock, () => this.#onChange());
    this.#options = options;
    this.#bytesMin = options.bytesMin ?? AHEAD_BYTES_MIN;
  }

  /** Hears how far an upload of another device has come. */
  hear(push: ProgressPush): void {
    if (this.#isClosed || !this.#options.follows(push.namespaceId)) return;
    const { uploadId, storedBytes, totalBytes } = push;
    const now = this.#dependencies.clock.now();
    const known = this.#followed.get(uploadId);
    if (known !== undefined) {
      known.heardAt = now;
      known.hasNews = true;
      known.fetch.lookForNews();
    } else if (totalBytes >= this.#bytesMin && !this.#done.has(uploadId) && this.#options.isWelcome()) {
      this.#follow(uploadId, now);
    }
    this.#advance();
    // A push may come after the end of what it tells of; and what is all at the service, and not followed, is not being sent any more.
    const isOver = this.#done.has(uploadId) || (storedBytes >= totalBytes && !this.#followed.has(uploadId));
    if (isOver) this.#shown.forget(uploadId);
    else this.#shown.show(push);
  }

  /** Called whenever `incoming` would answer something else. One callback; a later one replaces it. */
  onChange(callback: () => void): void {
    this.#onChange = callback;
  }

  /** Uploads that were heard of not long ago and are not committed, as far as is known. */
  incoming(): readonly IncomingUpload[] {
    return this.#shown.list().map(({ uploadId, deviceId, storedBytes, totalBytes }) => {
      const fetchedBytes = this.#followed.get(uploadId)?.fetch.fetchedBytes ?? 0;
      return { uploadId, deviceId, storedBytes, totalBytes, fetchedBytes };
    });
  }

  /**
   * Hands over what came of a content whose commit is known, and forgets it: nothing more is written to its staging then. Undefined
   * when nothing can have come; what an earlier process has left there is handed over unverified.
   *
   * @throws the defect that has ended the fetching ahead, once.
   */
  async take({
    contentHash,
    size,
  }: {
    readonly contentHash: ContentHash;
    readonly size: number;
  }): Promise<AheadContent | undefined> {
    const defect = this.#defect;
    this.#defect = undefined;
    if (defect !== undefined) throw defect.cause;
    const owner = this.#owners.get(contentHash);
    // What is too small to be fetched ahead must not push out what is not.
    if (owner !== undefined || size >= this.#bytesMin) this.#finish(contentHash);
    if (owner === undefined || owner.lettingGo !== undefined) {
      this.#forgetSent(size);
      await owner?.lettingGo;
      return size < this.#bytesMin
        ? undefined
        : { key: aheadKey(contentHash), isVerified: () => false, isResumed: true };
    }
    const { fetch } = owner;
    this.#finish(fetch.uploadId);
    await this.#letGo(owner, { afterComing: true });
    this.#shown.forget(fetch.uploadId);
    const { failure } = fetch;
    if (failure !== undefined) {
      if (failure.cause instanceof DiskRefusedError) return undefined;
      throw failure.cause;
    }
    const isVerified: AheadContent['isVerified'] = ({ offset, hash }) => fetch.isVerified(offset, hash);
    return { key: aheadKey(contentHash), isVerified, isResumed: fetch.isResumed };
  }

  /**
   * A content of this size has been committed. What an upload brings is not known before it is followed: one of that size is taken for it, and
   * is shown again when it goes on all the same.
   */
  #forgetSent(size: number): void {
    for (const { uploadId, totalBytes } of this.#shown.list()) {
      const isOther = this.#followed.get(uploadId)?.fetch.contentHash !== undefined;
      if (totalBytes === size && !isOther) this.#shown.forget(uploadId);
    }
  }

  /** Runs a download, before which everything else steps back. */
  async yieldTo<T>(download: () => Promise<T>): Promise<T> {
    this.#downloads += 1;
    try {
      return await download();
    } finally {
      this.#downloads -= 1;
      if (this.#downloads === 0) this.#wake();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const go of waiting) go();
  }

  /** Ends all of it. What came stays for the next process, if it is durable. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#shown.close();
    const followed = [...this.#followed.values()];
    await Promise.all(followed.map((one) => this.#end(one)));
    await this.#advancing;
    for (const one of followed) await this.#letGo(one);
  }

  #follow(uploadId: UploadId, heardAt: EpochMs): void {
    if (this.#followed.size >= AHEAD_UPLOADS_MAX) return;
    const ending = new AbortController();
    const own = (contentHash: ContentHash): Promise<boolean> => this.#own(contentHash, followed);
    const fetch = new AheadFetch(this.#dependencies, { uploadId, signal: ending.signal, own });
    const state = { heardAt, hasNews: true, isTaken: false, running: undefined, lettingGo: undefined };
    const followed: Followed = { fetch, ending, ...state };
    this.#followed.set(uploadId, followed);
    void this.#dropWhenSilent(followed).catch((cause: unknown) => this.#noteDefect(cause));
  }

  /** Goes on with what there is news of, unless that is under way. */
  #advance(): void {
    if (this.#advancing !== undefined || this.#isClosed) return;
    this.#advancing = this.#advanceAll()
      .catch((cause: unknown) => this.#noteDefect(cause))
      .finally(() => {
        this.#advancing = undefined;
      });
  }

  /** A defect must not be lost in the background: the next one who takes a content is told. */
  #noteDefect(cause: unknown): void {
    this.#defect ??= { cause };
  }

  async #advanceAll(): Promise<void> {
    for (let next = this.#withNews(); next !== undefined; next = this.#withNews()) {
      next.hasNews = false;
      next.running = this.#advanceOne(next);
      const outcome = await next.running;
      this.#onChange();
      if (outcome === 'given-up') await this.#drop(next);
      if (outcome === 'later') return;
    }
  }

  #withNews(): Followed | undefined {
    if (this.#isClosed || !this.#options.isWelcome()) return undefined;
    for (const one of this.#followed.values()) if (one.hasNews) return one;
    return undefined;
  }

  async #advanceOne(one: Followed): Promise<PassOutcome> {
    const { fetch, ending } = one;
    try {
      const outcome = await fetch.advance(
        async () => (await this.#mayFetch(one)) && !one.isTaken,
        () => takeNews(one),
      );
      // A download that takes it over makes all of it durable itself.
      if (outcome === 'advanced' && !one.isTaken) fetch.flushSoon();
      return outcome;
    } catch (failure) {
      if (ending.signal.aborted) return 'advanced';
      if (failure instanceof UnavailableError) return 'later';
      if (failure instanceof DiskRefusedError) return 'given-up';
      throw failure;
    }
  }

  async #mayFetch(one: Followed): Promise<boolean> {
    const { signal } = one.ending;
    while (this.#downloads > 0 && !signal.aborted && !one.isTaken) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    signal.throwIfAborted();
    return this.#options.isWelcome();
  }

  /** An upload of which nothing was heard for long has been given up: nothing of it is to stay. */
  async #dropWhenSilent(one: Followed): Promise<void> {
    const { clock } = this.#dependencies;
    let leftMs = AHEAD_SILENCE_MS;
    while (leftMs > 0) {
      if (!(await pause(clock, leftMs, one.ending.signal))) return;
      leftMs = one.heardAt + AHEAD_SILENCE_MS - clock.now();
    }
    await this.#drop(one);
  }

  async #drop(one: Followed): Promise<void> {
    this.#finish(one.fetch.uploadId);
    this.#shown.forget(one.fetch.uploadId);
    await this.#letGo(one, { isWorthless: true });
  }

  /** Makes an upload the only one that writes into the staging of a content; what another one left there it recognises by the bytes. */
  async #own(contentHash: ContentHash, one: Followed): Promise<boolean> {
    if (this.#done.has(contentHash)) return false;
    const earlier = this.#owners.get(contentHash);
    this.#owners.set(contentHash, one);
    if (earlier !== undefined && earlier !== one) {
      this.#finish(earlier.fetch.uploadId);
      this.#shown.forget(earlier.fetch.uploadId);
      await this.#letGo(earlier);
    }
    return !this.#done.has(contentHash);
  }

  /** Ends an upload and closes its staging, in the way of whoever asks first. What is worth nothing is removed. */
  #letGo(one: Followed, how: LettingGo = {}): Promise<void> {
    one.lettingGo ??= this.#closeStaging(one, how);
    return one.lettingGo;
  }

  async #closeStaging(one: Followed, { afterComing = false, isWorthless = false }: LettingGo): Promise<void> {
    const { fetch } = one;
    try {
      if (afterComing) await this.#comeToEnd(one);
      await this.#end(one);
      await fetch.close();
      if (isWorthless || fetch.failure !== undefined) await this.#discard(fetch);
    } finally {
      const { contentHash } = fetch;
      if (contentHash !== undefined && this.#owners.get(contentHash) === one) this.#owners.delete(contentHash);
    }
  }

  async #discard(fetch: AheadFetch): Promise<void> {
    try {
      await fetch.discard();
    } catch (failure) {
      // What a disk does not let go of now goes when old stagings are looked through.
      if (!(failure instanceof DiskRefusedError)) throw failure;
    }
  }

  /** Begins nothing more of an upload, but lets come what is on its way: the download would only ask for it again. */
  async #comeToEnd(one: Followed): Promise<void> {
    this.#followed.delete(one.fetch.uploadId);
    one.isTaken = true;
    this.#wake();
    const ended = new AbortController();
    const running = (one.running ?? Promise.resolve()).catch(() => undefined).finally(() => ended.abort());
    await Promise.race([running, pause(this.#dependencies.clock, AHEAD_ENDING_MS_MAX, ended.signal)]);
  }

  /** Ends the work on an upload, and waits for what is under way. A defect in it has been noted by whoever began it. */
  async #end(one: Followed): Promise<void> {
    this.#followed.delete(one.fetch.uploadId);
    one.ending.abort();
    await one.running?.catch(() => undefined);
  }

  #finish(done: UploadId | ContentHash): void {
    this.#done.delete(done);
    this.#done.add(done);
    for (const oldest of this.#done) {
      if (this.#done.size <= AHEAD_DONE_MAX) return;
      this.#done.delete(oldest);
    }
  }
}

/** Whether something was heard of an upload since this was asked last. */
function takeNews(one: Followed): boolean {
  const { hasNews } = one;
  one.hasNews = false;
  return hasNews;
}
