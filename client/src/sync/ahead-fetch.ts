import type {
  ChunkHash,
  ChunkRef,
  ConfirmedChunk,
  ContentHash,
  UploadContentResponse,
  UploadId,
} from '@syncline/protocol';
import { DiskRefusedError, type FileSystem, type StagedContent } from '../engine/ports.ts';
import { chunkMemory } from '../transfers/chunk-memory.ts';
import { fetchChunk } from '../transfers/fetch-chunk.ts';
import type { KnownManifests } from '../transfers/known-manifests.ts';
import { runBounded } from '../transfers/run-bounded.ts';
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

/** The name under which what comes ahead of a content's commit is staged. */
export function aheadKey(contentHash: ContentHash): string {
  return `ahead-${contentHash}`;
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
   * Fetches what can be read of the upload now. `given-up`: nothing more can be, and what came is of no use.
   * @throws DiskRefusedError, UnavailableError; the signal's reason.
   */
  advance(mayFetch: MayFetch): Promise<'advanced' | 'given-up'> {
    return chunkMemory.during(() => this.#advance(mayFetch));
  }

  async #advance(mayFetch: MayFetch): Promise<'advanced' | 'given-up'> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    while (this.#settled.has(this.#from)) this.#from += 1;
    let next: number | undefined = this.#from;
    while (next !== undefined) {
      if (!(await mayFetch())) return 'advanced';
      const { api } = this.#dependencies;
      const answer = await api.getUploadContent({
        parameters: { uploadId: this.uploadId },
        query: { from: String(next) },
        signal: this.#signal,
      });
      if (!answer.ok) return 'given-up';
      const staged = await this.#stage(answer.value);
      if (staged === undefined || !this.#canStand(answer.value)) return 'given-up';
      const isWhole = await this.#fetchAll(staged, answer.value.chunks, mayFetch);
      if (!isWhole) return 'advanced';
      next = answer.value.next;
    }
    return 'advanced';
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
    if (this.#staged !== undefined) return this.#staged;
    const { files, freeBytes } = this.#dependencies;
    if ((await freeBytes()) - size < AHEAD_ROOM_BYTES_MIN) return undefined;
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

  /** Answers whether all of them came, so that it is worth asking for more. */
  async #fetchAll(staged: StagedContent, chunks: readonly ConfirmedChunk[], mayFetch: MayFetch): Promise<boolean> {
    const wanted = chunks.filter(({ index }) => !this.#settled.has(index));
    let isWhole = true;
    await runBounded(AHEAD_CHUNKS_MAX, wanted, async (chunk) => {
      if (!isWhole) return;
      isWhole = (await this.#settle(staged, chunk, mayFetch)) && isWhole;
    });
    return isWhole;
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
