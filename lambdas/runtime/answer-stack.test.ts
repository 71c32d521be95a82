import { expect, test } from '@jest/globals';
import { InvariantError } from '@syncline/protocol';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { answerStack, type StackRequest } from './answer-stack.ts';

const WHOSE = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Site' };

function eventOf(kind: 'Create' | 'Update' | 'Delete'): CloudFormationCustomResourceEvent {
  const event = {
    ...WHOSE,
    RequestType: kind,
    ServiceToken: 'arn',
    ResponseURL: 'https://cloudformation.example/answer?signature=1',
    ResourceType: 'Custom::Site',
    ResourceProperties: { ServiceToken: 'arn', generation: '2' },
    ...(kind === 'Create' ? {} : { PhysicalResourceId: 'made-before' }),
  };
  return event as CloudFormationCustomResourceEvent;
}

/** What CloudFormation was told. */
async function told(
  event: CloudFormationCustomResourceEvent,
  task: (request: StackRequest) => Promise<Readonly<Record<string, string>>>,
): Promise<unknown> {
  const answers: unknown[] = [];
  await answerStack(event, task, async (url, init) => {
    expect([url, init?.method]).toEqual([event.ResponseURL, 'PUT']);
    answers.push(await new Response(init?.body ?? null).json());
    return new Response();
  });
  expect(answers.length).toBe(1);
  return answers[0];
}

test('what a task answers becomes the attributes of the resource, which nobody is shown', async () => {
  const answer = await told(eventOf('Create'), async ({ kind, properties }) => ({
    is: `${kind} ${String(properties['generation'])}`,
  }));
  expect(answer).toEqual({
    ...WHOSE,
    PhysicalResourceId: 'Site-1',
    Status: 'SUCCESS',
    NoEcho: true,
    Data: { is: 'Create 2' },
  });
});

test.each(['Update', 'Delete'] as const)(
  'at a %s the resource stays the one that it is, or CloudFormation would replace it',
  async (kind) => {
    expect(await told(eventOf(kind), async () => ({}))).toMatchObject({
      PhysicalResourceId: 'made-before',
      Status: 'SUCCESS',
    });
  },
);

test('a task that fails is told too, in words that quote nothing foreign', async () => {
  const fail = (error: Error) =>
    told(eventOf('Create'), async () => {
      throw error;
    });
  expect(await fail(new InvariantError('S3 said no'))).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('S3 said no'),
  });
  expect(JSON.stringify(await fail(new Error('secret words')))).not.toContain('secret words');
});
