import { CHUNK_PIN_MS, type ChunkHash, type ChunkRef, type EpochMs, epochMs } from '@syncline/protocol';
import type { ChunkIndex, ChunkKnowledge } from '../chunks/chunk-index.ts';
import type { ChunkOwner, ChunkState } from './name-chunks.ts';

/** What is known of chunks, and where each stands after those that the account holds were pinned. */
export interface HeldChunks {
  readonly known: ReadonlyMap<ChunkHash, ChunkKnowledge>;
  readonly states: ReadonlyMap<ChunkHash, ChunkState>;
}

export function pinEnd(now: EpochMs): EpochMs {
  return epochMs(now + CHUNK_PIN_MS);
}

/**
 * Looks up chunks and pins those that the account holds. A pin that fails means that the sweep was faster: that chunk is
 * missing. A chunk that is stored with another length than the manifest says is never held, whoever has it: a manifest
 * must not make a long chunk count as a short one.
 */
export async function holdChunks(
  { chunks }: { readonly chunks: ChunkIndex },
  { domain, accountId, now }: ChunkOwner & { readonly now: EpochMs },
  refs: readonly ChunkRef[],
): Promise<HeldChunks> {
  if (refs.length === 0) return { known: new Map(), states: new Map() };
  const known = await chunks.lookup({ domain, accountId, hashes: refs.map(({ hash }) => hash) });
  const states = new Map<ChunkHash, ChunkState>();
  for (const ref of refs) states.set(ref.hash, stateOf(known.get(ref.hash), ref.size));
  const held = [...states].filter(([, state]) => state === 'held').map(([hash]) => hash);
  if (held.length > 0) {
    const pinned = await chunks.pin({ domain, hashes: held, until: pinEnd(now) });
    for (const hash of held) if (!pinned.has(hash)) states.set(hash, 'missing');
  }
  return { known, states };
}

function stateOf(knowledge: ChunkKnowledge | undefined, size: number): ChunkState {
  if (knowledge?.record === undefined) return 'missing';
  return knowledge.held && knowledge.record.size === size ? 'held' : 'prove';
}
