import { expect, test } from '@jest/globals';
import { emptyTransaction, openHome } from '../../test/conformance/namespace-fixture.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { MemoryAccountStore } from '../accounts/memory-account-store.ts';
import type { DynamodbAction, DynamodbRequests } from '../runtime/dynamodb-api.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { TransactionCanceledException } from '../runtime/dynamodb-failure.ts';
import { MemoryClock } from '../runtime/memory-clock.ts';
import { DynamodbNamespaceStore } from './dynamodb-namespace-store.ts';
import { MemoryNamespaceStore } from './memory-namespace-store.ts';

const clock = new MemoryClock();
const tableNames = { files: 'files', changes: 'changes', accounts: 'accounts' };

/** A store whose every call answers what `send` does. */
function storeOver(send: (action: DynamodbAction, request: unknown) => Promise<unknown>): DynamodbNamespaceStore {
  const client = { send } as DynamodbCalls;
  return new DynamodbNamespaceStore({ client, clock, random: new SeededRandom('commit'), tableNames });
}

async function newTransaction() {
  return emptyTransaction(
    await openHome({ accounts: new MemoryAccountStore({ namespaces: new MemoryNamespaceStore({ clock }) }) }),
    0,
  );
}

function cancelledFor(codes: readonly (string | undefined)[]): TransactionCanceledException {
  const reasons = codes.map((Code) => (Code === undefined ? {} : { Code }));
  return new TransactionCanceledException('', reasons);
}

test.each([
  [['ConditionalCheckFailed', 'None']],
  [['None', 'TransactionConflict']],
  [['ConditionalCheckFailed', 'TransactionConflict', undefined]],
])('a transaction that was cancelled for another writer is superseded (%j)', async (codes) => {
  const store = storeOver(() => Promise.reject(cancelledFor(codes)));
  expect(await store.commit(await newTransaction())).toEqual({ kind: 'superseded' });
});

test.each([[['ThrottlingError']], [['None', 'ProvisionedThroughputExceeded', 'TransactionConflict']]])(
  'a transaction that was cancelled for load is unavailable (%j)',
  async (codes) => {
    const store = storeOver(() => Promise.reject(cancelledFor(codes)));
    await expect(store.commit(await newTransaction())).rejects.toMatchObject({ name: 'UnavailableError' });
  },
);

test.each([[['ValidationError']], [['ConditionalCheckFailed', 'ItemCollectionSizeLimitExceeded']], [[]]])(
  'a transaction that was cancelled for its own fault is a defect (%j)',
  async (codes) => {
    const store = storeOver(() => Promise.reject(cancelledFor(codes)));
    await expect(store.commit(await newTransaction())).rejects.toBeInstanceOf(TransactionCanceledException);
  },
);

test('every commit is a call with a name of its own', async () => {
  const tokens: unknown[] = [];
  const store = storeOver(async (_action, request) => {
    tokens.push((request as DynamodbRequests['TransactWriteItems']).ClientRequestToken);
    return {};
  });
  const transaction = await newTransaction();
  await store.commit(transaction);
  await store.commit(transaction);
  expect(new Set(tokens).size).toBe(2);
  for (const token of tokens) expect(token).toMatch(/^[0-9A-Z]{26}$/);
});
