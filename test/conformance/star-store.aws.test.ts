import { DynamodbStarStore } from '../../lambdas/stars/dynamodb-star-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeStarStore } from './star-store.ts';

describeStarStore(async () => new DynamodbStarStore(await openTables()));
