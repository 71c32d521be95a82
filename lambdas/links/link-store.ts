import type { AccountId, EpochMs, LinkId, LinkRole, NamespaceId, NodeId } from '@syncline/protocol';

/** Links by the hash of their tokens, and by the account that made them. Strongly consistent. */
export interface LinkStore {
  /** Writes a link, all or nothing. Precondition: its id and its token are fresh. */
  create(link: StoredLink): Promise<void>;
  /** Undefined when there is none, or it has not been kept any longer at `now`. Cost: 1 read. */
  get(tokenHash: string, now: EpochMs): Promise<StoredLink | undefined>;
  /** All links of an account that are kept at `now`, oldest first. Cost: a Query, and a BatchGetItem per 100. */
  list(accountId: AccountId, now: EpochMs): Promise<readonly StoredLink[]>;
  /** Idempotent: the first revocation stays. Undefined when the account has no such link. */
  revoke(revoked: {
    readonly accountId: AccountId;
    readonly linkId: LinkId;
    readonly at: EpochMs;
    readonly keptUntil: EpochMs;
  }): Promise<StoredLink | undefined>;
  /**
   * Counts `count` more uses, atomically; false, and nothing is counted, when the link was revoked, or has not as many left. So
   * however many ask at once, no more get true than `maxUses` allows. A negative count gives uses back that came to nothing.
   */
  countUses(tokenHash: string, count: number): Promise<boolean>;
}

export interface StoredLink {
  readonly linkId: LinkId;
  /** Lowercase hexadecimal SHA-256 of the token; the token itself is never stored. */
  readonly tokenHash: string;
  /** Who made it. It gives what this account may do now, and never more. */
  readonly accountId: AccountId;
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly role: LinkRole;
  readonly rev?: number;
  /** As `hashPassword` writes it. */
  readonly passwordHash?: string;
  readonly createdAt: EpochMs;
  readonly endsAt: EpochMs;
  /** When it may be forgotten. Kept in whole seconds, rounded up. */
  readonly keptUntil: EpochMs;
  readonly uses: number;
  readonly maxUses?: number;
  readonly revokedAt?: EpochMs;
}
