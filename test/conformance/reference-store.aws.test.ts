import { DynamodbReferenceStore } from '../../lambdas/references/dynamodb-reference-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeReferenceStore } from './reference-store.ts';

describeReferenceStore(async () => new DynamodbReferenceStore(await openTables()));
