import { DynamodbAttemptStore } from '../../lambdas/links/dynamodb-attempt-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeAttemptStore } from './attempt-store.ts';

describeAttemptStore(async () => new DynamodbAttemptStore(await openTables()));
