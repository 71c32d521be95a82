import { crc32 } from 'node:zlib';
import { type AwsConnection, processConnection } from './aws-connection.ts';
import { AwsRequests } from './aws-requests.ts';
import type { Clock, Random } from './clock.ts';
import type { DynamodbAction, DynamodbAnswers, DynamodbRequests } from './dynamodb-api.ts';
import { isPassingRefusal, refusalOf } from './dynamodb-failure.ts';
import type { HttpAnswer } from './http-connections.ts';

export interface DynamodbOptions {
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Reads answers; `rowParser` is for those of many rows. @default JSON.parse */
  readonly parse?: (text: string) => unknown;
}

/** What an adapter needs of a client, so that a bench can count the calls by handing in one of its own. */
export interface DynamodbCalls {
  /**
   * Asks for one action; repeats it while it is refused for load or gets no answer.
   * @throws UnavailableError when it still was after all tries.
   * @throws ConditionalCheckFailedException, TransactionCanceledException, and DynamodbRefusal for all else.
   */
  send<A extends DynamodbAction>(action: A, request: DynamodbRequests[A]): Promise<DynamodbAnswers[A]>;
}

/** A call that takes longer has lost its connection: DynamoDB answers within milliseconds. */
const REQUEST_MS_MAX = 5000;

/**
 * DynamoDB's JSON protocol over signed requests (docs/decisions/0105-a-dynamodb-client-of-our-own.md).
 * Source: Amazon DynamoDB Developer Guide, "DynamoDB low-level API" and "Error handling".
 */
export function createDynamodbClient(options: DynamodbOptions = {}): DynamodbCalls {
  const { connection = processConnection('DYNAMODB'), parse = JSON.parse, ...time } = options;
  const requests = new AwsRequests({
    ...time,
    signingName: 'dynamodb',
    connection,
    requestMsMax: REQUEST_MS_MAX,
    isPassing: (answer) => isDamaged(answer) || (answer.status === 400 && isPassingRefusal(answer.body)),
  });
  const url = new URL(connection.endpoint ?? `https://dynamodb.${connection.region}.amazonaws.com`);
  return {
    async send<A extends DynamodbAction>(action: A, request: DynamodbRequests[A]): Promise<DynamodbAnswers[A]> {
      const { status, body } = await requests.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${action}` },
        body: Buffer.from(JSON.stringify(request)),
      });
      if (status !== 200) throw refusalOf(body);
      return parse(body.toString()) as DynamodbAnswers[A];
    },
  };
}

/** DynamoDB sends the checksum of what it answers. */
function isDamaged({ headers, body }: HttpAnswer): boolean {
  const checksum = headers['x-amz-crc32'];
  return checksum !== undefined && Number(checksum) !== crc32(body);
}
