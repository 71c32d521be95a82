import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Tries of one call by the SDK, the first included. */
const CALL_TRIES_MAX = 4;
const CONNECT_MS_MAX = 1000;
/** A call that takes longer has lost its connection: DynamoDB answers within milliseconds. */
const REQUEST_MS_MAX = 5000;
const SOCKETS_MAX = 128;

/** What an adapter needs of a client, so that a bench can count the calls by handing in one of its own. */
export type DynamodbCalls = Pick<DynamoDBClient, 'send'>;

/** A client with bounded retries and time-outs. Region, endpoint and credentials come from the process's environment. */
export function createDynamodbClient(): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: CALL_TRIES_MAX,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: SOCKETS_MAX },
      httpsAgent: { maxSockets: SOCKETS_MAX },
    }),
  });
}
