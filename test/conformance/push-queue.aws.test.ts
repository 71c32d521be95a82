import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { decodeMemberPage } from '../../lambdas/sockets/member-page-message.ts';
import type { MemberPage } from '../../lambdas/sockets/push-queue.ts';
import { SqsPushQueue } from '../../lambdas/sockets/sqs-push-queue.ts';
import { awsConnection } from '../support/aws-world.ts';
import { queueRequests } from '../support/queue-requests.ts';
import { describePushQueue } from './push-queue.ts';

const WAIT_SECONDS_MAX = 5;

describePushQueue(async () => {
  const connection = awsConnection();
  const ask = queueRequests(connection);
  const { QueueUrl: queueUrl } = await ask('CreateQueue', { QueueName: `pushes-${randomUUID()}` });
  const receive = async (waitSeconds: number): Promise<readonly MemberPage[]> => {
    const answer = await ask('ReceiveMessage', {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
    });
    const messages = (answer['Messages'] ?? []) as readonly { readonly Body: string }[];
    return messages.map(({ Body: body }) => decodeMemberPage(body));
  };
  const take = async (count: number): Promise<readonly MemberPage[]> => {
    const pages: MemberPage[] = [];
    while (pages.length < count) {
      const received = await receive(WAIT_SECONDS_MAX);
      if (received.length === 0) throw new Error(`the queue has no more after ${pages.length} pages`);
      pages.push(...received);
    }
    return pages;
  };
  return { queue: new SqsPushQueue({ queueUrl: String(queueUrl), connection }), take, takeReady: () => receive(0) };
});

test('a queue that is not there is no place to put pages', async () => {
  const connection = awsConnection();
  const queue = new SqsPushQueue({ queueUrl: `${connection.endpoint}/000000000000/none-${randomUUID()}`, connection });
  await expect(queue.send([{} as never])).rejects.toThrow('SQS does not answer');
});
