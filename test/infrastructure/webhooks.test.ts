import { expect, test } from '@jest/globals';
import { deployedFunctions, showValue } from './deployed-functions.ts';
import { at, listOf, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const deployment = synthesise('prod');
const template = stackOf(deployment, 'Realtime');
const show = (value: unknown) => showValue(value, deployment);
const functions = deployedFunctions(deployment);

test('a message for a webhook comes again for longer than its receiver is tried, then is put aside', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ Properties }) => Properties);
  const queue = queues.find((properties) => at(properties, 'RedrivePolicy', 'maxReceiveCount') === 200);
  expect(queue).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
  expect(show(at(queue, 'RedrivePolicy', 'deadLetterTargetArn'))).toBe('DeliveriesDeadLetters.Arn');
  const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
  const consumer = mappings.find((mapping) => show(mapping['FunctionName']) === 'DeliverFunction');
  expect(show(consumer?.['EventSourceArn'])).toBe('DeliveriesQueue.Arn');
  expect(consumer).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
});

test('what speaks to servers of others reads no byte and no present name of a file, and writes what webhooks are told alone', () => {
  const allowed = functions.get('deliver')?.allowed ?? [];
  expect(allowed.filter((line) => !line.startsWith('logs:')).toSorted()).toEqual([
    'dynamodb:BatchGetItem DataAccounts.Arn',
    'dynamodb:GetItem DataAccounts.Arn',
    'dynamodb:GetItem DataFiles.Arn',
    'dynamodb:Query DataChanges.Arn',
    'dynamodb:UpdateItem DataAccounts.Arn',
    'secretsmanager:GetSecretValue KeySecret.Id',
    'sqs:ChangeMessageVisibility DeliveriesQueue.Arn',
    'sqs:DeleteMessage DeliveriesQueue.Arn',
    'sqs:GetQueueAttributes DeliveriesQueue.Arn',
    'sqs:ReceiveMessage DeliveriesQueue.Arn',
    'sqs:SendMessage DeliveriesQueue.Arn',
  ]);
});

test('of the journal and of files it may ask for nothing but where nodes are and were, and a call that names no attribute is refused', () => {
  const { attributes, role } = functions.get('deliver') ?? {};
  expect(Object.fromEntries(attributes ?? [])).toEqual({
    'DataChanges.Arn': ['pk', 'sk', 'nodeId', 'parentId', 'was', 'expiresAt', 'type'],
    'DataFiles.Arn': ['pk', 'sk', 'parentId', 'kind', 'deletedAt', 'purgedAt'],
  });
  const [policy] = listOf(at(role, 'Policies'));
  const limited = listOf(at(policy, 'PolicyDocument', 'Statement')).filter(
    (statement) => at(statement, 'Condition') !== undefined,
  );
  expect(limited.map((statement) => at(statement, 'Condition', 'StringEqualsIfExists'))).toEqual([
    { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
  ]);
});

test('only public addresses are spoken to, wherever people are', () => {
  for (const name of ['deliver', 'webhooks']) {
    expect(at(functions.get(name)?.properties, 'Environment', 'Variables', 'WEBHOOK_TARGETS')).toBe('public');
  }
});
