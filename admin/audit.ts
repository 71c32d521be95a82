import { DynamodbChunkIndex } from '../lambdas/chunks/dynamodb-chunk-index.ts';
import type { ObjectStore } from '../lambdas/chunks/object-store.ts';
import { DynamodbNamespaceStore } from '../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../lambdas/packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from '../lambdas/references/dynamodb-reference-store.ts';
import type { Clock, Random } from '../lambdas/runtime/clock.ts';
import type { DynamodbCalls } from '../lambdas/runtime/dynamodb-client.ts';
import { DynamodbSweepIndex } from '../lambdas/sweep/dynamodb-sweep-index.ts';
import type { RemovableObjects } from '../lambdas/sweep/removable-objects.ts';
import type { TableRole } from './finding.ts';
import { Grounds } from './grounds.ts';

/** The tables and the bucket of a deployment, as whoever may read all of them sees them. */
export interface DeploymentAccess {
  readonly client: DynamodbCalls;
  readonly tableNames: Readonly<Record<TableRole, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly objects: Pick<ObjectStore, 'head' | 'read'>;
  readonly listing: Pick<RemovableObjects, 'list'>;
}

/** What checks read by. */
export type Audit = ReturnType<typeof openAudit>;

export function openAudit(access: DeploymentAccess) {
  const namespaces = new DynamodbNamespaceStore(access);
  return {
    ...access,
    namespaces,
    chunks: new DynamodbChunkIndex(access),
    packs: new DynamodbPackIndex(access),
    references: new DynamodbReferenceStore(access),
    index: new DynamodbSweepIndex(access),
    grounds: new Grounds({ namespaces }),
  };
}
