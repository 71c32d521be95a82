import { createHash } from 'node:crypto';
import {
  type ChallengedChunk,
  ChunkHash,
  type ChunkRef,
  type EpochMs,
  encodeUlid,
  epochMs,
  formatInstant,
  type InitiateUploadsRequest,
  type InitiateUploadsResponse,
  MANIFEST_INLINE_CHUNKS_MAX,
  type MissingChunk,
  UPLOAD_ANSWER_CHUNKS_MAX,
  UPLOAD_SESSION_MS,
  type Upload,
  UploadId,
} from '@syncline/protocol';
import { loneChunk, type NewChunk } from '../chunks/chunk-index.ts';
import { dedupDomain, manifestDomain } from '../chunks/dedup-domain.ts';
import { manifestObjectKey } from '../chunks/object-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { authorizeUploads } from './authorize-uploads.ts';
import { type CheckedFile, checkFiles } from './check-files.ts';
import { emptyBits, withBits } from './confirmed-bits.ts';
import { type HeldChunks, holdChunks, pinEnd } from './hold-chunks.ts';
import { ANSWER_CHUNKS_MAX, MANIFEST_WRITES_IN_FLIGHT_MAX } from './limits.ts';
import { type ChunkOwner, type ChunkState, challengedChunk, missingChunk } from './name-chunks.ts';
import type { InitiateUploadsDependencies } from './upload-dependencies.ts';
import type { UploadSession } from './upload-store.ts';

/**
 * Opens an upload session for every file, and tells of each which chunks to send or to prove. Chunks that the account
 * holds are pinned and confirmed at once; a hash alone never makes one held.
 *
 * Nothing is written when any file is refused. A repeat opens new sessions; what it leaves behind expires.
 * Cost for 100 small files: 1 read of access, 2 BatchGetItem, 4 BatchWriteItem, and a write a pin that was too short.
 */
export async function initiateUploads(
  dependencies: InitiateUploadsDependencies,
  request: InitiateUploadsRequest,
  caller: DeviceCaller,
): Promise<Outcome<InitiateUploadsResponse>> {
  const { accountId } = caller;
  const checked = checkFiles(request.files);
  if (checked.kind === 'refused') return checked;
  const refusal = await authorizeUploads(dependencies, request.files, accountId);
  if (refusal !== undefined) return refusal;
  const now = dependencies.clock.now();
  const owner = { domain: dedupDomain(dependencies.dedupScope, accountId), accountId };
  const { states } = await holdChunks(dependencies, { ...owner, now }, distinctChunks(checked.value));
  const sessions = checked.value.map((file) => newSession(dependencies, { file, states, owner, caller, now }));
  await Promise.all([
    writeManifests(dependencies, { ...owner, now }, checked.value),
    dependencies.uploads.create(sessions),
  ]);
  dependencies.meter.count('uploadsOpened', sessions.length);
  const named = { ...owner, packs: request.packs === true };
  return done({ uploads: await answerUploads(dependencies, named, { files: checked.value, sessions, states }) });
}

type States = HeldChunks['states'];

function distinctChunks(files: readonly CheckedFile[]): readonly ChunkRef[] {
  const distinct = new Map<ChunkHash, ChunkRef>();
  for (const file of files) for (const chunk of file.chunks) distinct.set(chunk.hash, chunk);
  return [...distinct.values()];
}

interface NewSession {
  readonly file: CheckedFile;
  readonly states: States;
  readonly owner: ChunkOwner;
  readonly caller: DeviceCaller;
  readonly now: EpochMs;
}

function newSession(
  { random }: InitiateUploadsDependencies,
  { file, states, owner, caller, now }: NewSession,
): UploadSession {
  const { chunks, packed, namespaceId, size, contentHash, chunking } = file;
  const held = [...chunks.keys()].filter((index) => states.get((chunks[index] as ChunkRef).hash) === 'held');
  return {
    uploadId: UploadId.parse(encodeUlid(random.bytes(16))),
    ...owner,
    deviceId: caller.device.deviceId,
    namespaceId,
    size,
    contentHash,
    chunking,
    chunkCount: chunks.length,
    ...(isLong(file) ? {} : { manifest: packed }),
    confirmed: withBits(emptyBits(chunks.length), held),
    version: 1,
    expiresAt: epochMs(now + UPLOAD_SESSION_MS),
  };
}

function isLong({ chunks }: CheckedFile): boolean {
  return chunks.length > MANIFEST_INLINE_CHUNKS_MAX;
}

const MANIFEST_IS_GOING = 'a manifest of this content is just being removed';

/** Writes long manifests, and pins them as chunks are, or the sweep would take them for left over. */
async function writeManifests(
  { objects, chunks }: InitiateUploadsDependencies,
  { domain, accountId, now }: ChunkOwner & { readonly now: EpochMs },
  files: readonly CheckedFile[],
): Promise<void> {
  const distinct = new Map(files.filter(isLong).map((file) => [file.contentHash, file.packed]));
  const written = await mapBounded(
    MANIFEST_WRITES_IN_FLIGHT_MAX,
    [...distinct],
    async ([contentHash, packed]): Promise<NewChunk> => {
      const objectKey = manifestObjectKey(domain, contentHash);
      const sha256 = createHash('sha256').update(packed).digest('hex');
      await objects.write({ key: objectKey, sha256, bytes: packed });
      const head = await objects.head(objectKey);
      if (head === undefined) throw new UnavailableError(MANIFEST_IS_GOING);
      return loneChunk({ hash: ChunkHash.parse(contentHash), size: packed.length }, objectKey, head);
    },
  );
  if (written.length === 0) return;
  const owner = { domain: manifestDomain(domain), accountId, pinnedUntil: pinEnd(now), now };
  const stored = await chunks.recordStored({ ...owner, chunks: written });
  if (stored.size < written.length) throw new UnavailableError(MANIFEST_IS_GOING);
}

interface Opened {
  readonly files: readonly CheckedFile[];
  readonly sessions: readonly UploadSession[];
  readonly states: States;
}

/** Names chunks in the order of the files until the response is full; the rest is `more`, for chunk checks. */
async function answerUploads(
  dependencies: InitiateUploadsDependencies,
  owner: ChunkOwner & { readonly packs: boolean },
  { files, sessions, states }: Opened,
): Promise<Upload[]> {
  const signed = new Map<ChunkHash, MissingChunk>();
  const uploads: Upload[] = [];
  let left = ANSWER_CHUNKS_MAX;
  for (const [index, session] of sessions.entries()) {
    const open = openChunks(files[index]?.chunks ?? [], states);
    const named = open.slice(0, Math.min(left, UPLOAD_ANSWER_CHUNKS_MAX));
    left -= named.length;
    const missing: MissingChunk[] = [];
    const prove: ChallengedChunk[] = [];
    for (const [chunk, state] of named) {
      if (state === 'prove') {
        prove.push(await challengedChunk(dependencies, session.uploadId, chunk.hash));
        continue;
      }
      const put = signed.get(chunk.hash) ?? (await missingChunk(dependencies, owner, chunk));
      signed.set(chunk.hash, put);
      missing.push(put);
    }
    const { uploadId, expiresAt } = session;
    const more = named.length < open.length;
    uploads.push({ uploadId, expiresAt: formatInstant(expiresAt), missing, prove, more });
  }
  countStates(dependencies, states);
  return uploads;
}

/** The distinct chunks of a file that are not held, in its order. */
function openChunks(chunks: readonly ChunkRef[], states: States): readonly (readonly [ChunkRef, ChunkState])[] {
  const open = new Map<ChunkHash, readonly [ChunkRef, ChunkState]>();
  for (const chunk of chunks) {
    const state = states.get(chunk.hash) ?? 'missing';
    if (state !== 'held') open.set(chunk.hash, [chunk, state]);
  }
  return [...open.values()];
}

function countStates({ meter }: InitiateUploadsDependencies, states: States): void {
  const counts = { held: 0, prove: 0, missing: 0 };
  for (const state of states.values()) counts[state]++;
  meter.count('chunksHeld', counts.held);
  meter.count('chunksToProve', counts.prove);
  meter.count('chunksMissing', counts.missing);
}
