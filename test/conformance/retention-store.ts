import { beforeAll, expect, test } from '@jest/globals';
import { AccountId } from '@syncline/protocol';
import type { RetentionStore } from '../../lambdas/history/retention-store.ts';
import { freshId, type NamespaceSubject, openHome } from './namespace-fixture.ts';

export interface RetentionSubject extends NamespaceSubject {
  readonly retentions: RetentionStore;
}

/** What every RetentionStore must do. */
export function describeRetentionStore(make: () => Promise<RetentionSubject>): void {
  let subject: RetentionSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test('a retention stands in the head of its namespace, and nothing else of that changes', async () => {
    const home = await openHome(subject);
    const { namespaceId, accountId: ownerAccountId } = home;
    const before = (await subject.namespaces.readAccess(home))?.head;
    for (const retention of [{ days: 7, thinning: 'none' } as const, { days: 90, thinning: 'days' } as const]) {
      expect(await subject.retentions.setRetention({ namespaceId, ownerAccountId }, retention)).toBe(true);
      const { days: retentionDays, thinning } = retention;
      expect((await subject.namespaces.readAccess(home))?.head).toEqual({ ...before, retentionDays, thinning });
    }
  });

  test('only an owner sets one, and none is made of a namespace that is not there', async () => {
    const home = await openHome(subject);
    const { namespaceId } = home;
    const before = (await subject.namespaces.readAccess(home))?.head;
    const stranger = AccountId.parse(freshId());
    const retention = { days: 7, thinning: 'days' } as const;
    expect(await subject.retentions.setRetention({ namespaceId, ownerAccountId: stranger }, retention)).toBe(false);
    expect((await subject.namespaces.readAccess(home))?.head).toEqual(before);
  });
}
