import { createFetchTransport, fetchChunk, systemClock } from '@syncline/client';
import type { ChunkSource } from '@syncline/protocol';

const reading = { transport: createFetchTransport(), clock: systemClock, random: Math.random };

/** The bytes of a chunk that is to be kept, verified; undefined where they cannot be had. */
export async function fetchKept(chunk: ChunkSource): Promise<Uint8Array | undefined> {
  const outcome = await fetchChunk(reading, chunk, undefined);
  return outcome.kind === 'fetched' ? outcome.bytes : undefined;
}
