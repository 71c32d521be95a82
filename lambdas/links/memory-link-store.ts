import { type AccountId, assert, type EpochMs, type LinkId } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import { compareLinkAge } from './compare-link-age.ts';
import type { LinkStore, StoredLink } from './link-store.ts';

/** Links in the memory of one process. */
export class MemoryLinkStore implements LinkStore {
  readonly #links = new Map<string, StoredLink>();

  async create(link: StoredLink): Promise<void> {
    assert(!this.#links.has(link.tokenHash), 'the token of a new link is fresh');
    this.#links.set(link.tokenHash, { ...link, keptUntil: roundUpToSecond(link.keptUntil) });
  }

  async get(tokenHash: string, now: EpochMs): Promise<StoredLink | undefined> {
    const link = this.#links.get(tokenHash);
    return link === undefined || link.keptUntil <= now ? undefined : link;
  }

  async list(accountId: AccountId, now: EpochMs): Promise<readonly StoredLink[]> {
    const own = [...this.#links.values()].filter((link) => link.accountId === accountId && link.keptUntil > now);
    return own.toSorted(compareLinkAge);
  }

  async revoke(revoked: {
    readonly accountId: AccountId;
    readonly linkId: LinkId;
    readonly at: EpochMs;
    readonly keptUntil: EpochMs;
  }): Promise<StoredLink | undefined> {
    const { accountId, linkId, at } = revoked;
    const link = [...this.#links.values()].find((each) => each.linkId === linkId && each.accountId === accountId);
    if (link === undefined || link.revokedAt !== undefined) return link;
    const ended = { ...link, revokedAt: at, keptUntil: roundUpToSecond(revoked.keptUntil) };
    this.#links.set(link.tokenHash, ended);
    return ended;
  }

  async countUses(tokenHash: string, count: number): Promise<boolean> {
    const link = this.#links.get(tokenHash);
    if (link === undefined || link.revokedAt !== undefined) return false;
    const uses = link.uses + count;
    if (link.maxUses !== undefined && uses > link.maxUses) return false;
    this.#links.set(tokenHash, { ...link, uses });
    return true;
  }
}
