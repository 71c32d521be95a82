import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { CHANGED_AT, freshNodeId, openHome, QUOTA_BYTES } from './namespace-fixture.ts';
import { attempts, observeHistory } from './namespace-histories.ts';

/** Each run takes about half a second at an emulator. */
const HISTORIES = 15;

test('any history of transactions looks the same in memory and in DynamoDB', async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  const actual = new DynamodbNamespaceStore(dependencies);
  const accounts = new DynamodbAccountStore(dependencies);
  let committed = 0;
  let superseded = 0;
  await fc.assert(
    fc.asyncProperty(attempts, async (history) => {
      const model = new MemoryNamespaceStore({ clock });
      const home = await openHome({ accounts });
      const { accountId, namespaceId: homeNamespaceId } = home;
      const account = { accountId, homeNamespaceId, createdAt: CHANGED_AT, quotaBytes: QUOTA_BYTES };
      await new MemoryAccountStore({ namespaces: model }).createAccount(account);
      const nodeIds = history.map(freshNodeId);
      const expected = await observeHistory(model, home, { attempts: history, nodeIds });
      expect(await observeHistory(actual, home, { attempts: history, nodeIds })).toEqual(expected);
      committed += expected.filter((kind) => kind === 'committed').length;
      superseded += expected.filter((kind) => kind === 'superseded').length;
    }),
    { numRuns: HISTORIES },
  );
  // Histories that all fail, or none of which do, would show little.
  expect(committed).toBeGreaterThan(HISTORIES);
  expect(superseded).toBeGreaterThan(HISTORIES / 2);
});
