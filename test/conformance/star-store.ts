import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, epochMs, NamespaceId, NodeId } from '@syncline/protocol';
import type { StarStore, StoredStar } from '../../lambdas/stars/star-store.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = Date.UTC(2026, 0, 1);

/** What every StarStore must do. */
export function describeStarStore(make: () => Promise<StarStore>): void {
  let stars: StarStore;
  beforeAll(async () => {
    stars = await make();
  });
  const account = () => AccountId.parse(freshId());
  const star = (seconds: number, part: Partial<StoredStar> = {}): StoredStar => ({
    namespaceId: NamespaceId.parse(freshId()),
    nodeId: NodeId.parse(freshId()),
    starredAt: epochMs(NOW + seconds * 1000),
    ...part,
  });

  test('stars are listed newest first, to their account alone', async () => {
    const [mine, other] = [account(), account()];
    const [first, second, third] = [star(1), star(2), star(3)];
    for (const one of [second, third, first]) expect(await stars.add(mine, one)).toEqual(one);
    expect(await stars.list(mine)).toEqual([third, second, first]);
    expect(await stars.list(other)).toEqual([]);
  });

  test('a star that is there keeps its time, and a node has one in each namespace', async () => {
    const mine = account();
    const first = star(1);
    await stars.add(mine, first);
    expect(await stars.add(mine, { ...first, starredAt: epochMs(NOW + 9000) })).toEqual(first);
    const elsewhere = star(5, { nodeId: first.nodeId });
    expect(await stars.add(mine, elsewhere)).toEqual(elsewhere);
    expect(await stars.list(mine)).toEqual([elsewhere, first]);
  });

  test('a star that was taken away is gone, as often as it is taken, and can be made anew', async () => {
    const mine = account();
    const [gone, kept] = [star(1), star(2)];
    await Promise.all([stars.add(mine, gone), stars.add(mine, kept)]);
    for (let times = 0; times < 2; times++) await stars.remove(mine, gone);
    await stars.remove(account(), kept);
    expect(await stars.list(mine)).toEqual([kept]);
    const again = { ...gone, starredAt: epochMs(NOW + 60_000) };
    expect(await stars.add(mine, again)).toEqual(again);
  });
}
