import type { CheckChunksResponse, ChunkHash } from '@syncline/protocol';
import type { DeviceCaller } from '../runtime/caller.ts';
import { pushProgress } from '../sockets/push-progress.ts';
import { confirmSession } from './confirm-session.ts';
import type { OpenSession } from './open-session.ts';
import { confirmedBytes, type PlacesByHash } from './session-manifest.ts';
import type { CheckChunksDependencies } from './upload-dependencies.ts';

export interface ShownChunks {
  readonly places: PlacesByHash;
  /** Chunks that the account holds, and that are pinned. */
  readonly shown: readonly ChunkHash[];
  readonly caller: DeviceCaller;
}

/**
 * Confirms chunks of a session, tells the devices of the namespace's members of it, and answers how far the upload has come.
 * Cost: 1 write of the session, and a push to each device, when there is something to confirm.
 * @throws UnavailableError when other requests were faster too often: confirmSession.
 */
export async function confirmShown(
  dependencies: Pick<
    CheckChunksDependencies,
    'accounts' | 'clock' | 'meter' | 'pusher' | 'random' | 'sockets' | 'uploads'
  >,
  { session, manifest }: OpenSession,
  { places, shown, caller }: ShownChunks,
): Promise<CheckChunksResponse['progress']> {
  const indexes = shown.flatMap((hash) => places.get(hash)?.indexes ?? []);
  const confirmed = await confirmSession(dependencies, session, indexes);
  const progress = { storedBytes: confirmedBytes(manifest, confirmed), totalBytes: session.size };
  dependencies.meter.count('chunksConfirmed', shown.length);
  if (shown.length === 0) return progress;
  const { uploadId, namespaceId } = session;
  const { deviceId } = caller.device;
  const told = { type: 'progress', namespaceId, uploadId, deviceId, ...progress } as const;
  await pushProgress(dependencies, caller.accountId, told);
  return progress;
}
