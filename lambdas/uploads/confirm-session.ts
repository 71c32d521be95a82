import type { UploadId } from '@syncline/protocol';
import type { Clock, Random } from '../runtime/clock.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { isSet, withBits } from './confirmed-bits.ts';
import { CONFIRM_PAUSE_MS, CONFIRM_TRIES_MAX } from './limits.ts';
import type { UploadSession, UploadStore } from './upload-store.ts';

export interface ConfirmSessionDependencies {
  readonly uploads: UploadStore;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: Random;
}

/**
 * Adds confirmed chunks to a session and answers all that are confirmed then. Bits are only ever added: requests that run
 * at the same time merge. Nothing is written when all of them are set already.
 *
 * @throws UnavailableError when other requests were faster CONFIRM_TRIES_MAX times; a repeat of the request finds its chunks held.
 */
export async function confirmSession(
  { uploads, clock, random }: ConfirmSessionDependencies,
  session: UploadSession,
  indexes: readonly number[],
): Promise<Uint8Array> {
  let current = session;
  for (let attempt = 1; attempt <= CONFIRM_TRIES_MAX; attempt++) {
    const { confirmed: before, version, uploadId } = current;
    const added = indexes.filter((index) => !isSet(before, index));
    if (added.length === 0) return before;
    const confirmed = withBits(before, added);
    if (await uploads.confirm({ uploadId, version, confirmed })) return confirmed;
    await clock.sleep(random.fraction() * CONFIRM_PAUSE_MS * 2 ** (attempt - 1));
    current = await reread(uploads, uploadId);
  }
  throw new UnavailableError('an upload session is written by too many requests at once');
}

async function reread(uploads: UploadStore, uploadId: UploadId): Promise<UploadSession> {
  const session = (await uploads.get([uploadId])).get(uploadId);
  if (session === undefined) throw new UnavailableError('an upload session expired while it was written');
  return session;
}
