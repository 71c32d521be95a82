import type { AwsConnection } from '../../lambdas/runtime/aws-connection.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';

/** What tests ask of SQS beside what the service does. */
export type QueueRequest = 'CreateQueue' | 'ListQueues' | 'ReceiveMessage' | 'SendMessage' | 'GetQueueAttributes';

export type AskQueues = (action: QueueRequest, input: object) => Promise<Readonly<Record<string, unknown>>>;

/** @throws what SQS answers when it is no success. */
export function queueRequests(connection: AwsConnection & { readonly endpoint: string }): AskQueues {
  const requests = new AwsRequests({ signingName: 'sqs', connection });
  return async (action, input) => {
    const { status, body } = await requests.send({
      method: 'POST',
      url: new URL(connection.endpoint),
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
      body: Buffer.from(JSON.stringify(input)),
    });
    if (status !== 200) throw new Error(`SQS answered ${action} with ${status}: ${body.toString()}`);
    return JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
  };
}
