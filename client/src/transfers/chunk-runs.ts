import { type ChunkHash, type ChunkRun, type ContentAmongOthers, RUN_BYTES_MAX } from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import { chunkTimeoutMs } from './chunk-timeout.ts';
import { RUN_READS_MAX, RUNS_KEPT_BYTES_MAX } from './limits.ts';
import { openChunk } from './open-chunk.ts';
import type { TransferDependencies } from './upload-files.ts';

export type RunDependencies = Pick<TransferDependencies, 'transport' | 'bandwidth'>;

/** A chunk, and where in its pack it lies. */
export type PackedSource = ContentAmongOthers['chunks'][number] & {
  readonly range: readonly [first: number, last: number];
};

interface Member {
  readonly run: OpenRun;
  readonly source: PackedSource;
  /** How often it will be asked for: several files may have the same content. */
  times: number;
}

interface OpenRun {
  readonly address: ChunkRun;
  /** How often members will still be asked for. */
  left: number;
  /** Asked for with the first of its members, or ahead of it. */
  reading: Promise<Uint8Array | undefined> | undefined;
  /** How often it was asked for. */
  reads: number;
  isUsed: boolean;
}

/**
 * Reads chunks that lie next to each other in a pack by one request. Each is given as often as files have it, and opened where it lies compressed;
 * whoever takes it compares it with its name. What cannot be read so is to be read by an address of its own.
 *
 * Memory: RUNS_KEPT_BYTES_MAX, and runs that had to make room while they were on their way.
 */
export class ChunkRuns {
  readonly #dependencies: RunDependencies;
  readonly #signal: AbortSignal;
  readonly #members = new Map<ChunkHash, Member>();
  /** Those that may be read ahead, in the order in which they were learned. */
  readonly #ahead = new Set<OpenRun>();
  /** Those whose bytes are here or on their way, and not all of them given, the oldest first. */
  readonly #kept = new Set<OpenRun>();
  #keptBytes = 0;

  constructor(dependencies: RunDependencies, signal: AbortSignal) {
    this.#dependencies = dependencies;
    this.#signal = signal;
  }

  /** Takes over what an answer tells of runs, and of the chunks in them: `wanted` as often, and in the order, in which they will be asked for. */
  learn(runs: readonly ChunkRun[], wanted: readonly PackedSource[]): void {
    const sources = Map.groupBy(wanted, ({ hash }) => hash);
    for (const address of inTurn(runs, [...sources.keys()])) {
      const [first, last] = address.range;
      if (last - first >= RUN_BYTES_MAX) continue;
      const run: OpenRun = { address, left: 0, reading: undefined, reads: 0, isUsed: false };
      for (const hash of address.hashes) {
        const [source, ...repeats] = sources.get(hash) ?? [];
        if (source === undefined || source.range[0] < first || source.range[1] > last) continue;
        const times = 1 + repeats.length;
        const known = this.#members.get(hash);
        if (known === undefined) {
          this.#members.set(hash, { run, source, times });
          run.left += times;
        } else {
          known.times += times;
          known.run.left += times;
        }
      }
      if (run.left > 0) this.#ahead.add(run);
    }
  }

  clear(): void {
    this.#members.clear();
    this.#ahead.clear();
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  /** A line with a limit is shared chunk by chunk. */
  get areUsed(): boolean {
    return this.#dependencies.bandwidth?.download.bytesPerSecond === undefined;
  }

  /** @throws the signal's reason, when the caller aborted. */
  async bytesOf(hash: ChunkHash): Promise<Uint8Array | undefined> {
    const member = this.#members.get(hash);
    if (member === undefined || !this.areUsed) return undefined;
    member.times -= 1;
    if (member.times === 0) this.#members.delete(hash);
    const { run, source } = member;
    run.left -= 1;
    if (run.reading === undefined && run.reads < RUN_READS_MAX) this.#begin(run);
    const { reading } = run;
    if (!run.isUsed) this.#beginNext();
    run.isUsed = true;
    if (run.left === 0) this.#release(run);
    const bytes = await reading;
    if (bytes === undefined) return undefined;
    const [from, to] = source.range.map((place) => place - run.address.range[0]);
    const given = bytes.subarray(from, (to ?? 0) + 1);
    return source.encoding === undefined ? given : openChunk(source, given);
  }

  /** While one is given out the next one is on its way. Where all chunks are nearer than the network nobody asks for any, and none is read ahead. */
  #beginNext(): void {
    const [next] = this.#ahead;
    if (next !== undefined && this.#keptBytes + bytesOf(next) <= RUNS_KEPT_BYTES_MAX / 2) this.#begin(next);
  }

  /** Makes room for a run: the oldest ones go, and are read again for what nobody has asked for yet. */
  #begin(run: OpenRun): void {
    run.reads += 1;
    run.reading = this.#fetch(run.address);
    // Whoever asks for a member learns of a failure.
    run.reading.catch(() => undefined);
    this.#ahead.delete(run);
    this.#kept.add(run);
    this.#keptBytes += bytesOf(run);
    for (const oldest of this.#kept) {
      if (this.#keptBytes <= RUNS_KEPT_BYTES_MAX) break;
      this.#release(oldest);
      oldest.reading = undefined;
    }
  }

  #release(run: OpenRun): void {
    if (this.#kept.delete(run)) this.#keptBytes -= bytesOf(run);
  }

  async #fetch({ url, range: [first, last] }: ChunkRun): Promise<Uint8Array | undefined> {
    try {
      const { status, body } = await this.#dependencies.transport.send({
        method: 'GET',
        url,
        headers: { range: `bytes=${first}-${last}` },
        answerBytesMax: RUN_BYTES_MAX,
        // What does not come so is fetched chunk by chunk.
        timeoutMs: chunkTimeoutMs({ bytes: last - first + 1, attempt: 1 }),
        signal: this.#signal,
      });
      return status === 206 && body.length === last - first + 1 ? body : undefined;
    } catch (failure) {
      if (failure instanceof UnavailableError) return undefined;
      throw failure;
    }
  }
}

/** Runs in the order in which the first of their members is asked for. */
function inTurn(runs: readonly ChunkRun[], hashes: readonly ChunkHash[]): readonly ChunkRun[] {
  const turns = new Map(hashes.map((hash, turn) => [hash, turn]));
  const turnOf = (run: ChunkRun): number => Math.min(...run.hashes.map((hash) => turns.get(hash) ?? hashes.length));
  return runs
    .map((run) => ({ run, turn: turnOf(run) }))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ run }) => run);
}

function bytesOf({ address: { range } }: OpenRun): number {
  return range[1] - range[0] + 1;
}
