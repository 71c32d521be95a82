import type { NamespaceId } from '@syncline/protocol';
import type { OpenRemainder } from './remainder.ts';

/** What transactions have left to be done in a ground. It is written by them alone (`NamespaceStore.commit`). Strongly consistent. */
export interface RemainderStore {
  /** The first `limit` in the order of `remainderKey`. Cost: one Query. */
  list(groundId: NamespaceId, limit: number): Promise<readonly OpenRemainder[]>;

  /** Takes one away if it is the newest of its key; a newer one stays, for whoever reads it. Idempotent. Cost: one write. */
  end(groundId: NamespaceId, remainder: OpenRemainder): Promise<void>;
}
