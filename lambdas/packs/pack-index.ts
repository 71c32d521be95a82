import { type ChunkHash, type EpochMs, type PackMember, storedLength } from '@syncline/protocol';

/**
 * What is known of packs: which chunks were put into each, and whether it may go. Where a chunk lies is said by its own record
 * alone (chunks/chunk-index.ts): a member may have been stored elsewhere before, moved since, or be no longer stored.
 *
 * Maintained invariant: a pack is recorded before any chunk is recorded to lie in it, and once it is `deleted` none ever is.
 * Source: docs/decisions/0101-packs.md
 */
export interface PackIndex {
  /**
   * Records a pack whose members were verified, lets a condemned one live again, and begins its time of rest anew. False when nothing may
   * be recorded to lie in it so: this very object is being removed, or the pack is recorded with other members. The same bytes can be
   * described in several ways; if a second one took the place of the first, the sweep would forget what the first says to lie there.
   * Idempotent. Cost: 1 write, of the size of the members.
   */
  record(pack: NewPack & { readonly now: EpochMs }): Promise<boolean>;

  /** Strongly consistent. Cost: 1 read. */
  get(name: PackName): Promise<PackRecord | undefined>;

  /** Makes a live pack condemned if it was last recorded at `restedSince` or before; false when it does not. Cost: 1 write. */
  condemn(change: PackName & { readonly restedSince: EpochMs; readonly sweepAt: number }): Promise<boolean>;

  /**
   * Makes a condemned pack deleted, if it was condemned at `condemnedBefore` or before and has not been recorded since; false when it
   * does not. Precondition: no chunk lies in it. From then on its object may be removed. Cost: 1 write.
   */
  markDeleted(change: PackName & { readonly condemnedBefore: number }): Promise<boolean>;
}

export interface PackName {
  readonly domain: string;
  /** SHA-256 of all its bytes. */
  readonly hash: ChunkHash;
}

export interface NewPack extends PackName {
  /** In the order in which they lie, without gaps. */
  readonly members: readonly PackMember[];
  /** Version of the object that was verified. */
  readonly versionId?: string;
}

export interface PackRecord extends NewPack {
  readonly state: 'live' | 'condemned' | 'deleted';
  /** When it was recorded last. */
  readonly recordedAt: EpochMs;
  /** In sweep time (sweep/sweep-clock.ts). */
  readonly condemnedAt?: number;
}

export function packObjectKey({ domain, hash }: PackName): string {
  return `packs/${domain}/${hash}`;
}

/** Whether two lists of members describe the same chunks in the same forms. */
export function areSameMembers(left: readonly PackMember[], right: readonly PackMember[]): boolean {
  return (
    left.length === right.length &&
    left.every((member, index) => {
      const other = right[index];
      const isSame = other?.hash === member.hash && other.size === member.size;
      return isSame && storedLength(other) === storedLength(member);
    })
  );
}

/** Whether an object holds more than the chunk that lies in it. */
export function isPackKey(objectKey: string): boolean {
  return objectKey.startsWith('packs/');
}
