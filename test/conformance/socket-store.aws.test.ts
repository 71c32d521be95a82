import { DynamodbSocketStore } from '../../lambdas/sockets/dynamodb-socket-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeSocketStore } from './socket-store.ts';

describeSocketStore(async () => new DynamodbSocketStore(await openTables()));
