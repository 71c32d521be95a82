import type { SignedPut } from '@syncline/protocol';
import { parseRetryAfter, retryDelayMs } from '../api/backoff.ts';
import { bodyLength, type TransportResponse } from '../api/transport.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { chunkMemory } from './chunk-memory.ts';
import { chunkTimeoutMs } from './chunk-timeout.ts';
import { CHUNK_RETRY, STORE_ANSWER_BYTES_MAX } from './limits.ts';
import { StoreUnavailableError } from './store-health.ts';
import type { TransferDependencies } from './upload-files.ts';

/**
 * - `stored` by this request;
 * - `exists` stored before, by this device's own lost answer or by somebody else: the service has to say which;
 * - `url-refused` expired or not fitting: ask for another URL;
 * - `bytes-refused` the store got other bytes than the URL was made for;
 * - `withdrawn` a repeat was not wanted any more.
 */
export type SendOutcome = 'stored' | 'exists' | 'url-refused' | 'bytes-refused' | 'withdrawn';

/** The bytes of a chunk, or a part of a file that the transport reads anew for each try. */
type ChunkBody = { readonly body: Uint8Array } | { readonly bodyPart: Blob };

/**
 * Sends one chunk to its signed URL, again after pauses while the store or the network fails. The caller has waited for the
 * bandwidth of the first try, outside the gate.
 *
 * @throws StoreUnavailableError  nothing came of it within CHUNK_RETRY, or the store counts as down.
 */
export async function sendChunk(
  dependencies: Pick<TransferDependencies, 'transport' | 'clock' | 'random' | 'bandwidth' | 'link' | 'storeHealth'>,
  chunk: {
    readonly put: SignedPut;
    readonly content: ChunkBody;
    /** Asked before each try but the first, which are not made without its leave. */
    readonly mayRepeat?: () => boolean | Promise<boolean>;
  },
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  const { transport, clock, random, bandwidth, link, storeHealth } = dependencies;
  const begun = storeHealth?.begin() ?? 0;
  const request = {
    method: 'PUT',
    url: chunk.put.url,
    headers: chunk.put.headers,
    ...chunk.content,
    answerBytesMax: STORE_ANSWER_BYTES_MAX,
    signal,
  } as const;
  const bytes = bodyLength(chunk.content);
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1 && (await chunk.mayRepeat?.()) === false) return 'withdrawn';
    if (attempt > 1) await bandwidth?.upload.take(bytes, { signal, isRepeat: true });
    const send = () => transport.send({ ...request, timeoutMs: chunkTimeoutMs({ bytes, attempt }) });
    let response: TransportResponse | undefined;
    let failure: unknown;
    try {
      response = await (link === undefined ? send() : link.measure(bytes, send));
    } catch (cause) {
      if (!(cause instanceof UnavailableError)) throw cause;
      failure = cause;
    }
    const outcome = response === undefined ? undefined : outcomeOfStatus(response.status);
    if (outcome !== undefined) {
      storeHealth?.answered();
      return outcome;
    }
    if (attempt >= CHUNK_RETRY.attemptsMax) {
      const said = response === undefined ? 'did not answer' : `answered ${response.status}`;
      const scope = storeHealth?.failed(begun) ?? 'unknown';
      throw new StoreUnavailableError(`the store ${said} to a chunk`, { cause: failure, scope });
    }
    const retryAfterMs = parseRetryAfter(response?.headers['retry-after'], clock.now());
    await clock.sleep(retryDelayMs({ budget: CHUNK_RETRY, attempt, random, retryAfterMs }), signal);
  }
}

/**
 * As sendChunk, and gives back the memory that the bytes stand in, where there is any, when nobody reads from it any more. That is only sure of a
 * first try that was answered with success: after any other answer, to this try or to one before it, a connection may still send from it.
 */
export async function sendFromMemory(
  dependencies: Parameters<typeof sendChunk>[0],
  {
    put,
    body,
    memory,
  }: { readonly put: SignedPut; readonly body: Uint8Array; readonly memory: Uint8Array | undefined },
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  let repeats = 0;
  const mayRepeat = (): boolean => {
    repeats += 1;
    return true;
  };
  const outcome = await sendChunk(dependencies, { put, content: { body }, mayRepeat }, signal);
  if (outcome === 'stored' && repeats === 0 && memory !== undefined) chunkMemory.giveBack(memory);
  return outcome;
}

/** Undefined for what another try may mend. */
function outcomeOfStatus(status: number): SendOutcome | undefined {
  if (status === 200) return 'stored';
  if (status === 412) return 'exists';
  if (status === 403) return 'url-refused';
  if (status === 400) return 'bytes-refused';
  return undefined;
}
