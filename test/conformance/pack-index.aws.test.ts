import { DynamodbPackIndex } from '../../lambdas/packs/dynamodb-pack-index.ts';
import { openTables } from '../support/aws-world.ts';
import { describePackIndex } from './pack-index.ts';

describePackIndex(async () => new DynamodbPackIndex(await openTables()));
