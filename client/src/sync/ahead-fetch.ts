import type {
  ChunkHash,
  ChunkRef,
  ConfirmedChunk,
  ContentHash,
  UploadContentResponse,
  UploadId,
} from '@syncline/protocol';
import { DiskRefusedError, type FileSystem, type StagedContent } from '../engine/ports.ts';
import { aheadKey } from '../engine/staging-keys.ts';
import { chunkMemory } from '../transfers/chunk-memory.ts';
import { fetchChunk } from '../transfers/fetch-chunk.ts';
import type { KnownManifests } from '../transfers/known-manifests.ts';
import type { TransferGate } from '../transfers/transfer-gate.ts';
import type { TransferDependencies } from '../transfers/upload-files.ts';
import { AHEAD_CHUNKS_MAX, AHEAD_FLUSH_BYTES, AHEAD_ROOM_BYTES_MIN } from './limits.ts';

export interface AheadDependencies extends TransferDependencies {
  readonly files: Pick<FileSystem, 'stage' | 'unstage'>;
  readonly manifests: Pick<KnownManifests, 'find'>;
  readonly isChunk: (bytes: Uint8Array, ref: ChunkRef) => boolean;
  /** Room on the disk of the folder, in bytes. */
  readonly freeBytes: () => Promise<number>;
}

/** Whether a chunk may be asked for at this moment; resolves when it may. False: not in this pass any more. */
export type MayFetch = () => Promise<boolean>;

/** One pass over what the service has confirmed of an upload. */
interface Pass {
  /** From which index on more is to be asked for; undefined when all that could be read was told. */
  next: number | undefined;
  readonly queue: ConfirmedChunk[];
  /** Indexes that were put into the queue. */
  readonly begun: Set<number>;
  isAsking: boolean;
  ending?: 'advanced' | 'given-up';
  failure?: { readonly cause: unknown };
}

/**
 * The chunks of one open upload that came to this device ahead of its commit, in a staging of their own. Nothing of it is ever seen
 * in the synced folder: only a download, which knows of a commit, takes the staging over.
 */
export class AheadFetch {
  readonly uploadId: UploadId;
  readonly #dependencies: AheadDependencies;
  readonly #signal: AbortSignal;
  readonly #gate: TransferGate;
  readonly #own: (contentHash: ContentHash) => Promise<boolean>;
  #content: Pick<UploadContentResponse, 'contentHash' | 'size'> | undefined;
  #staged: StagedContent | undefined;
  /** What this process has verified and written, by offset. */
  readonly #verified = new Map<number, ChunkHash>();
  /** Where chunks stand as the service has said, by index. */
  readonly #places = new Map<number, Pick<ConfirmedChunk, 'offset' | 'hash' | 'size'>>();
  /** Indexes that need nothing more: verified ones, and those that the disk has elsewhere. */
  readonly #settled = new Set<number>();
  /** All before this index are settled. */
  #from = 0;
  #fetchedBytes = 0;
  /** Written since something was made durable last. */
  #unflushedBytes = 0;
  #flushing: Promise<void> | undefined;
  #failure: { readonly cause: unknown } | undefined;
  #isResumed = false;
  /** Lets a pass look at once whether there is more. */
  #wake: () => void = () => undefined;

  constructor(
    dependencies: AheadDependencies,
    upload: {
      readonly uploadId: UploadId;
      readonly signal: AbortSignal;
      /**
       * Resolves when nobody else writes into the staging of a content. False: it has been committed, so that whoever wants it
       * downloads it.
       */
      readonly own: (contentHash: ContentHash) => Promise<boolean>;
    },
  ) {
    this.#dependencies = dependencies;
    this.#signal = upload.signal;
    // What is small and wanted now goes before.
    this.#gate = dependencies.gate.lane('large');
    this.#own = upload.own;
    this.uploadId = upload.uploadId;
  }

  get contentHash(): ContentHash | undefined {
    return this.#content?.contentHash;
  }

  /** Whether an earlier process, or an earlier upload, may have written what this one has not seen. */
  get isResumed(): boolean {
    return this.#isResumed;
  }

  get fetchedBytes(): number {
    return this.#fetchedBytes;
  }

  /** Why what came could not be made durable: then nothing of it is to be believed. Known when it is closed. */
  get failure(): { readonly cause: unknown } | undefined {
    return this.#failure;
  }

  /** Whether the bytes of a place were verified by this process when it wrote them. */
  isVerified(offset: number, hash: ChunkHash): boolean {
    return this.#verified.get(offset) === hash;
  }

  /**
   * Fetches what can be read of the upload now, and what `takeNews` says that there is more of while it does. `given-up`: nothing more
   * can be, and what came is of no use.
   * @throws DiskRefusedError, UnavailableError; the signal's reason.
   */
  advance(mayFetch: MayFetch, takeNews: () => boolean = () => false): Promise<'advanced' | 'given-up'> {
    return chunkMemory.during(() => this.#advance(mayFetch, takeNews));
  }

  /** Tells a pass that is under way that there may be news. */
  lookForNews(): void {
    this.#wake();
  }

  /** What comes next is asked for while the last chunks are on their way, so that the line is never empty while there is something to fetch. */
  async #advance(mayFetch: MayFetch, takeNews: () => boolean): Promise<'advanced' | 'given-up'> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    const pass: Pass = { next: this.#firstOpen(), queue: [], begun: new Set(), isAsking: false };
    const open = new Set<Promise<void>>();
    const begin = (task: () => Promise<void>): void => {
      const running = task()
        .catch((cause: unknown) => void (pass.failure ??= { cause }))
        .finally(() => open.delete(running));
      open.add(running);
    };
    for (;;) {
      while (open.size < AHEAD_CHUNKS_MAX) {
        const task = this.#nextTask(pass, { mayFetch, takeNews });
        if (task === undefined) break;
        begin(task);
      }
      if (open.size === 0) break;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([...open, woken]);
    }
    if (pass.failure !== undefined) throw pass.failure.cause;
    return pass.ending ?? 'advanced';
  }

  /** What is to be begun now; undefined when that is nothing. */
  #nextTask(
    pass: Pass,
    { mayFetch, takeNews }: { readonly mayFetch: MayFetch; readonly takeNews: () => boolean },
  ): (() => Promise<void>) | undefined {
    if (pass.ending !== undefined || pass.failure !== undefined) return undefined;
    if (!pass.isAsking && pass.queue.length < AHEAD_CHUNKS_MAX) {
      if (pass.next === undefined && takeNews()) pass.next = this.#firstOpen();
      if (pass.next !== undefined) return () => this.#ask(pass, mayFetch);
    }
    const chunk = pass.queue.shift();
    return chunk === undefined ? undefined : () => this.#fetchOne(pass, chunk, mayFetch);
  }

  /** The first index that is not settled. */
  #firstOpen(): number {
    while (this.#settled.has(this.#from)) this.#from += 1;
    return this.#from;
  }

  /** Adds to the queue what can be read from `next` on. */
  async #ask(pass: Pass, mayFetch: MayFetch): Promise<void> {
    pass.isAsking = true;
    try {
      if (!(await mayFetch())) {
        pass.ending ??= 'advanced';
        return;
      }
      const answer = await this.#readUpload(pass.next ?? 0);
      const staged = answer.ok ? await this.#stage(answer.value) : undefined;
      if (!answer.ok || staged === undefined || !this.#canStand(answer.value)) {
        pass.ending = 'given-up';
        return;
      }
      pass.next = answer.value.next;
      for (const chunk of answer.value.chunks) {
        if (this.#settled.has(chunk.index) || pass.begun.has(chunk.index)) continue;
        pass.begun.add(chunk.index);
        pass.queue.push(chunk);
      }
    } finally {
      pass.isAsking = false;
    }
  }

  #readUpload(from: number) {
    return this.#dependencies.api.getUploadContent({
      parameters: { uploadId: this.uploadId },
      query: { from: String(from) },
      signal: this.#signal,
    });
  }

  /** What did not come ends the pass: it is not worth it to ask for more. */
  async #fetchOne(pass: Pass, chunk: ConfirmedChunk, mayFetch: MayFetch): Promise<void> {
    const hasCome = this.#staged !== undefined && (await this.#settle(this.#staged, chunk, mayFetch));
    if (!hasCome) pass.ending ??= 'advanced';
  }

  /** Begins to make durable what came, beside what goes on to come, so that little is left to do when it is published. */
  flushSoon(): void {
    if (this.#staged === undefined || this.#flushing !== undefined || this.#unflushedBytes === 0) return;
    this.#unflushedBytes = 0;
    this.#flushing = this.#flush(this.#staged);
  }

  async #flush(staged: StagedContent): Promise<void> {
    try {
      await staged.flush();
    } catch (cause) {
      this.#failure ??= { cause };
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Lets go of the staging, which stays for the one who takes it over. Precondition: nothing advances any more. */
  async close(): Promise<void> {
    const staged = this.#staged;
    this.#staged = undefined;
    await this.#flushing;
    try {
      await staged?.close();
    } catch (cause) {
      if (!(cause instanceof DiskRefusedError)) throw cause;
      this.#failure ??= { cause };
    }
  }

  /** Removes what came. Precondition: nothing advances any more. */
  async discard(): Promise<void> {
    await this.close();
    if (this.#content !== undefined) await this.#dependencies.files.unstage(aheadKey(this.#content.contentHash));
  }

  /** Undefined when this upload is another one than it was, or when the disk has no room for it. */
  async #stage({ contentHash, size }: UploadContentResponse): Promise<StagedContent | undefined> {
    if (this.#content !== undefined && this.#content.contentHash !== contentHash) return undefined;
    const { files, freeBytes } = this.#dependencies;
    const restBytes = Math.max(0, size - this.#fetchedBytes);
    if ((await freeBytes()) - restBytes < AHEAD_ROOM_BYTES_MIN) return undefined;
    if (this.#staged !== undefined) return this.#staged;
    // From here on whoever takes the content finds it here, and waits until nothing is written any more.
    this.#content = { contentHash, size };
    this.#isResumed = true;
    if (!(await this.#own(contentHash))) return undefined;
    this.#staged = await files.stage({ key: aheadKey(contentHash), size });
    this.#isResumed = this.#staged.resumed;
    return this.#staged;
  }

  /** Whether each chunk has a place of its own in the file, the same as before: else one would be written over another. */
  #canStand({ chunks }: UploadContentResponse): boolean {
    const size = this.#content?.size ?? 0;
    let hasNew = false;
    for (const { index, ...chunk } of chunks) {
      const known = this.#places.get(index);
      if (chunk.offset < 0 || chunk.offset + chunk.size > size) return false;
      if (known !== undefined) {
        if (known.offset !== chunk.offset || known.size !== chunk.size || known.hash !== chunk.hash) return false;
        continue;
      }
      hasNew = true;
      this.#places.set(index, { offset: chunk.offset, hash: chunk.hash, size: chunk.size });
    }
    if (!hasNew) return true;
    let end = 0;
    for (const place of [...this.#places.values()].toSorted((a, b) => a.offset - b.offset)) {
      if (place.offset < end) return false;
      end = place.offset + place.size;
    }
    return true;
  }

  async #settle(staged: StagedContent, chunk: ConfirmedChunk, mayFetch: MayFetch): Promise<boolean> {
    const { index, offset, hash, size } = chunk;
    const ref = { hash, size };
    const { manifests, isChunk, bandwidth } = this.#dependencies;
    if (manifests.find(ref).length > 0) {
      // The download will find it on this disk; if it does not, it asks the network then.
      this.#settled.add(index);
      return true;
    }
    if (staged.resumed && isChunk(staged.readSync({ start: offset, end: offset + size }), ref)) {
      this.#keep(chunk);
      return true;
    }
    if (!(await mayFetch())) return false;
    await bandwidth?.download.take(size, { signal: this.#signal });
    return this.#gate.run(size, async () => {
      this.#signal.throwIfAborted();
      const into = chunkMemory.take(size);
      const outcome = await fetchChunk(this.#dependencies, { ...chunk, into }, this.#signal);
      if (outcome.kind !== 'fetched') return false;
      this.#signal.throwIfAborted();
      await staged.write(offset, outcome.bytes);
      chunkMemory.giveBack(into);
      this.#keep(chunk);
      this.#unflushedBytes += size;
      if (this.#unflushedBytes >= AHEAD_FLUSH_BYTES) this.flushSoon();
      return true;
    });
  }

  #keep({ index, offset, hash, size }: ConfirmedChunk): void {
    this.#verified.set(offset, hash);
    this.#settled.add(index);
    this.#fetchedBytes += size;
  }
}
