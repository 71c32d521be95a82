import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import { type ContentTask, decodeContentTask } from '../../lambdas/extraction/content-task.ts';
import { SqsContentQueue } from '../../lambdas/extraction/sqs-content-queue.ts';
import { awsConnection } from '../support/aws-world.ts';
import { queueRequests } from '../support/queue-requests.ts';
import { describeContentQueue } from './content-queue.ts';
import { freshId, freshNodeId } from './namespace-fixture.ts';

const WAIT_SECONDS_MAX = 5;

describeContentQueue(async () => {
  const connection = awsConnection();
  const ask = queueRequests(connection);
  const { QueueUrl: queueUrl } = await ask('CreateQueue', { QueueName: `contents-${randomUUID()}` });
  const take = async (count: number): Promise<readonly ContentTask[]> => {
    const tasks: ContentTask[] = [];
    while (tasks.length < count) {
      const answer = await ask('ReceiveMessage', {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: WAIT_SECONDS_MAX,
      });
      const messages = (answer['Messages'] ?? []) as readonly { readonly Body: string }[];
      if (messages.length === 0) throw new Error(`the queue has no more after ${tasks.length} tasks`);
      tasks.push(...messages.map(({ Body: body }) => decodeContentTask(body)));
    }
    return tasks;
  };
  return { queue: new SqsContentQueue({ queueUrl: String(queueUrl), connection }), take };
});

const task: ContentTask = { namespaceId: NamespaceId.parse(freshId()), nodeId: freshNodeId() };

test('a queue that is not there is no place to put tasks', async () => {
  const connection = awsConnection();
  const queueUrl = `${connection.endpoint}/000000000000/none-${randomUUID()}`;
  await expect(new SqsContentQueue({ queueUrl, connection }).send([task])).rejects.toThrow('SQS does not answer');
});

test('a message that failed comes again as soon as it is hidden no longer', async () => {
  const connection = awsConnection();
  const ask = queueRequests(connection);
  const { QueueUrl: queueUrl } = await ask('CreateQueue', { QueueName: `contents-${randomUUID()}` });
  const queue = new SqsContentQueue({ queueUrl: String(queueUrl), connection });
  await queue.send([task]);
  const receive = async (more: Readonly<Record<string, number>>) => {
    const answer = await ask('ReceiveMessage', { QueueUrl: queueUrl, WaitTimeSeconds: WAIT_SECONDS_MAX, ...more });
    return (answer['Messages'] ?? []) as readonly { readonly ReceiptHandle: string; readonly Body: string }[];
  };
  const [failed] = await receive({ VisibilityTimeout: 3600 });
  await queue.hide(failed?.ReceiptHandle ?? '', 1);
  expect((await receive({})).map(({ Body: body }) => decodeContentTask(body))).toEqual([task]);
});

test('whoever sends is told when the queue took only some of the tasks', async () => {
  // No emulator refuses a part of what is sent together.
  const answer = JSON.stringify({ Successful: [{ Id: '0' }], Failed: [{ Id: '1', Code: 'InternalError' }] });
  const server = createServer((request, response) => void request.resume().once('end', () => response.end(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const queue = new SqsContentQueue({ queueUrl: `${endpoint}/queue`, connection: { ...awsConnection(), endpoint } });
  await expect(queue.send([task, task])).rejects.toThrow('the queue did not take 1 tasks');
  server.close();
});
