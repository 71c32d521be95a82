import { beforeAll, expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import type { AttemptStore } from '../../lambdas/links/attempt-store.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));
const END = epochMs(NOW + 60_000);

/** What every AttemptStore must do. */
export function describeAttemptStore(make: () => Promise<AttemptStore>): void {
  let attempts: AttemptStore;
  beforeAll(async () => {
    attempts = await make();
  });
  const take = (key: string, now = NOW, endsAt = END) => attempts.take({ key, max: 3, now, endsAt });
  const fullUntil = (key: string, now = NOW) => attempts.fullUntil({ key, max: 3, now });

  test('as many attempts are taken as there are, and no more until the count ends', async () => {
    const key = freshId();
    for (let index = 0; index < 3; index++) {
      expect(await fullUntil(key)).toBeUndefined();
      expect(await take(key)).toEqual({ kind: 'taken' });
    }
    const last = epochMs(END - 1);
    expect([await take(key, last), await fullUntil(key, last)]).toEqual([{ kind: 'full', until: END }, END]);
    expect(await fullUntil(key, END)).toBeUndefined();
    expect(await take(key, END, epochMs(END + 5000))).toEqual({ kind: 'taken' });
    expect(await fullUntil(key, END)).toBeUndefined();
  });

  test('of 16 attempts at once exactly as many are taken as there are', async () => {
    const key = freshId();
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => take(key)));
    expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(3);
  });

  test('of 16 attempts at once after a count has ended exactly as many are taken as there are', async () => {
    const key = freshId();
    for (let index = 0; index < 3; index++) await take(key);
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => take(key, END, epochMs(END + 5000))));
    expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(3);
  });

  test('a count that ended before it was full begins anew', async () => {
    const key = freshId();
    for (let index = 0; index < 2; index++) await take(key);
    const later = epochMs(END + 5000);
    for (let index = 0; index < 3; index++) expect(await take(key, END, later)).toEqual({ kind: 'taken' });
    expect(await take(key, END, later)).toEqual({ kind: 'full', until: later });
    await attempts.giveBack({ key, now: later });
    expect(await fullUntil(key, END)).toBe(later);
  });

  test('what is given back can be taken again, and nothing is given back twice', async () => {
    const key = freshId();
    for (let index = 0; index < 3; index++) await take(key);
    await attempts.giveBack({ key, now: NOW });
    expect([await take(key), await take(key)]).toMatchObject([{ kind: 'taken' }, { kind: 'full' }]);
    for (let index = 0; index < 9; index++) await attempts.giveBack({ key, now: NOW });
    const outcomes = [await take(key), await take(key), await take(key), await take(key)];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['taken', 'taken', 'taken', 'full']);
  });

  test('several are taken and given back together, or not at all', async () => {
    const key = freshId();
    const takeAll = (count: number) => attempts.take({ key, count, max: 10, now: NOW, endsAt: END });
    const outcomes = [await takeAll(6), await takeAll(5), await takeAll(4), await takeAll(1)];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['taken', 'full', 'taken', 'full']);
    await attempts.giveBack({ key, count: 11, now: NOW });
    expect(await takeAll(1)).toMatchObject({ kind: 'full' });
    await attempts.giveBack({ key, count: 7, now: NOW });
    expect([await takeAll(8), await takeAll(7)]).toMatchObject([{ kind: 'full' }, { kind: 'taken' }]);
    const other = freshId();
    const first = { key: other, count: 10, max: 10, now: NOW, endsAt: END };
    expect([await attempts.take(first), await attempts.take({ ...first, count: 1 })]).toMatchObject([
      { kind: 'taken' },
      { kind: 'full' },
    ]);
  });

  test('keys do not count for each other', async () => {
    const key = freshId();
    for (let index = 0; index < 3; index++) await take(key);
    expect(await take(freshId())).toEqual({ kind: 'taken' });
    await attempts.giveBack({ key: freshId(), now: NOW });
    expect(await take(key)).toMatchObject({ kind: 'full' });
  });
}
