import type { AccountId, EpochMs, NamespaceId, NodeId } from '@syncline/protocol';

/** What accounts have starred. Strongly consistent. */
export interface StarStore {
  /** Newest first; at most a few more than STARS_MAX, where an account adds from several places at once. Cost: one Query. */
  list(accountId: AccountId): Promise<readonly StoredStar[]>;
  /** Keeps a star; the time of one that is there stays. Idempotent. Answers the one that is kept. Cost: one write, and a read where there was one. */
  add(accountId: AccountId, star: StoredStar): Promise<StoredStar>;
  /** Nothing happens where there is none. Cost: one write. */
  remove(accountId: AccountId, key: StarKey): Promise<void>;
}

/** A node has one star of an account in each namespace that it was in. */
export interface StarKey {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
}

export interface StoredStar extends StarKey {
  readonly starredAt: EpochMs;
}
