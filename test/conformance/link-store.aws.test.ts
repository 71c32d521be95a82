import { DynamodbLinkStore } from '../../lambdas/links/dynamodb-link-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { describeLinkStore } from './link-store.ts';

describeLinkStore(async () => new DynamodbLinkStore({ ...(await openTables()), clock: new MemoryClock() }));
