import {
  CHUNK_PIN_MS,
  type ChunkHash,
  type ChunkRef,
  type EpochMs,
  epochMs,
  type OperationError,
  operationError,
  packedChunk,
  packedLength,
  type UploadId,
} from '@syncline/protocol';
import { type ChunkIndex, type ChunkRecord, chunkObjectKey, loneChunk, type NewChunk } from '../chunks/chunk-index.ts';
import { manifestObjectKey, type ObjectStore } from '../chunks/object-store.ts';
import { isWrittenBy } from '../chunks/writer-tag.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { isSet } from '../uploads/confirmed-bits.ts';
import type { UploadSession } from '../uploads/upload-store.ts';
import { COMMITTED_PIN_MS_MIN, HEADS_AT_ONCE, HEADS_UNSEEN_MAX, MISSING_NAMED_MAX } from './limits.ts';

/** `ready`: every chunk of the upload is stored, pinned, and the account has shown to possess it. */
export type UploadFinding =
  | { readonly kind: 'ready'; readonly session: UploadSession }
  | { readonly kind: 'refused'; readonly error: OperationError };

export type UploadFindings = ReadonlyMap<UploadId, UploadFinding>;

export interface FindUploadsDependencies {
  readonly chunks: Pick<ChunkIndex, 'lookup' | 'pin' | 'recordStored'>;
  readonly objects: Pick<ObjectStore, 'head' | 'read'>;
  readonly keyRing: KeyRing;
}

export interface UploadSearch {
  readonly caller: DeviceCaller;
  readonly now: EpochMs;
  readonly uploadIds: readonly UploadId[];
  readonly sessions: ReadonlyMap<UploadId, UploadSession>;
  /** Chunks that this request may still confirm by itself. */
  readonly budget: { chunks: number };
}

/**
 * Tells which uploads may become contents. Chunks that were not confirmed yet are confirmed here: those that the account
 * holds already, and those that it has just sent, which the store itself says (chunks/writer-tag.ts). Any other chunk, stored or
 * not, is missing: the client goes through a chunk check, which asks it to prove possession.
 *
 * Cost: nothing for confirmed uploads; otherwise one look-up, a HEAD for each chunk that it does not find held, and a write for each of these.
 */
export async function findUploads(deps: FindUploadsDependencies, search: UploadSearch): Promise<UploadFindings> {
  const findings = new Map<UploadId, UploadFinding>();
  const open: { readonly session: UploadSession; readonly chunks: readonly ChunkRef[] }[] = [];
  for (const uploadId of new Set(search.uploadIds)) {
    const session = search.sessions.get(uploadId);
    if (session === undefined || session.accountId !== search.caller.accountId || session.expiresAt <= search.now) {
      findings.set(uploadId, refuse('upload_expired', 'there is no such upload any more: open it again'));
      continue;
    }
    const chunks = await unconfirmedChunks(deps, session);
    if (chunks === undefined) {
      findings.set(uploadId, refuse('upload_expired', 'the upload cannot be read any more: open it again'));
    } else if (chunks.length > search.budget.chunks) {
      findings.set(uploadId, missingChunks(chunks));
    } else {
      search.budget.chunks -= chunks.length;
      findings.set(uploadId, { kind: 'ready', session });
      if (chunks.length > 0) open.push({ session, chunks });
    }
  }
  for (const domain of new Set(open.map(({ session }) => session.domain))) {
    const ofDomain = open.filter(({ session }) => session.domain === domain);
    const confirmed = await confirmChunks(deps, search, { domain, chunks: ofDomain.flatMap(({ chunks }) => chunks) });
    for (const { session, chunks } of ofDomain) {
      const missing = chunks.filter(({ hash, size }) => confirmed.get(hash) !== size);
      if (missing.length > 0) findings.set(session.uploadId, missingChunks(missing));
    }
  }
  return findings;
}

/** Undefined when the manifest is gone, which only an expired upload's can be. */
async function unconfirmedChunks(
  deps: FindUploadsDependencies,
  session: UploadSession,
): Promise<readonly ChunkRef[] | undefined> {
  if (isComplete(session)) return [];
  const manifest =
    session.manifest ?? (await deps.objects.read(manifestObjectKey(session.domain, session.contentHash)));
  if (manifest === undefined) return undefined;
  const distinct = new Map<string, ChunkRef>();
  for (let index = 0; index < packedLength(manifest); index++) {
    if (isSet(session.confirmed, index)) continue;
    const chunk = packedChunk(manifest, index);
    distinct.set(`${chunk.hash}/${chunk.size}`, chunk);
  }
  return [...distinct.values()];
}

function isComplete({ chunkCount, confirmed }: UploadSession): boolean {
  for (let index = 0; index < chunkCount; index++) if (!isSet(confirmed, index)) return false;
  return true;
}

/** The sizes of the chunks that may be used, by hash. Those are recorded, held by the account and pinned afterwards. */
async function confirmChunks(
  deps: FindUploadsDependencies,
  search: UploadSearch,
  { domain, chunks }: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
): Promise<ReadonlyMap<ChunkHash, number>> {
  const { accountId } = search.caller;
  const distinct = [...new Map(chunks.map((chunk) => [chunk.hash, chunk])).values()];
  const { held, sent } = await seekChunks(deps, search, { domain, chunks: distinct });
  const pinnedUntil = epochMs(search.now + CHUNK_PIN_MS);
  const isSafe = (record: ChunkRecord) =>
    record.state === 'live' && record.pinnedUntil >= search.now + COMMITTED_PIN_MS_MIN;
  const toPin = held.filter((record) => !isSafe(record)).map(({ hash }) => hash);
  const [pinned, stored] = await Promise.all([
    toPin.length === 0 ? new Set<ChunkHash>() : deps.chunks.pin({ domain, hashes: toPin, until: pinnedUntil }),
    sent.length === 0
      ? new Set<ChunkHash>()
      : deps.chunks.recordStored({ domain, accountId, chunks: sent, pinnedUntil, now: search.now }),
  ]);
  const lost = new Set(toPin.filter((hash) => !pinned.has(hash)));
  const kept = sent.filter(({ hash }) => stored.has(hash));
  return new Map([...kept, ...held.filter(({ hash }) => !lost.has(hash))].map(({ hash, size }) => [hash, size]));
}

interface SoughtChunks {
  /** Records of chunks that the account holds, and that are as long as it says. */
  readonly held: readonly ChunkRecord[];
  /** Others, whose objects it has sent. */
  readonly sent: readonly NewChunk[];
}

/** Looks chunks up, and asks the store for those that are not held; for a few at the same time, whatever the look-up finds. */
async function seekChunks(
  deps: FindUploadsDependencies,
  search: UploadSearch,
  { domain, chunks }: { readonly domain: string; readonly chunks: readonly ChunkRef[] },
): Promise<SoughtChunks> {
  const { accountId } = search.caller;
  const ask = (asked: readonly ChunkRef[]) =>
    mapBounded(HEADS_AT_ONCE, asked, (chunk) => findSent(deps, search, { domain, chunk }));
  const early = chunks.length <= HEADS_UNSEEN_MAX ? ask(chunks) : undefined;
  const lookup = deps.chunks.lookup({ domain, accountId, hashes: chunks.map(({ hash }) => hash) });
  const [known, few] = await Promise.all([lookup, early]);
  const held = chunks.flatMap(({ hash, size }) => {
    const { record, held: isHeld } = known.get(hash) ?? { held: false };
    return isHeld && record?.size === size ? [record] : [];
  });
  const hashes = new Set(held.map(({ hash }) => hash));
  const sent = few ?? (await ask(chunks.filter(({ hash }) => !hashes.has(hash))));
  return { held, sent: sent.filter((chunk) => chunk !== undefined).filter(({ hash }) => !hashes.has(hash)) };
}

/** The chunk, if its object was sent by this account and nobody else. */
async function findSent(
  deps: FindUploadsDependencies,
  search: UploadSearch,
  { domain, chunk }: { readonly domain: string; readonly chunk: ChunkRef },
): Promise<NewChunk | undefined> {
  const objectKey = chunkObjectKey(domain, chunk.hash);
  const head = await deps.objects.head(objectKey);
  const written = { accountId: search.caller.accountId, objectKey };
  if (!(await isWrittenBy(deps, written, { head, sha256: chunk.hash, size: chunk.size }))) return undefined;
  return loneChunk(chunk, objectKey, head ?? {});
}

function missingChunks(chunks: readonly ChunkRef[]): UploadFinding {
  const missing = chunks.slice(0, MISSING_NAMED_MAX).map(({ hash }) => hash);
  return refuse('chunks_missing', 'some chunks are not stored, or not shown to be possessed', { missing });
}

function refuse(...refusal: Parameters<typeof operationError>): UploadFinding {
  return { kind: 'refused', error: operationError(...refusal) };
}
