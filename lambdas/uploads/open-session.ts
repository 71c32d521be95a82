import type { ChunkHash, EpochMs, UploadId } from '@syncline/protocol';
import { refuseViewer } from '../namespaces/refuse-viewer.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { done, type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { isSet } from './confirmed-bits.ts';
import { type PlacesByHash, readSessionManifest } from './session-manifest.ts';
import type { CheckChunksDependencies } from './upload-dependencies.ts';
import type { UploadSession } from './upload-store.ts';

/** A session that the caller may go on with, and its packed manifest. */
export interface OpenSession {
  readonly session: UploadSession;
  readonly manifest: Uint8Array;
}

/** Every hash must belong to the upload: a session is no way to ask about other chunks. */
export const NOT_OF_THIS_UPLOAD = 'must be a chunk of this upload';

/**
 * An upload that this account may feed now. Any device of the account may; a session of another account is not there, nor is one into a
 * namespace that the account is no member of any more, and who may only read is refused.
 * Cost: 1 read of the session (and of a long manifest) and of access.
 */
export async function openSession(
  dependencies: Pick<CheckChunksDependencies, 'namespaces' | 'objects' | 'uploads'>,
  { uploadId, now }: { readonly uploadId: UploadId; readonly now: EpochMs },
  caller: Pick<DeviceCaller, 'accountId'>,
): Promise<Outcome<OpenSession>> {
  const session = (await dependencies.uploads.get([uploadId])).get(uploadId);
  if (session === undefined || session.accountId !== caller.accountId) {
    return unknownUpload();
  }
  if (session.expiresAt <= now) return refused('upload_expired', 'this upload has expired: begin it again');
  const [refusal, manifest] = await Promise.all([
    refuseWriter(dependencies, session),
    readSessionManifest(dependencies, session),
  ]);
  return refusal ?? done({ session, manifest });
}

/** Whether a chunk is confirmed wherever it stands in the file. */
export function isConfirmed({ confirmed }: UploadSession, places: PlacesByHash, hash: ChunkHash): boolean {
  return places.get(hash)?.indexes.every((index) => isSet(confirmed, index)) === true;
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
