import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, DeviceId, NamespaceId } from '@syncline/protocol';
import type { MemberPage, PushQueue } from '../../lambdas/sockets/push-queue.ts';
import { freshId } from './namespace-fixture.ts';

export interface PushQueueSubject {
  readonly queue: PushQueue;
  /** Takes pages out until there are so many. */
  readonly take: (count: number) => Promise<readonly MemberPage[]>;
  /** Takes what is delivered at this moment. */
  readonly takeReady: () => Promise<readonly MemberPage[]>;
}

function pageOf(seq: number): MemberPage {
  const message = { type: 'changed' as const, namespaceId: NamespaceId.parse(freshId()), epoch: 1, seq };
  const hint = seq % 2 === 0 ? { message } : { message, author: DeviceId.parse(freshId()) };
  return { hint, first: AccountId.parse(freshId()), last: AccountId.parse(freshId()) };
}

/** What every PushQueue must do. */
export function describePushQueue(make: () => Promise<PushQueueSubject>): void {
  let subject: PushQueueSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test('every page that was sent is delivered as it was, however many there are', async () => {
    const pages = Array.from({ length: 23 }, (_, index) => pageOf(index + 1));
    await subject.queue.send(pages.map((page) => ({ page, delaySeconds: 0 })));
    const taken = await subject.take(pages.length);
    expect(taken.toSorted((left, right) => left.hint.message.seq - right.hint.message.seq)).toEqual(pages);
  });

  test('to send nothing sends nothing', async () => {
    await subject.queue.send([]);
    const [page] = [pageOf(1)];
    await subject.queue.send([{ page, delaySeconds: 0 }]);
    expect(await subject.take(1)).toEqual([page]);
  });

  test('a page with a delay is not delivered before it', async () => {
    const [soon, late] = [pageOf(1), pageOf(2)];
    await subject.queue.send([
      { page: late, delaySeconds: 2 },
      { page: soon, delaySeconds: 0 },
    ]);
    expect(await subject.takeReady()).toEqual([soon]);
    expect(await subject.take(1)).toEqual([late]);
  });
}
