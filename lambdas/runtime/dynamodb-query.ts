import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { InvariantError } from '@syncline/protocol';
import type { Item } from './dynamodb-batches.ts';
import type { DynamodbCalls } from './dynamodb-client.ts';
import { askDynamodb } from './dynamodb-failure.ts';

/** Pages of 1 MB that one query may take. */
const QUERY_PAGES_MAX = 64;

/** The first `limit` items of a query, or all when no limit is given. Cost: one Query per 1 MB. */
export async function queryItems(
  client: DynamodbCalls,
  query: Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>,
  limit?: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let page = 0; page < QUERY_PAGES_MAX; page++) {
    const command = new QueryCommand({
      ...query,
      ...(limit === undefined ? {} : { Limit: limit - items.length }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const answer = await askDynamodb(() => client.send(command));
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
    if (start === undefined || items.length === limit) return items;
  }
  throw new InvariantError('a partition that is read as a whole stays within its pages');
}
