import { InvariantError } from '@syncline/protocol';
import type { Item, Query } from './dynamodb-api.ts';
import type { DynamodbCalls } from './dynamodb-client.ts';

/** Pages of 1 MB that one query may take. */
const QUERY_PAGES_MAX = 64;

/** The first `limit` items of a query, or all when no limit is given. Cost: one Query per 1 MB. */
export async function queryItems(
  client: DynamodbCalls,
  query: Omit<Query, 'Limit' | 'ExclusiveStartKey'>,
  limit?: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let page = 0; page < QUERY_PAGES_MAX; page++) {
    const answer = await client.send('Query', {
      ...query,
      ...(limit === undefined ? {} : { Limit: limit - items.length }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
    if (start === undefined || items.length === limit) return items;
  }
  throw new InvariantError('a partition that is read as a whole stays within its pages');
}
