import { type ChunkHash, type ChunkRef, type EpochMs, epochMs, storedLength, type UploadId } from '@syncline/protocol';
import { type ChunkRecord, chunkObjectKey, loneChunk, type NewChunk } from '../chunks/chunk-index.ts';
import type { ObjectHead } from '../chunks/object-store.ts';
import { openStored } from '../chunks/open-stored.ts';
import { isProofOfPossession, possessionChallenge } from '../chunks/possession.ts';
import { isWrittenBy } from '../chunks/writer-tag.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { holdChunks, pinEnd } from './hold-chunks.ts';
import { HEADS_IN_FLIGHT_MAX, PROOFS_IN_FLIGHT_MAX } from './limits.ts';
import type { ChunkOwner, ChunkState } from './name-chunks.ts';
import type { UploadDependencies } from './upload-dependencies.ts';

/** What a client says of chunks of its session, none of which is confirmed yet. */
export interface ChunkClaims {
  readonly uploadId: UploadId;
  readonly owner: ChunkOwner;
  readonly now: EpochMs;
  /** All chunks that are spoken of, each once. */
  readonly chunks: readonly ChunkRef[];
  readonly stored: ReadonlySet<ChunkHash>;
  readonly proofs: ReadonlyMap<ChunkHash, string>;
}

/** A chunk in the making of a decision: its object, if the store was asked for it. */
interface Case {
  readonly chunk: ChunkRef;
  readonly record: ChunkRecord | undefined;
  readonly head: ObjectHead | undefined;
}

/**
 * Decides where chunks stand, and records what was shown. An account becomes the holder of a chunk in two ways only: the
 * object was stored by a PUT that was signed for this account, or the account proved to have the bytes. That the object
 * exists, or that somebody says so, shows nothing.
 *
 * Idempotent: what was recorded is found held by a repeat.
 */
export async function settleChunks(
  dependencies: UploadDependencies,
  claims: ChunkClaims,
): Promise<ReadonlyMap<ChunkHash, ChunkState>> {
  const { owner, now } = claims;
  const { known, states } = await holdChunks(dependencies, { ...owner, now }, claims.chunks);
  const settled = new Map(states);
  const open = claims.chunks.filter(({ hash }) => settled.get(hash) !== 'held');
  const cases = await mapBounded(HEADS_IN_FLIGHT_MAX, open, async (chunk) => {
    const record = known.get(chunk.hash)?.record;
    return { chunk, record, head: await headOf(dependencies, claims, { chunk, record }) };
  });
  const own: Case[] = [];
  const others: Case[] = [];
  for (const each of cases) {
    const objectKey = chunkObjectKey(owner.domain, each.chunk.hash);
    const object = { head: each.head, sha256: each.chunk.hash, size: each.chunk.size };
    const isOwn = await isWrittenBy(dependencies, { accountId: owner.accountId, objectKey }, object);
    (isOwn ? own : others).push(each);
  }
  for (const each of others) settled.set(each.chunk.hash, isStored(each) ? 'prove' : 'missing');
  const proved = await checkProofs(dependencies, claims, others.filter(isStored));
  const held = await recordShown(dependencies, claims, { own, proved });
  for (const { chunk } of [...own, ...proved]) settled.set(chunk.hash, held.has(chunk.hash) ? 'held' : 'missing');
  return settled;
}

/** The store is asked about chunks that are said to be there, and about proven ones that no record tells of. */
async function headOf(
  { objects }: UploadDependencies,
  { owner, stored, proofs }: ChunkClaims,
  { chunk, record }: Omit<Case, 'head'>,
): Promise<ObjectHead | undefined> {
  const isAsked = stored.has(chunk.hash) || (proofs.has(chunk.hash) && record === undefined);
  return isAsked ? objects.head(chunkObjectKey(owner.domain, chunk.hash)) : undefined;
}

/** Whether the bytes are there. An object whose checksum or length is another one is not trusted to be the chunk. */
function isStored({ chunk, record, head }: Case): boolean {
  return record !== undefined || (head?.sha256 === chunk.hash && head.size === chunk.size);
}

async function checkProofs(
  dependencies: UploadDependencies,
  claims: ChunkClaims,
  cases: readonly Case[],
): Promise<readonly Case[]> {
  const claimed = cases.filter(({ chunk }) => claims.proofs.has(chunk.hash));
  const verdicts = await mapBounded(PROOFS_IN_FLIGHT_MAX, claimed, (each) => isProven(dependencies, claims, each));
  const proved = claimed.filter((_, index) => verdicts[index] === true);
  dependencies.meter.count('proofsRight', proved.length);
  dependencies.meter.count('proofsWrong', claimed.length - proved.length);
  return proved;
}

async function isProven(
  dependencies: UploadDependencies,
  { uploadId, owner, proofs }: ChunkClaims,
  { chunk, record }: Case,
): Promise<boolean> {
  const { hash, size } = chunk;
  const place = record ?? { objectKey: chunkObjectKey(owner.domain, hash), offset: 0, size };
  const range = { offset: place.offset, length: storedLength(place) };
  const stored = await dependencies.objects.read(place.objectKey, range);
  // Its record may be of an earlier time: then it is forgotten, and the chunk is asked for.
  if (stored === undefined) await dependencies.chunks.pin({ domain: owner.domain, hashes: [hash], until: epochMs(0) });
  const bytes = stored === undefined ? undefined : openStored(place, stored);
  if (bytes?.length !== size) return false;
  const challenge = await possessionChallenge(dependencies, uploadId, hash);
  return isProofOfPossession({ hash, challenge, proof: proofs.get(hash) ?? '' }, bytes);
}

/**
 * Makes the account the holder of what it has shown, and answers what is pinned then. A chunk without a record was proven
 * against its own object, which becomes the record's.
 */
async function recordShown(
  { chunks }: UploadDependencies,
  { owner, now }: ChunkClaims,
  { own, proved }: { readonly own: readonly Case[]; readonly proved: readonly Case[] },
): Promise<ReadonlySet<ChunkHash>> {
  const pinnedUntil = pinEnd(now);
  const added = [...own, ...proved.filter(({ record }) => record === undefined)].map((each) => newChunk(owner, each));
  const stored =
    added.length > 0 ? await chunks.recordStored({ ...owner, chunks: added, pinnedUntil, now }) : new Set<ChunkHash>();
  const hashes = proved.filter(({ record }) => record !== undefined).map(({ chunk }) => chunk.hash);
  if (hashes.length > 0) await chunks.recordHolder({ ...owner, hashes, now });
  const pinned =
    hashes.length > 0 ? await chunks.pin({ domain: owner.domain, hashes, until: pinnedUntil }) : new Set<ChunkHash>();
  return new Set([...stored, ...pinned]);
}

function newChunk({ domain }: ChunkOwner, { chunk, head }: Case): NewChunk {
  return loneChunk(chunk, chunkObjectKey(domain, chunk.hash), head ?? {});
}
