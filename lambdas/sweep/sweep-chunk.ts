import { isOwnObject } from '../chunks/chunk-index.ts';
import { findBytes } from '../chunks/find-bytes.ts';
import type { SweptChunk } from '../chunks/swept-chunk.ts';
import { CONFIRM_MS, GRACE_MS, UNPINNED_MS } from './limits.ts';
import type { SweepDependencies, SweepTime } from './sweep-dependencies.ts';

/**
 * `overtaken`: somebody else has changed the record meanwhile; a later look decides anew. `lost`: something needs it, and its bytes are gone; the
 * record stays as it is for whoever mends that.
 */
export type ChunkSweepOutcome = 'kept' | 'revived' | 'lost' | 'unused' | 'condemned' | 'removed' | 'overtaken';

type ChunkDependencies = Pick<SweepDependencies, 'index' | 'references' | 'removable' | 'objects'>;

/**
 * Brings one chunk a step nearer to its end, or back. Live → unused, when nothing references it and no pin has held it for UNPINNED_MS
 * → condemned, when a look CONFIRM_MS later finds the same → removed after GRACE_MS. Whatever needs it meanwhile lets it live again.
 *
 * Each step holds only while the record is as it was seen, so a pin and a step cannot both succeed. A reference is written before its chunk is
 * looked at; here the chunk is marked before references are looked for a last time: one sees the other.
 * Safe at any time, any number of times at once, and when it ends anywhere. Cost of a chunk in use: 1 query.
 */
export async function sweepChunk(
  dependencies: ChunkDependencies,
  time: SweepTime,
  chunk: SweptChunk,
): Promise<ChunkSweepOutcome> {
  const { index, references } = dependencies;
  if (chunk.state === 'deleted') return chunk.removal === 'done' ? 'kept' : finishRemoval(dependencies, time, chunk);
  const isPinned = chunk.pinnedUntil + UNPINNED_MS > time.now;
  if (isPinned || (await references.isReferenced(chunk.domain, chunk.hash))) {
    if (chunk.state === 'live' && chunk.unusedSince === undefined) return 'kept';
    return revive(dependencies, time, chunk);
  }
  if (chunk.state === 'live') return condemnUnused(dependencies, time, chunk);
  if (time.sweepAt - (chunk.condemnedAt ?? time.sweepAt) < GRACE_MS) return 'condemned';
  if (time.isDry) return 'removed';
  const change = { state: 'deleted', removal: 'marked', ...ownVersion(chunk) } as const;
  if (!(await index.change(chunk, change))) return 'overtaken';
  const { unusedSince: _unused, condemnedAt: _condemned, ...rest } = chunk;
  return finishRemoval(dependencies, time, { ...rest, ...change });
}

/** The version of the object that goes with the chunk: none of one that lies in a pack. */
function ownVersion(chunk: SweptChunk): { readonly removedVersionId?: string } {
  const { versionId } = chunk;
  return isOwnObject(chunk) && versionId !== undefined ? { removedVersionId: versionId } : {};
}

async function condemnUnused(
  dependencies: ChunkDependencies,
  time: SweepTime,
  chunk: SweptChunk,
): Promise<ChunkSweepOutcome> {
  const { sweepAt } = time;
  if (chunk.unusedSince === undefined) {
    const isNoted = await changed(dependencies, time, { chunk, change: { state: 'live', unusedSince: sweepAt } });
    return isNoted ? 'unused' : 'overtaken';
  }
  if (sweepAt - chunk.unusedSince < CONFIRM_MS) return 'unused';
  const isCondemned = await changed(dependencies, time, {
    chunk,
    change: { state: 'condemned', condemnedAt: sweepAt },
  });
  return isCondemned ? 'condemned' : 'overtaken';
}

/**
 * Removes what is marked, unless a reference has come: then it lives again. Nobody revives what is `final`, and nobody removes an object
 * before it is, so that of two sweeps one cannot remove what the other has revived.
 */
async function finishRemoval(
  dependencies: ChunkDependencies,
  time: SweepTime,
  marked: SweptChunk,
): Promise<ChunkSweepOutcome> {
  const { index, references, removable } = dependencies;
  if (time.isDry) return 'removed';
  let chunk = marked;
  if (chunk.removal !== 'final') {
    if (await references.isReferenced(chunk.domain, chunk.hash)) {
      return revive(dependencies, time, chunk);
    }
    if (!(await index.change(chunk, { state: 'deleted', removal: 'final' }))) return 'overtaken';
    chunk = { ...chunk, removal: 'final' };
  }
  const { objectKey: key, versionId } = chunk;
  // A pack goes as a whole, when nothing lies in it any more. Without a version nobody can tell which bytes would go.
  if (isOwnObject(chunk) && versionId !== undefined) await removable.remove({ key, versionId });
  return (await index.change(chunk, { state: 'deleted', removal: 'done' })) ? 'removed' : 'overtaken';
}

/** Lets a chunk live again where its bytes are found; one that was live all the time is not looked for. */
async function revive(dependencies: ChunkDependencies, time: SweepTime, chunk: SweptChunk): Promise<ChunkSweepOutcome> {
  const found = chunk.state === 'live' ? {} : await findBytes(dependencies, chunk);
  if (found === undefined) return 'lost';
  return (await changed(dependencies, time, { chunk, change: { state: 'live', ...found } })) ? 'revived' : 'overtaken';
}

async function changed(
  { index }: ChunkDependencies,
  { isDry }: SweepTime,
  {
    chunk,
    change,
  }: { readonly chunk: SweptChunk; readonly change: Parameters<SweepDependencies['index']['change']>[1] },
): Promise<boolean> {
  return isDry || index.change(chunk, change);
}
