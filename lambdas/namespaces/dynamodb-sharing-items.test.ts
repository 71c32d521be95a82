import { expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  freshId,
  openHome,
  placeOf,
} from '../../test/conformance/namespace-fixture.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { MemoryAccountStore } from '../accounts/memory-account-store.ts';
import { MemoryClock } from '../runtime/memory-clock.ts';
import { newInvitationToken } from '../sharing/invitation-token.ts';
import type { SharingChange } from '../sharing/sharing-change.ts';
import { transactionItems } from './dynamodb-transaction.ts';
import { MemoryNamespaceStore } from './memory-namespace-store.ts';

const tables = { files: 'files', changes: 'changes', accounts: 'accounts' };

/** The items of a transaction that mounts a shared folder in a new home, by what they say of sharing. */
async function itemsOf(kind: SharingChange['kind']) {
  const namespaces = new MemoryNamespaceStore({ clock: new MemoryClock() });
  const home = await openHome({ accounts: new MemoryAccountStore({ namespaces }) });
  const { accountId } = home;
  const namespaceId = NamespaceId.parse(freshId());
  const node = {
    ...fileNode(home, { name: 'n'.repeat(200) }),
    kind: 'mount',
    mountedNamespaceId: namespaceId,
  } as const;
  const mount = { accountId, namespaceId, nodeId: node.nodeId, joinedAt: CHANGED_AT };
  const member = { namespaceId, accountId, role: 'owner', since: CHANGED_AT } as const;
  const { invitationId } = newInvitationToken(new SeededRandom('items'), namespaceId);
  const ground = { groundId: home.namespaceId, groundSeq: 0 };
  const folder = { namespaceId, ...ground, ownerAccountId: accountId, name: 'n'.repeat(200) };
  const changes = {
    found: { kind: 'found', folder, member, mount },
    join: {
      kind: 'join',
      member,
      mount,
      invitation: { invitationId, isUsedUp: false, createdAt: CHANGED_AT },
      told: { entry: entryOf({ ...home, namespaceId }, 1, node), epoch: 0 },
    },
    remount: { kind: 'remount', member, mount },
    unmount: { kind: 'unmount', mount },
  } as const satisfies Record<SharingChange['kind'], SharingChange>;
  const transaction = {
    ...emptyTransaction(home, 0),
    entries: [entryOf(home, 1, node)],
    nodes: [{ node, expectedRev: 0 }],
    places: [{ place: placeOf(node), node }],
    sharing: changes[kind],
  };
  return transactionItems(tables, transaction, invitationId);
}

test.each([
  ['found', 7],
  ['join', 10],
  ['remount', 6],
  ['unmount', 5],
] as const)('%s costs %i items, whatever lies in the folder, each on a condition', async (kind, count) => {
  const items = await itemsOf(kind);
  expect(items).toHaveLength(count);
  for (const { Put: put, Update: update, Delete: deleted } of items) {
    expect((put ?? update ?? deleted)?.ConditionExpression).toBeDefined();
  }
});

test('nobody joins a folder that is full, or by an invitation that is gone', async () => {
  const updates = (await itemsOf('join')).flatMap(({ Update: update }) => (update === undefined ? [] : [update]));
  expect(updates.map((update) => update.ConditionExpression)).toEqual([
    'seq = :expected AND epoch = :epoch',
    'memberCount < :max AND seq = :expected AND epoch = :epoch',
    'attribute_exists(pk)',
  ]);
});
