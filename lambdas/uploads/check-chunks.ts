import type {
  CheckChunksRequest,
  CheckChunksResponse,
  ChunkHash,
  ChunkRef,
  FieldDefect,
  UploadId,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { DeviceCaller } from '../runtime/caller.ts';
import { refusedFor } from '../runtime/decode-request.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { confirmShown } from './confirm-shown.ts';
import { type ChunkState, challengedChunk, missingChunk } from './name-chunks.ts';
import { isConfirmed, NOT_OF_THIS_UPLOAD, openSession } from './open-session.ts';
import { findPlaces, type PlacesByHash } from './session-manifest.ts';
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
  const opened = await openSession(dependencies, { uploadId: check.uploadId, now }, caller);
  if (opened.kind === 'refused') return opened;
  const { session, manifest } = opened.value;
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
  const progress = await confirmShown(dependencies, opened.value, { places, shown, caller });
  const packs = check.packs === true;
  return done({ ...(await answerChunks(dependencies, session, { asked, states, packs })), progress });
}

/** Every hash must belong to the upload: a session is no way to ask about other chunks. */
function strangers(check: ChunkCheck, places: PlacesByHash): readonly z.infer<typeof FieldDefect>[] {
  const named = [
    ...(check.hashes ?? []).map((hash, index) => ({ hash, path: `body.hashes.${index}` })),
    ...(check.stored ?? []).map((hash, index) => ({ hash, path: `body.stored.${index}` })),
    ...(check.proofs ?? []).map(({ hash }, index) => ({ hash, path: `body.proofs.${index}.hash` })),
  ];
  return named.filter(({ hash }) => !places.has(hash)).map(({ path }) => ({ path, message: NOT_OF_THIS_UPLOAD }));
}

/** Every chunk that is spoken of, once. */
function askedChunks(check: ChunkCheck, places: PlacesByHash): readonly ChunkRef[] {
  return [...namedHashes(check)].map((hash) => ({ hash, size: places.get(hash)?.size ?? 0 }));
}

function namedHashes({ hashes, stored, proofs }: ChunkCheck): ReadonlySet<ChunkHash> {
  return new Set([...(hashes ?? []), ...(stored ?? []), ...(proofs?.map(({ hash }) => hash) ?? [])]);
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
