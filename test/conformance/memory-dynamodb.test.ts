import { describe } from '@jest/globals';
import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from '../../lambdas/chunks/dynamodb-chunk-index.ts';
import { DynamodbLinkStore } from '../../lambdas/links/dynamodb-link-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../../lambdas/packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from '../../lambdas/references/dynamodb-reference-store.ts';
import { DynamodbRemainderStore } from '../../lambdas/remainders/dynamodb-remainder-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbSharingStore } from '../../lambdas/sharing/dynamodb-sharing-store.ts';
import { DynamodbSweepIndex } from '../../lambdas/sweep/dynamodb-sweep-index.ts';
import { DynamodbFolderTrail } from '../../lambdas/webhooks/dynamodb-folder-trail.ts';
import { KnownObjects } from '../support/known-objects.ts';
import { openMemoryTables } from '../support/memory-tables.ts';
import { describeAccountStore } from './account-store.ts';
import { describeChunkIndex } from './chunk-index.ts';
import { describeFolderTrail } from './folder-trail.ts';
import { describeLinkStore } from './link-store.ts';
import { describeNamespaceStore } from './namespace-store.ts';
import { describePackIndex } from './pack-index.ts';
import { describeReferenceStore } from './reference-store.ts';
import { describeSharingStore } from './sharing-store.ts';
import { describeSweepIndex } from './sweep-index.ts';

/** Tables in memory answer the adapters as the emulator does: the same suites pass over both. */
function open() {
  const clock = new MemoryClock();
  const objects = new KnownObjects();
  const tables = { ...openMemoryTables(), clock, objects };
  return {
    ...tables,
    namespaces: new DynamodbNamespaceStore(tables),
    accounts: new DynamodbAccountStore(tables),
    sharing: new DynamodbSharingStore(tables),
    remainders: new DynamodbRemainderStore(tables),
    chunks: new DynamodbChunkIndex(tables),
    packs: new DynamodbPackIndex(tables),
    index: new DynamodbSweepIndex(tables),
  };
}

describe('tables in memory', () => {
  describeNamespaceStore(async () => open());
  describeAccountStore(async () => open());
  describeSharingStore(async () => open());
  describeSweepIndex(async () => open());
  describeReferenceStore(async () => new DynamodbReferenceStore(open()));
  describePackIndex(async () => new DynamodbPackIndex(open()));
  describeFolderTrail(async () => {
    const tables = open();
    return { ...tables, trail: new DynamodbFolderTrail(tables) };
  });
  describeLinkStore(async () => new DynamodbLinkStore(open()));
  describeChunkIndex(async () => {
    const { chunks, client, tableNames, objects } = open();
    return {
      objects,
      chunks,
      sweep: async (domain, hash, to) => {
        const key = { pk: { S: `${domain}#${hash}` }, sk: { S: 'chunk' } };
        client.meddle(tableNames.chunks, key, (row) => ({ ...row, ...key, state: { S: to } }));
      },
    };
  });
});
