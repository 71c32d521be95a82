import { beforeAll, expect, test } from '@jest/globals';
import { AccountId } from '@syncline/protocol';
import type { RetentionStore } from '../../lambdas/history/retention-store.ts';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import {
  emptyTransaction,
  fileNode,
  freshId,
  type NamespaceSubject,
  openHome,
  putFiles,
  revisionOf,
} from './namespace-fixture.ts';

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

  test('contents go only while the namespace keeps them no longer than who lets them go has read', async () => {
    const home = await openHome(subject);
    const { namespaceId, accountId: ownerAccountId } = home;
    const node = fileNode(home, { name: 'file' });
    await subject.namespaces.commit(putFiles(home, 0, [node]));
    const later = [2, 3].map((rev) => ({ ...revisionOf(home, node), rev }));
    await subject.namespaces.commit({ ...emptyTransaction(home, 1), revisions: later });
    const drop = async (rev: number, retention: NonNullable<NamespaceTransaction['retention']>) => {
      const dropped = [{ nodeId: node.nodeId, rev }];
      return (await subject.namespaces.commit({ ...emptyTransaction(home, 1), dropped, retention })).kind;
    };
    for (const other of [{ retentionDays: 30 }, { thinning: 'days' }] as const)
      expect(await drop(1, other)).toBe('superseded');
    expect(await drop(1, {})).toBe('committed');
    await subject.retentions.setRetention({ namespaceId, ownerAccountId }, { days: 7, thinning: 'none' });
    for (const other of [
      {},
      { retentionDays: 7 },
      { retentionDays: 8, thinning: 'none' },
      { retentionDays: 7, thinning: 'days' },
    ] as const)
      expect(await drop(2, other)).toBe('superseded');
    expect(await drop(2, { retentionDays: 7, thinning: 'none' })).toBe('committed');
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
