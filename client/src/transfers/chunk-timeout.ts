import { CHUNK_BYTES_PER_SECOND_LEAST, CHUNK_TIMEOUT_MS, CHUNK_TIMEOUT_MS_LEAST } from './limits.ts';

const SECOND_MS = 1000;

/**
 * How long a try for a chunk may take, in milliseconds: a minute and what its bytes need on a slow line, twice as long with each further try, and
 * never more than CHUNK_TIMEOUT_MS. A small file whose answer was lost is sent again soon; and on a line so slow that this is too
 * short, a later try has the time that the largest chunk has.
 */
export function chunkTimeoutMs({ bytes, attempt }: { readonly bytes: number; readonly attempt: number }): number {
  const firstMs = CHUNK_TIMEOUT_MS_LEAST + (bytes / CHUNK_BYTES_PER_SECOND_LEAST) * SECOND_MS;
  return Math.min(CHUNK_TIMEOUT_MS, Math.ceil(firstMs * 2 ** (attempt - 1)));
}
