import { type EpochMs, epochMs, type UploadId } from '@syncline/protocol';
import { mapBounded } from '../runtime/map-bounded.ts';
import { pendingBytesKey, storedUploadKey } from './attempt-keys.ts';
import type { AttemptOutcome, AttemptStore } from './attempt-store.ts';
import { PENDING_MS, STORED_COUNTED_AT_ONCE } from './limits.ts';

/** What a visitor counts with: of which link, and when. */
export interface PendingBytes {
  readonly attempts: AttemptStore;
  readonly tokenHash: string;
  readonly now: EpochMs;
}

/** Announces bytes, if with them no more than `max` are announced and not stored. Cost: 1 write, 2 for the first. */
export async function announceBytes(
  { attempts, tokenHash, now }: PendingBytes,
  { bytes, max }: { readonly bytes: number; readonly max: number },
): Promise<AttemptOutcome> {
  if (bytes === 0) return { kind: 'taken' };
  const endsAt = epochMs(now + PENDING_MS);
  return attempts.take({ key: pendingBytesKey(tokenHash), count: bytes, max, now, endsAt });
}

/** They will not be sent. Cost: 1 write. */
export async function withdrawBytes({ attempts, tokenHash, now }: PendingBytes, bytes: number): Promise<void> {
  if (bytes > 0) await attempts.giveBack({ key: pendingBytesKey(tokenHash), count: bytes, now });
}

/**
 * Uploads became files, whose bytes are counted by the namespace from now on. However often it is told, an upload counts once, or a file that is
 * stored by many requests at once would make room for many. Cost: 2 writes an upload, and 1.
 */
export async function storeBytes(
  pending: PendingBytes,
  stored: readonly { readonly uploadId: UploadId; readonly bytes: number }[],
): Promise<void> {
  const { attempts, now } = pending;
  const endsAt = epochMs(now + PENDING_MS);
  const counted = await mapBounded(STORED_COUNTED_AT_ONCE, stored, async ({ uploadId, bytes }) => {
    const first = await attempts.take({ key: storedUploadKey(uploadId), max: 1, now, endsAt });
    return first.kind === 'taken' ? bytes : 0;
  });
  await withdrawBytes(
    pending,
    counted.reduce((sum, bytes) => sum + bytes, 0),
  );
}
