import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbUploadStore } from '../../lambdas/uploads/dynamodb-upload-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeUploadStore } from './upload-store.ts';

describeUploadStore(async () => new DynamodbUploadStore({ ...(await openTables()), clock: new MemoryClock() }));
