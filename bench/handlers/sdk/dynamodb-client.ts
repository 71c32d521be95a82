import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamodbAction } from '../../../lambdas/runtime/dynamodb-api.ts';

const commands: Readonly<Record<DynamodbAction, new (request: never) => GetItemCommand>> = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  Query: QueryCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  TransactWriteItems: TransactWriteItemsCommand,
} as never;

/** Stands for lambdas/runtime/dynamodb-client.ts in a twin bundle: the same calls by the client of AWS's SDK, as it comes. */
export function createDynamodbClient() {
  const client = new DynamoDBClient({});
  return {
    send: (action: DynamodbAction, request: never): Promise<unknown> => client.send(new commands[action](request)),
  };
}
