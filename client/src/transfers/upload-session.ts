import {
  CHECK_HASHES_MAX,
  CHECK_PROOFS_MAX,
  CHECK_STORED_MAX,
  type CheckChunksResponse,
  type ChunkHash,
  type MissingChunk,
  PACK_MEMBER_BYTES_MAX,
  type Problem,
  type SignedPut,
  type Upload,
  type UploadId,
} from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import { chunksToReport } from './chunks-to-report.ts';
import { hashChunk, proveChunk } from './hashing.ts';
import {
  FILE_UNCONFIRMED_CHUNKS_MAX,
  IDLE_ROUNDS_MAX,
  PACED_CHUNKS,
  REPORT_CHUNKS,
  SIGNED_URL_USE_MS,
} from './limits.ts';
import type { PackBuilder } from './pack-builder.ts';
import type { ByteRange, FileContent } from './read-content.ts';
import { runBounded } from './run-bounded.ts';
import type { SendOutcome } from './send-chunk.ts';
import { isLost, type LostFile, readWhole, sendFileChunk } from './send-file-chunk.ts';
import type { PackOutcome } from './send-pack.ts';
import { StoreUnavailableError } from './store-health.ts';
import type { TransferGate } from './transfer-gate.ts';
import type { TransferDependencies } from './upload-files.ts';

/** How storing the chunks of one file ended. */
export type StoreOutcome =
  | { readonly kind: 'stored'; readonly unconfirmed: number }
  | LostFile
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface UploadSessionDependencies extends TransferDependencies {
  /** Chunks that are being sent by any file of the same call, alone or in a pack, so that equal ones are sent once. */
  readonly sending: Map<ChunkHash, Promise<Delivery | undefined>>;
  /** Takes small chunks. Without it each chunk is sent by a PUT of its own. */
  readonly packs: PackBuilder | undefined;
  /** Bounds the chunk checks of the call. */
  readonly checks: TransferGate;
  readonly signal: AbortSignal | undefined;
  /** Called with the length of every part of the file that has become stored. */
  readonly onStored: (bytes: number) => void;
}

/** What became of a chunk that was sent. */
export type Delivery = SendOutcome | PackOutcome;

/** A PUT that is to be made, with the time at which its URL was asked for. */
interface WantedPut {
  readonly hash: ChunkHash;
  readonly put: SignedPut;
  readonly askedAtMs: number;
}

/**
 * One file's upload session, from the service's first answer until every chunk is stored.
 *
 * Maintained invariant: each distinct chunk is in exactly one of unknown, wanted, packable, challenged, claimed, unconfirmed, held.
 * A round sends what is wanted or packable, then tells and asks the service; rounds that bring nothing new are counted.
 */
export class UploadSession {
  readonly #dependencies: UploadSessionDependencies;
  readonly #content: FileContent;
  readonly #uploadId: UploadId;
  /** Where each distinct chunk first stands in the file. */
  readonly #places = new Map<ChunkHash, ByteRange>();
  /** Bytes of the file that each distinct chunk makes up, for those that are not stored yet. */
  readonly #weights = new Map<ChunkHash, number>();
  /** The service has not said what it needs of these. */
  readonly #unknown = new Set<ChunkHash>();
  readonly #wanted = new Map<ChunkHash, WantedPut>();
  /** Missing, and to be sent in a pack. */
  readonly #packable = new Set<ChunkHash>();
  readonly #challenged = new Map<ChunkHash, string>();
  /** Found stored by somebody, or perhaps sent by an earlier process: the service has to confirm them for this session. */
  readonly #claimed = new Set<ChunkHash>();
  /** Have been claimed once, without having been sent by this session. */
  readonly #doubted = new Set<ChunkHash>();
  /** Stored by this session, and not confirmed by the service yet. */
  readonly #unconfirmed = new Set<ChunkHash>();
  readonly #held = new Set<ChunkHash>();
  /** Sent, or found to be sent by another file, once: a second time this session sends for itself. */
  readonly #tried = new Set<ChunkHash>();
  /** Have been given bandwidth that they have not used. */
  readonly #paid = new Set<ChunkHash>();
  /** Until a pack was refused: then this session sends its chunks one by one. */
  #usesPacks: boolean;
  #reporting: Promise<void> | undefined;
  /** Stored chunks from which on they are reported. */
  #reportChunks = REPORT_CHUNKS;
  /** Whether chunks may have been sent before this session, of which the service was not told. */
  #isBegun = true;
  #ending: StoreOutcome | undefined;

  /** Without `upload` the session is resumed: everything is asked for first. */
  constructor(
    dependencies: UploadSessionDependencies,
    content: FileContent,
    opened: { readonly uploadId: UploadId; readonly upload?: Upload },
  ) {
    this.#dependencies = dependencies;
    this.#content = content;
    this.#uploadId = opened.uploadId;
    this.#usesPacks = dependencies.packs !== undefined;
    let start = 0;
    for (const { hash, size } of content.chunks) {
      if (!this.#places.has(hash)) this.#places.set(hash, { start, end: start + size });
      this.#weights.set(hash, (this.#weights.get(hash) ?? 0) + size);
      this.#unknown.add(hash);
      start += size;
    }
    if (opened.upload !== undefined) this.#learn(opened.upload);
  }

  /** @throws UnavailableError and the signal's reason. */
  async store(): Promise<StoreOutcome> {
    for (let idleRounds = 0; this.#hasWork(); ) {
      const before = this.#achieved();
      await this.#sendMissing();
      if (this.#ending === undefined && this.#mustCheck()) await this.#check();
      if (this.#ending !== undefined) return this.#ending;
      idleRounds = this.#achieved() > before ? 0 : idleRounds + 1;
      if (idleRounds > IDLE_ROUNDS_MAX) throw disagreement();
    }
    return { kind: 'stored', unconfirmed: this.#unconfirmed.size };
  }

  /** Grows with every chunk that is stored for the first time and with every one that is confirmed; never shrinks. */
  #achieved(): number {
    return this.#held.size - this.#weights.size;
  }

  #hasWork(): boolean {
    return this.#wanted.size > 0 || this.#packable.size > 0 || this.#mustCheck();
  }

  #mustCheck(): boolean {
    const asking = this.#unknown.size + this.#challenged.size + this.#claimed.size;
    return asking > 0 || this.#unconfirmed.size > FILE_UNCONFIRMED_CHUNKS_MAX;
  }

  async #sendMissing(): Promise<void> {
    const ways = [() => this.#sendWanted(), () => this.#sendPackable()];
    try {
      await runBounded(ways.length, ways, (send) => send());
    } finally {
      await this.#reporting;
    }
  }

  async #sendWanted(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    const isPaced = this.#dependencies.bandwidth?.upload.bytesPerSecond !== undefined;
    await runBounded(isPaced ? PACED_CHUNKS : wanted.length, wanted, (put) =>
      this.#sendOnce(put.hash, () => this.#sendInTurn(put, this.#placeOf(put.hash))),
    );
  }

  async #sendPackable(): Promise<void> {
    const { packs } = this.#dependencies;
    if (packs === undefined) return;
    await runBounded(this.#packable.size, [...this.#packable], (hash) => {
      const { start, end } = this.#placeOf(hash);
      const chunk = { hash, size: end - start, bytes: () => this.#readVerified(hash) };
      return this.#sendOnce(hash, () => packs.add(chunk));
    });
  }

  /** Sends a chunk by `send`, unless another file of the call does. */
  async #sendOnce(hash: ChunkHash, send: () => Promise<Delivery | undefined>): Promise<void> {
    const { sending } = this.#dependencies;
    const other = this.#tried.has(hash) ? undefined : sending.get(hash);
    this.#tried.add(hash);
    // Between looking and entering itself into `sending` nothing may wait, or two would send.
    let delivery = other === undefined ? undefined : await other;
    if (delivery === undefined || !this.#isSettledBy(hash, delivery)) {
      const task = send();
      sending.set(
        hash,
        task.catch(() => undefined),
      );
      delivery = await task;
    }
    if (delivery !== undefined) this.#noteDelivery(hash, delivery);
  }

  /** Whether what became of another file's try is an answer for this one too. */
  #isSettledBy(hash: ChunkHash, delivery: Delivery): boolean {
    if (delivery === 'alone') return this.#packable.has(hash);
    return delivery !== 'url-refused' && delivery !== 'bytes-refused';
  }

  #noteDelivery(hash: ChunkHash, delivery: Delivery): void {
    if (typeof delivery === 'object') {
      this.#end({ kind: 'refused', problem: delivery.problem });
      return;
    }
    this.#wanted.delete(hash);
    this.#packable.delete(hash);
    if (delivery === 'alone') this.#usesPacks = false;
    if (delivery === 'stored') this.#noteStored(hash);
    else if (delivery === 'exists') this.#claimed.add(hash);
    else this.#unknown.add(hash);
  }

  /**
   * Waits for bandwidth before it enters the gate: what waits for a slow line must not hold room that others need.
   * A chunk whose URL became old while it waited keeps what it has been given for its next URL.
   */
  async #sendInTurn(wanted: WantedPut, place: ByteRange): Promise<SendOutcome | undefined> {
    const { gate, clock, signal, bandwidth } = this.#dependencies;
    const size = place.end - place.start;
    const isOld = (): boolean => clock.now() - wanted.askedAtMs > SIGNED_URL_USE_MS;
    if (bandwidth?.upload.bytesPerSecond !== undefined && !this.#paid.has(wanted.hash)) {
      if (isOld()) return 'url-refused';
      await bandwidth.upload.take(size, { signal });
      this.#paid.add(wanted.hash);
    }
    return gate.run(size, async () => {
      signal?.throwIfAborted();
      if (this.#ending !== undefined) return undefined;
      if (isOld()) return 'url-refused';
      this.#paid.delete(wanted.hash);
      return this.#sendBytes(wanted, place);
    });
  }

  async #sendBytes({ hash, put }: WantedPut, place: ByteRange): Promise<SendOutcome | undefined> {
    const sent = await sendFileChunk(this.#dependencies, this.#content, { hash, put, place });
    if (typeof sent !== 'object') return sent;
    this.#end(sent);
    return undefined;
  }

  /** Bytes of the file, or undefined when they cannot be had any more, which ends the session. */
  async #read(wanted: ByteRange): Promise<Uint8Array | undefined> {
    const bytes = await readWhole(this.#content, wanted);
    if (!isLost(bytes)) return bytes;
    this.#end(bytes);
    return undefined;
  }

  /** What a pack takes must hash to its name, or all chunks in the pack would be refused. */
  async #readVerified(hash: ChunkHash): Promise<Uint8Array | undefined> {
    if (this.#ending !== undefined) return undefined;
    const bytes = await this.#read(this.#placeOf(hash));
    if (bytes === undefined || this.#content.kept !== undefined || (await hashChunk(bytes)) === hash) return bytes;
    this.#end({ kind: 'changed' });
    return undefined;
  }

  #noteStored(hash: ChunkHash): void {
    this.#unconfirmed.add(hash);
    this.#count(hash);
    if (this.#unconfirmed.size >= this.#reportChunks) this.#report();
  }

  /** Tells the service what is stored while chunks go on being sent. */
  #report(): void {
    if (this.#reporting !== undefined) return;
    this.#reportChunks = chunksToReport({ chunks: this.#places.size, leftToSend: this.#wanted.size });
    this.#reporting = this.#check({ storedOnly: true }).finally(() => {
      this.#reporting = undefined;
    });
    // Awaited by #sendMissing; until then a failure must not count as unhandled.
    this.#reporting.catch(() => undefined);
  }

  /** Tells the service what is stored, answers challenges, and asks for what is unknown: as much as one request takes. */
  async #check(options: { readonly storedOnly?: boolean } = {}): Promise<void> {
    const { api, signal, clock, checks } = this.#dependencies;
    const stored = [...this.#claimed, ...this.#unconfirmed].slice(0, CHECK_STORED_MAX);
    const hashes = options.storedOnly === true ? [] : [...this.#unknown].slice(0, CHECK_HASHES_MAX);
    const proofs = options.storedOnly === true ? [] : await this.#prove();
    if (this.#ending !== undefined) return;
    const askedAtMs = clock.now();
    const asked = { hashes, proofs: [...proofs], stored };
    const body = this.#usesPacks ? { packs: true, ...asked } : asked;
    const parameters = { uploadId: this.#uploadId };
    const answer = await checks.run(0, () => api.checkChunks({ parameters, body, signal }));
    if (answer.ok) this.#absorb(answer.value, askedAtMs);
    else this.#end({ kind: 'refused', problem: answer.problem });
    // While chunks go on being sent, nothing is taken from those that are.
    if (options.storedOnly !== true) this.#claimWanted();
  }

  async #prove(): Promise<readonly { readonly hash: ChunkHash; readonly proof: string }[]> {
    const challenges = [...this.#challenged].slice(0, CHECK_PROOFS_MAX);
    const proofs = await runBounded(CHECK_PROOFS_MAX, challenges, ([hash, challenge]) => {
      const place = this.#placeOf(hash);
      return this.#dependencies.gate.run(place.end - place.start, async () => {
        const bytes = await this.#read(place);
        if (bytes === undefined) return undefined;
        // The service would only say that the proof is wrong; here it is known why.
        if ((await hashChunk(bytes)) !== hash) this.#end({ kind: 'changed' });
        return { hash, proof: await proveChunk(challenge, bytes) };
      });
    });
    return proofs.filter((proof) => proof !== undefined);
  }

  /** What an upload's first answer leaves out is held already: of all chunks, or, if it says that there is more, of as many in the file's order. */
  #learn(upload: Upload): void {
    const named = new Set([...upload.missing, ...upload.prove].map((chunk) => chunk.hash));
    const held = upload.more ? [] : [...this.#unknown].filter((hash) => !named.has(hash));
    this.#absorb({ missing: upload.missing, prove: upload.prove, held }, this.#dependencies.clock.now());
    const told = [...this.#places.keys()].slice(0, upload.more ? named.size : undefined);
    this.#isBegun = told.some((hash) => !named.has(hash));
    // Other devices see soon that the file is on its way, and the service knows that it was begun.
    if (this.#wanted.size > FILE_UNCONFIRMED_CHUNKS_MAX) this.#reportChunks = 1;
    this.#claimWanted();
  }

  /**
   * Where an earlier process has ended in the middle of this file, the chunks that it sent last are stored and the service was never told:
   * it is asked once for each that it has called missing, page by page, before they are sent again. That the account holds any chunk shows that
   * the file may have been begun; where it is only an older content of the file, this costs a request.
   */
  #claimWanted(): void {
    if (!this.#isBegun || this.#wanted.size <= FILE_UNCONFIRMED_CHUNKS_MAX) return;
    for (const hash of this.#wanted.keys()) {
      if (this.#tried.has(hash) || this.#doubted.has(hash)) continue;
      this.#wanted.delete(hash);
      for (const state of [this.#doubted, this.#claimed]) state.add(hash);
    }
  }

  #absorb(answer: Pick<CheckChunksResponse, 'missing' | 'prove' | 'held'>, askedAtMs: number): void {
    for (const hash of answer.held) {
      this.#forget(hash);
      this.#count(hash);
      this.#held.add(hash);
    }
    for (const chunk of answer.missing) this.#want(chunk, askedAtMs);
    for (const { hash, challenge } of answer.prove) {
      this.#forget(hash);
      this.#challenged.set(hash, challenge);
    }
  }

  #want({ hash, put }: MissingChunk, askedAtMs: number): void {
    const { start, end } = this.#placeOf(hash);
    const isOffered = this.#dependencies.packs !== undefined && end - start <= PACK_MEMBER_BYTES_MAX;
    if (put === undefined && !isOffered) {
      throw new UnavailableError('the service waits for a pack that was not offered');
    }
    this.#forget(hash);
    if (put !== undefined) this.#wanted.set(hash, { hash, put, askedAtMs });
    else if (this.#usesPacks) this.#packable.add(hash);
    else this.#unknown.add(hash);
  }

  #forget(hash: ChunkHash): void {
    for (const state of [this.#unknown, this.#wanted, this.#packable, this.#challenged]) state.delete(hash);
    for (const state of [this.#claimed, this.#unconfirmed]) state.delete(hash);
  }

  /** Counts a chunk's bytes as stored, once. */
  #count(hash: ChunkHash): void {
    const bytes = this.#weights.get(hash) ?? 0;
    this.#weights.delete(hash);
    if (bytes > 0) this.#dependencies.onStored(bytes);
  }

  #end(outcome: StoreOutcome): void {
    this.#ending ??= outcome;
  }

  #placeOf(hash: ChunkHash): ByteRange {
    const place = this.#places.get(hash);
    if (place === undefined) throw new UnavailableError('the service named a chunk that is not in the file');
    return place;
  }
}

/** Of this file: a proxy that answers in the place of the store does so for what it does not like. */
function disagreement(): StoreUnavailableError {
  return new StoreUnavailableError('the store and the service disagree about a chunk', { scope: 'chunk' });
}
