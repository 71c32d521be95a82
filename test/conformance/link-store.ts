import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, epochMs, LinkId, NamespaceId, NodeId } from '@syncline/protocol';
import type { LinkStore, StoredLink } from '../../lambdas/links/link-store.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));

export function newLink(given: Partial<StoredLink> = {}): StoredLink {
  return {
    linkId: LinkId.parse(freshId()),
    tokenHash: randomBytes(32).toString('hex'),
    accountId: AccountId.parse(freshId()),
    namespaceId: NamespaceId.parse(freshId()),
    nodeId: NodeId.parse(freshId()),
    role: 'view',
    createdAt: NOW,
    endsAt: epochMs(NOW + 60_000),
    keptUntil: epochMs(NOW + 120_000),
    uses: 0,
    ...given,
  };
}

/** What every LinkStore must do. */
export function describeLinkStore(make: () => Promise<LinkStore>): void {
  let links: LinkStore;
  beforeAll(async () => {
    links = await make();
  });

  test('a link is found by the hash of its token, whole, and no other way', async () => {
    const link = newLink({ rev: 3, passwordHash: 'scheme$salt$hash', maxUses: 2 });
    await links.create(link);
    expect(await links.get(link.tokenHash, NOW)).toEqual(link);
    expect(await links.get(newLink().tokenHash, NOW)).toBeUndefined();
  });

  test('the links of an account are listed oldest first, and those of others are not', async () => {
    const accountId = AccountId.parse(freshId());
    const young = newLink({ accountId, createdAt: epochMs(NOW + 1) });
    const old = newLink({ accountId });
    for (const link of [young, newLink(), old]) await links.create(link);
    expect(await links.list(accountId, NOW)).toEqual([old, young]);
    expect(await links.list(AccountId.parse(freshId()), NOW)).toEqual([]);
  });

  test('a link is forgotten when its time is over, whether it was removed or not', async () => {
    const link = newLink();
    await links.create(link);
    const last = epochMs(link.keptUntil - 1);
    expect([await links.get(link.tokenHash, last), await links.list(link.accountId, last)]).toEqual([link, [link]]);
    const over = link.keptUntil;
    expect([await links.get(link.tokenHash, over), await links.list(link.accountId, over)]).toEqual([undefined, []]);
  });

  test('the first revocation stays, and nobody revokes the link of another', async () => {
    const link = newLink();
    await links.create(link);
    const { linkId, accountId } = link;
    const revoke = { linkId, accountId, at: epochMs(NOW + 5), keptUntil: epochMs(NOW + 10_000) };
    expect(await links.revoke({ ...revoke, accountId: AccountId.parse(freshId()) })).toBeUndefined();
    expect(await links.revoke({ ...revoke, linkId: LinkId.parse(freshId()) })).toBeUndefined();
    expect(await links.get(link.tokenHash, NOW)).toEqual(link);
    const revoked = { ...link, revokedAt: revoke.at, keptUntil: revoke.keptUntil };
    expect(await links.revoke(revoke)).toEqual(revoked);
    expect(await links.revoke({ ...revoke, at: epochMs(NOW + 9), keptUntil: epochMs(NOW + 90_000) })).toEqual(revoked);
    expect(await links.get(link.tokenHash, NOW)).toEqual(revoked);
  });

  test('of 16 uses at once as many count as the limit has left, and no more', async () => {
    const link = newLink({ maxUses: 5 });
    await links.create(link);
    const counted = await Promise.all(Array.from({ length: 16 }, () => links.countUses(link.tokenHash, 1)));
    expect(counted.filter((isCounted) => isCounted)).toHaveLength(5);
    expect(await links.get(link.tokenHash, NOW)).toMatchObject({ uses: 5, maxUses: 5 });
  });

  test('several uses count together or not at all, and without a limit always', async () => {
    const limited = newLink({ maxUses: 3 });
    const free = newLink();
    for (const link of [limited, free]) await links.create(link);
    expect(await links.countUses(limited.tokenHash, 2)).toBe(true);
    expect(await links.countUses(limited.tokenHash, 2)).toBe(false);
    expect(await links.countUses(limited.tokenHash, 1)).toBe(true);
    expect(await links.countUses(limited.tokenHash, -2)).toBe(true);
    expect(await links.countUses(limited.tokenHash, 3)).toBe(false);
    expect(await links.countUses(limited.tokenHash, 2)).toBe(true);
    expect(await links.countUses(free.tokenHash, 1000)).toBe(true);
    expect(await links.get(free.tokenHash, NOW)).toEqual({ ...free, uses: 1000 });
  });

  test('nothing counts for a link that was revoked or never was', async () => {
    const link = newLink();
    await links.create(link);
    await links.revoke({ ...link, at: NOW, keptUntil: link.keptUntil });
    expect(await links.countUses(link.tokenHash, 1)).toBe(false);
    expect(await links.countUses(newLink().tokenHash, 1)).toBe(false);
  });
}
