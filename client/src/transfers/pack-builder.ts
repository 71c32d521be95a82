import { type ChunkHash, PACK_BYTES_MAX, PACK_MEMBER_BYTES_MAX, PACK_MEMBERS_MAX } from '@syncline/protocol';
import { PACED_PACK_MS, PACK_WAIT_MS_MAX, PACKS_IN_FLIGHT_MAX } from './limits.ts';
import { type PackableChunk, type PackOutcome, sendPack } from './send-pack.ts';
import type { TransferDependencies } from './upload-files.ts';

interface Waiting {
  readonly chunk: PackableChunk;
  readonly sinceMs: number;
  readonly settle: (outcome: PackOutcome | undefined) => void;
  readonly fail: (failure: unknown) => void;
}

/**
 * Puts the small chunks of all files of one call into packs, several of which are on their way while the next is filled.
 *
 * A pack goes as soon as it is full. One that is not full goes when nothing more will come, when all who could bring something wait
 * for a pack themselves, or when its oldest chunk has waited for long; so nobody waits for a pack that is not going to fill.
 *
 * Maintained invariant: a chunk is in one pack at a time, and whoever adds it meanwhile gets the same outcome.
 */
export class PackBuilder {
  readonly #dependencies: TransferDependencies & { readonly signal: AbortSignal };
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  readonly #outcomes = new Map<ChunkHash, Promise<PackOutcome | undefined>>();
  #inFlight = 0;
  /** Groups of files that have not brought all of their chunks yet, and those of them that are at work on it. */
  #groupsToCome: number;
  #groupsAtWork = 0;

  constructor(dependencies: TransferDependencies & { readonly signal: AbortSignal }, groupsToCome: number) {
    this.#dependencies = dependencies;
    this.#groupsToCome = groupsToCome;
    dependencies.signal.addEventListener('abort', () => this.#abort(), { once: true });
  }

  /** Tells that a group of files is to be read next, or when its turn comes. */
  groupBegins(): void {
    this.#groupsAtWork += 1;
  }

  /** Tells that a group of files has added what it has for packs. */
  groupEnds(): void {
    this.#groupsAtWork -= 1;
    this.#groupsToCome -= 1;
    this.#sendPacks();
  }

  /**
   * Answers what became of the chunk; undefined when its bytes could not be had.
   *
   * @throws UnavailableError and the signal's reason.
   */
  add(chunk: PackableChunk): Promise<PackOutcome | undefined> {
    const known = this.#outcomes.get(chunk.hash);
    if (known !== undefined) return known;
    const outcome = new Promise<PackOutcome | undefined>((settle, fail) => {
      this.#waiting.push({ chunk, sinceMs: this.#dependencies.clock.now(), settle, fail });
    });
    this.#outcomes.set(chunk.hash, outcome);
    this.#waitingBytes += chunk.size;
    if (this.#dependencies.signal.aborted) this.#abort();
    else this.#sendPacks();
    return outcome;
  }

  #sendPacks(): void {
    const bytesMax = this.#packBytesMax();
    while (this.#inFlight < PACKS_IN_FLIGHT_MAX && this.#waiting.length > 0 && this.#isDue(bytesMax)) {
      void this.#send(this.#takePack(bytesMax));
    }
  }

  #isDue(bytesMax: number): boolean {
    if (this.#waiting.length >= PACK_MEMBERS_MAX || this.#waitingBytes >= bytesMax) return true;
    if (this.#groupsToCome === 0 || (this.#groupsAtWork === 0 && this.#inFlight === 0)) return true;
    const sinceMs = this.#waiting[0]?.sinceMs ?? 0;
    return this.#dependencies.clock.now() - sinceMs > PACK_WAIT_MS_MAX;
  }

  /** Smaller packs on a slow line, so that the first files are not kept waiting by all the others. */
  #packBytesMax(): number {
    const rate = this.#dependencies.bandwidth?.upload.bytesPerSecond;
    if (rate === undefined) return PACK_BYTES_MAX;
    return Math.min(PACK_BYTES_MAX, Math.max(PACK_MEMBER_BYTES_MAX, (rate * PACED_PACK_MS) / 1000));
  }

  /** Those that have waited longest, of one namespace: one that is full, or may not be written to, holds no others back. */
  #takePack(bytesMax: number): readonly Waiting[] {
    const namespaceId = this.#waiting[0]?.chunk.destination?.namespaceId;
    const members: Waiting[] = [];
    const others: Waiting[] = [];
    let bytes = 0;
    let isFull = false;
    for (const waiting of this.#waiting) {
      const { size, destination } = waiting.chunk;
      const its = destination?.namespaceId;
      if (its === namespaceId) isFull ||= members.length === PACK_MEMBERS_MAX || bytes + size > bytesMax;
      if (isFull || its !== namespaceId) {
        others.push(waiting);
        continue;
      }
      members.push(waiting);
      bytes += size;
    }
    this.#waitingBytes -= bytes;
    this.#waiting = others;
    return members;
  }

  async #send(members: readonly Waiting[]): Promise<void> {
    this.#inFlight += 1;
    const chunks = members.map(({ chunk }) => chunk);
    try {
      const outcomes = await sendPack(this.#dependencies, chunks);
      for (const { chunk, settle } of members) settle(outcomes.get(chunk.hash));
    } catch (failure) {
      for (const { fail } of members) fail(failure);
    }
    for (const { hash } of chunks) this.#outcomes.delete(hash);
    this.#inFlight -= 1;
    this.#sendPacks();
  }

  #abort(): void {
    this.#waitingBytes = 0;
    for (const { fail } of this.#waiting.splice(0)) fail(this.#dependencies.signal.reason);
  }
}
