import { expect, test } from '@jest/globals';
import { AccountId, epochMs, NamespaceId } from '@syncline/protocol';
import { freshId } from '../../test/conformance/namespace-fixture.ts';
import { dateChange } from './date-change.ts';
import { emptyHead } from './empty-head.ts';
import { groundedHead } from './grounded-head.ts';

test('nothing in a shared folder is dated before the floor of its home, where it has none of its own yet', () => {
  const ownerAccountId = AccountId.parse(freshId());
  const newHead = (timeFloor?: number) => ({
    ...emptyHead({ namespaceId: NamespaceId.parse(freshId()), ownerAccountId, quotaBytes: 1 }),
    ...(timeFloor === undefined ? {} : { timeFloor: epochMs(timeFloor) }),
  });
  const behind = epochMs(1);
  const dated = (own?: number, ground?: number) => dateChange(groundedHead(newHead(own), newHead(ground)), behind);
  expect([dated(), dated(5), dated(undefined, 7), dated(5, 7), dated(7, 5)]).toEqual([1, 5, 7, 7, 7]);
});
