import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsConnection } from '../../lambdas/runtime/aws-connection.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { createDynamodbClient, type DynamodbCalls } from '../../lambdas/runtime/dynamodb-client.ts';
import { systemRandom } from '../../lambdas/runtime/system-clock.ts';
import { createTables, type TableNames } from './create-tables.ts';
import { sharedStack } from './shared-stack.ts';

/** Where the AWS-backed stores are tested: an endpoint of one's own, or the local stack that all such tests share. */
export const ENDPOINT_VARIABLE = 'SYNCLINE_TEST_ENDPOINT';

/** A search engine of one's own. */
export const SEARCH_VARIABLE = 'SYNCLINE_TEST_SEARCH';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Anything that speaks AWS's protocols, with no tables or buckets of ours yet. */
export function awsConnection(): AwsConnection & { readonly endpoint: string } {
  const own = process.env[ENDPOINT_VARIABLE];
  const { endpoint, region } = own === undefined ? sharedStack() : { endpoint: own, region: 'us-east-1' };
  return { endpoint, region, credentials: async () => credentials };
}

/** The search engine of the local stack. */
export function searchConnection(): AwsConnection & { readonly endpoint: string } {
  const endpoint = process.env[SEARCH_VARIABLE] ?? sharedStack().searchEndpoint;
  if (endpoint === undefined)
    throw new Error('these tests need OpenSearch, which the local stack starts where there is Java');
  return { endpoint, region: 'us-east-1', credentials: async () => credentials };
}

/** A set of new tables and what every adapter over them is made with, but for the clock. */
export async function openTables(): Promise<{
  readonly client: DynamodbCalls;
  readonly tableNames: TableNames;
  readonly random: typeof systemRandom;
}> {
  const connection = awsConnection();
  const { endpoint, region } = connection;
  const maker = new DynamoDBClient({ endpoint, region, credentials });
  const tableNames = await createTables(maker);
  maker.destroy();
  return { client: createDynamodbClient({ connection }), tableNames, random: systemRandom };
}

/** A new bucket, versioned as the deployed one. */
export async function createBucket(): Promise<string> {
  const connection = awsConnection();
  const bucket = `test-${randomUUID()}`;
  const requests = new AwsRequests({ signingName: 's3', connection });
  const address = `${connection.endpoint}/${bucket}`;
  const made = await requests.send({ method: 'PUT', url: new URL(address) });
  if (made.status !== 200) throw new Error(`the bucket was not made: ${made.status}`);
  return bucket;
}
