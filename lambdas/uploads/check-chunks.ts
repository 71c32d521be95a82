import type {
  CheckChunksRequest,
  CheckChunksResponse,
  ChunkHash,
  ChunkRef,
  FieldDefect,
  UploadId,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import { refuseViewer } from '../namespaces/refuse-viewer.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { refusedFor } from '../runtime/decode-request.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { pushProgress } from '../sockets/push-progress.ts';
import { confirmSession } from './confirm-session.ts';
import { isSet } from './confirmed-bits.ts';
import { type ChunkState, challengedChunk, missingChunk } from './name-chunks.ts';
import { confirmedBytes, findPlaces, type PlacesByHash, readSessionManifest } from './session-manifest.ts';
import { settleChunks } from './settle-chunks.ts';
import type { CheckChunksDependencies } from './upload-dependencies.ts';
import type { UploadSession } from './upload-store.ts';

export interface ChunkCheck extends CheckChunksRequest {
  readonly uploadId: UploadId;
}

/**
 * Confirms chunks that were sent or proven, and says of every chunk asked about whether it is held, to prove or missing.
 * Any device of the account may go on with its sessions; a session of another account is not there.
 *
 * Idempotent: a repeat answers the same, with fresh URLs. A wrong proof is answered like none.
 * Cost: 1 read of the session (and of a long manifest) and of access, 2 BatchGetItem per 100 chunks, a HEAD per stored chunk, a GET per
 * proof, 2 writes per newly held chunk, 1 write of the session.
 */
export async function checkChunks(
  dependencies: CheckChunksDependencies,
  check: ChunkCheck,
  caller: DeviceCaller,
): Promise<Outcome<CheckChunksResponse>> {
  const now = dependencies.clock.now();
  const session = (await dependencies.uploads.get([check.uploadId])).get(check.uploadId);
  if (session === undefined || session.accountId !== caller.accountId) {
    return unknownUpload();
  }
  if (session.expiresAt <= now) return refused('upload_expired', 'this upload has expired: begin it again');
  const [refusal, manifest] = await Promise.all([
    refuseWriter(dependencies, session),
    readSessionManifest(dependencies, session),
  ]);
  if (refusal !== undefined) return refusal;
  const places = findPlaces(manifest, namedHashes(check));
  const defects = strangers(check, places);
  if (defects.length > 0) return refusedFor(defects);

  const { uploadId, domain, accountId } = session;
  const asked = askedChunks(check, places);
  const states = await settleChunks(dependencies, {
    uploadId,
    owner: { domain, accountId },
    now,
    chunks: asked.filter(({ hash }) => !isConfirmed(session, places, hash)),
    stored: new Set(check.stored),
    proofs: new Map(check.proofs?.map(({ hash, proof }) => [hash, proof])),
  });
  const shown = [...states].filter(([, state]) => state === 'held').map(([hash]) => hash);
  const indexes = shown.flatMap((hash) => places.get(hash)?.indexes ?? []);
  const confirmed = await confirmSession(dependencies, session, indexes);
  const progress = { storedBytes: confirmedBytes(manifest, confirmed), totalBytes: session.size };
  dependencies.meter.count('chunksConfirmed', shown.length);
  if (shown.length > 0) await tellOthers(dependencies, session, { caller, progress });
  const packs = check.packs === true;
  return done({ ...(await answerChunks(dependencies, session, { asked, states, packs })), progress });
}

/** A member who was removed, or may only read by now, feeds no upload any more. Missing and foreign answer alike. */
async function refuseWriter(
  { namespaces }: Pick<CheckChunksDependencies, 'namespaces'>,
  { namespaceId, accountId }: UploadSession,
): Promise<Refused | undefined> {
  const access = await namespaces.readAccess({ namespaceId, accountId });
  if (access === undefined) return unknownUpload();
  return access.role === 'viewer' ? refuseViewer() : undefined;
}

function unknownUpload(): Refused {
  return refused('not_found', 'there is no such upload');
}

/** Every hash must belong to the upload: a session is no way to ask about other chunks. */
function strangers(check: ChunkCheck, places: PlacesByHash): readonly z.infer<typeof FieldDefect>[] {
  const named = [
    ...(check.hashes ?? []).map((hash, index) => ({ hash, path: `body.hashes.${index}` })),
    ...(check.stored ?? []).map((hash, index) => ({ hash, path: `body.stored.${index}` })),
    ...(check.proofs ?? []).map(({ hash }, index) => ({ hash, path: `body.proofs.${index}.hash` })),
  ];
  return named
    .filter(({ hash }) => !places.has(hash))
    .map(({ path }) => ({ path, message: 'must be a chunk of this upload' }));
}

/** Every chunk that is spoken of, once. */
function askedChunks(check: ChunkCheck, places: PlacesByHash): readonly ChunkRef[] {
  return [...namedHashes(check)].map((hash) => ({ hash, size: places.get(hash)?.size ?? 0 }));
}

function namedHashes({ hashes, stored, proofs }: ChunkCheck): ReadonlySet<ChunkHash> {
  return new Set([...(hashes ?? []), ...(stored ?? []), ...(proofs?.map(({ hash }) => hash) ?? [])]);
}

function isConfirmed(session: UploadSession, places: PlacesByHash, hash: ChunkHash): boolean {
  return places.get(hash)?.indexes.every((index) => isSet(session.confirmed, index)) === true;
}

interface Told {
  readonly caller: DeviceCaller;
  readonly progress: CheckChunksResponse['progress'];
}

function tellOthers(
  dependencies: CheckChunksDependencies,
  { uploadId, namespaceId }: UploadSession,
  { caller, progress }: Told,
): Promise<void> {
  const { deviceId } = caller.device;
  return pushProgress(dependencies, caller.accountId, {
    type: 'progress',
    namespaceId,
    uploadId,
    deviceId,
    ...progress,
  });
}

interface Settled {
  readonly asked: readonly ChunkRef[];
  readonly states: ReadonlyMap<ChunkHash, ChunkState>;
  readonly packs: boolean;
}

/** A chunk that was not settled now was confirmed before. */
async function answerChunks(
  dependencies: CheckChunksDependencies,
  session: UploadSession,
  { asked, states, packs }: Settled,
): Promise<Omit<CheckChunksResponse, 'progress'>> {
  const answer: Omit<CheckChunksResponse, 'progress'> = { missing: [], prove: [], held: [] };
  for (const chunk of asked) {
    switch (states.get(chunk.hash) ?? 'held') {
      case 'held':
        answer.held.push(chunk.hash);
        break;
      case 'prove':
        answer.prove.push(await challengedChunk(dependencies, session.uploadId, chunk.hash));
        break;
      case 'missing':
        answer.missing.push(await missingChunk(dependencies, { ...session, packs }, chunk));
        break;
    }
  }
  return answer;
}
