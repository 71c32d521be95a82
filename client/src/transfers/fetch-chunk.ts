import type { ChunkSource } from '@syncline/protocol';
import { CHUNK_BYTES_MAX } from '@syncline/protocol';
import { parseRetryAfter, retryDelayMs } from '../api/backoff.ts';
import type { TransportResponse } from '../api/transport.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { chunkTimeoutMs } from './chunk-timeout.ts';
import { CHUNK_RETRY } from './limits.ts';
import { openChunk } from './open-chunk.ts';
import { StoreUnavailableError } from './store-health.ts';
import type { TransferDependencies } from './upload-files.ts';

/**
 * - `fetched` bytes that hash to the chunk's name;
 * - `url-refused` the URL has expired: ask for another;
 * - `damaged` the store gave other bytes, or none, however often it was asked.
 */
export type FetchOutcome =
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array }
  | { readonly kind: 'url-refused' }
  | { readonly kind: 'damaged' };

/**
 * Reads one chunk, opens and verifies it, again after pauses while the store or the network fails or the bytes are wrong. The caller
 * has waited for the bandwidth of the first try, outside the gate. The bytes may come in the memory `into`, which is as long as the chunk
 * at least.
 *
 * @throws StoreUnavailableError  nothing came of it within CHUNK_RETRY, or the store counts as down.
 */
export async function fetchChunk(
  dependencies: Pick<TransferDependencies, 'transport' | 'clock' | 'random' | 'bandwidth' | 'storeHealth'>,
  chunk: ChunkSource & { readonly into?: Uint8Array | undefined },
  signal: AbortSignal | undefined,
): Promise<FetchOutcome> {
  const { transport, clock, random, bandwidth, storeHealth } = dependencies;
  const begun = storeHealth?.begin() ?? 0;
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) await bandwidth?.download.take(lengthOnTheWire(chunk), { signal, isRepeat: true });
    let response: TransportResponse | undefined;
    let failure: unknown;
    try {
      response = await transport.send({
        method: 'GET',
        url: chunk.url,
        headers: chunk.range === undefined ? {} : { range: `bytes=${chunk.range[0]}-${chunk.range[1]}` },
        answerBytesMax: CHUNK_BYTES_MAX,
        answerInto: chunk.into,
        timeoutMs: chunkTimeoutMs({ bytes: lengthOnTheWire(chunk), attempt }),
        signal,
      });
    } catch (cause) {
      if (!(cause instanceof UnavailableError)) throw cause;
      failure = cause;
    }
    if (response?.status === 403 || response?.status === 404) storeHealth?.answered();
    if (response?.status === 403) return { kind: 'url-refused' };
    // A range must be answered as a part: a whole pack would be other bytes anyway.
    const expected = chunk.range === undefined ? 200 : 206;
    const given = response?.status === expected ? response.body : undefined;
    const bytes = given === undefined ? undefined : await openChunk(chunk, given);
    if (bytes !== undefined) {
      storeHealth?.answered();
      return { kind: 'fetched', bytes };
    }
    if (attempt >= CHUNK_RETRY.attemptsMax) {
      if (given !== undefined || response?.status === 404) return { kind: 'damaged' };
      const said = response === undefined ? 'did not answer' : `answered ${response.status}`;
      const scope = storeHealth?.failed(begun) ?? 'unknown';
      throw new StoreUnavailableError(`the store ${said} to a chunk`, { cause: failure, scope });
    }
    const retryAfterMs = parseRetryAfter(response?.headers['retry-after'], clock.now());
    await clock.sleep(retryDelayMs({ budget: CHUNK_RETRY, attempt, random, retryAfterMs }), signal);
  }
}

/** Bytes that travel for a chunk. */
export function lengthOnTheWire({ size, range }: Pick<ChunkSource, 'size' | 'range'>): number {
  return range === undefined ? size : range[1] - range[0] + 1;
}
