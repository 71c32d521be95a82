import { assert, type EpochMs, type UploadId } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import type { UploadSession, UploadStore } from './upload-store.ts';

/** Upload sessions in the memory of one process. */
export class MemoryUploadStore implements UploadStore {
  readonly #sessions = new Map<UploadId, UploadSession>();

  async create(sessions: readonly UploadSession[]): Promise<void> {
    for (const session of sessions) {
      assert(!this.#sessions.has(session.uploadId), 'the id of a new upload session is fresh');
      const expiresAt = roundUpToSecond(session.expiresAt);
      this.#sessions.set(session.uploadId, { ...session, expiresAt, confirmed: session.confirmed.slice() });
    }
  }

  async get(uploadIds: readonly UploadId[]): Promise<ReadonlyMap<UploadId, UploadSession>> {
    const found = new Map<UploadId, UploadSession>();
    for (const uploadId of uploadIds) {
      const session = this.#sessions.get(uploadId);
      // A copy: the bits that a caller sets are his own until he confirms them.
      if (session !== undefined) found.set(uploadId, { ...session, confirmed: session.confirmed.slice() });
    }
    return found;
  }

  /** What becomes of sessions after their time: they are removed, sooner or later. Answers those that are still there. */
  sweep(now: EpochMs): readonly UploadSession[] {
    for (const { uploadId, expiresAt } of this.#sessions.values()) {
      if (expiresAt <= now) this.#sessions.delete(uploadId);
    }
    return [...this.#sessions.values()];
  }

  async confirm(change: {
    readonly uploadId: UploadId;
    readonly version: number;
    readonly confirmed: Uint8Array;
  }): Promise<boolean> {
    const session = this.#sessions.get(change.uploadId);
    if (session === undefined || session.version !== change.version) return false;
    const confirmed = change.confirmed.slice();
    this.#sessions.set(change.uploadId, { ...session, confirmed, version: session.version + 1 });
    return true;
  }
}
