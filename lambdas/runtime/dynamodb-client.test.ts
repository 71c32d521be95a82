import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
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
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { createDynamodbClient } from './dynamodb-client.ts';
import { ConditionalCheckFailedException, isAccepted, TransactionCanceledException } from './dynamodb-failure.ts';
import { MemoryClock } from './memory-clock.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly target: string;
  readonly type: string;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly body: string;
  readonly checksum?: string;
}

/** What is answered next; when there is nothing, an empty success. */
const answers: Answer[] = [];
const asked: Asked[] = [];

const server: Server = createServer((incoming, outgoing) => {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.on('end', () => {
    const { method = '', url: path = '', headers } = incoming;
    const target = String(headers['x-amz-target']);
    const type = String(headers['content-type']);
    asked.push({ method, path, target, type, body: Buffer.concat(parts).toString() });
    const { status = 200, body, checksum = String(crc32(body)) } = answers.shift() ?? { body: '{}' };
    outgoing.writeHead(status, { 'x-amz-crc32': checksum }).end(body);
  });
});
const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };

beforeEach(() => {
  answers.length = 0;
  asked.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function openClient() {
  const clock = new MemoryClock();
  const connection = { region: 'eu-west-1', endpoint: await listening, credentials: async () => credentials };
  return { clock, client: createDynamodbClient({ connection, clock, random: new SeededRandom('client') }) };
}

function refusal(name: string, rest: object = {}): Answer {
  return { status: 400, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...rest }) };
}

const get = { TableName: 't', Key: { pk: { S: 'a' }, sk: { N: '1' } }, ConsistentRead: true };
const bytes = Buffer.from('bytes');
const values = { ':v': { M: { l: { L: [{ NULL: true as const }, { BOOL: false }] } } } };
const condition = {
  TableName: 't',
  ConditionExpression: 'attribute_not_exists(pk) OR #n = :v',
  ExpressionAttributeNames: { '#n': 'é' },
  ExpressionAttributeValues: values,
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
};
const item = { pk: { S: 'ü"\n' }, sk: { S: '' } };
const update = { ...condition, Key: item, UpdateExpression: 'SET #n = :v' };
const query = {
  TableName: 't',
  IndexName: 'i',
  ConsistentRead: false,
  ScanIndexForward: false,
  KeyConditionExpression: 'pk = :v',
  ExpressionAttributeValues: values,
  Limit: 3,
  ExclusiveStartKey: item,
};

test.each([
  ['GetItem', get, new GetItemCommand(get)],
  [
    'PutItem',
    { ...condition, Item: { ...item, b: { B: bytes.toString('base64') } } },
    new PutItemCommand({ ...condition, Item: { ...item, b: { B: bytes } } }),
  ],
  ['UpdateItem', { ...update, ReturnValues: 'ALL_NEW' }, new UpdateItemCommand({ ...update, ReturnValues: 'ALL_NEW' })],
  ['DeleteItem', { ...condition, Key: item }, new DeleteItemCommand({ ...condition, Key: item })],
  ['Query', query, new QueryCommand(query)],
  [
    'BatchGetItem',
    { RequestItems: { t: { Keys: [item], ConsistentRead: true } } },
    new BatchGetItemCommand({ RequestItems: { t: { Keys: [item], ConsistentRead: true } } }),
  ],
  [
    'BatchWriteItem',
    { RequestItems: { t: [{ PutRequest: { Item: item } }] } },
    new BatchWriteItemCommand({ RequestItems: { t: [{ PutRequest: { Item: item } }] } }),
  ],
  [
    'TransactWriteItems',
    { TransactItems: [{ Update: update }, { Put: { ...condition, Item: item } }], ClientRequestToken: 'token' },
    new TransactWriteItemsCommand({
      TransactItems: [{ Update: update }, { Put: { ...condition, Item: item } }],
      ClientRequestToken: 'token',
    }),
  ],
] as const)('%s goes over the wire as the SDK sends it', async (action, request, command) => {
  const sdk = new DynamoDBClient({ endpoint: await listening, region: 'eu-west-1', credentials });
  await sdk.send(command as GetItemCommand);
  sdk.destroy();
  await (await openClient()).client.send(action, request);
  const [theirs, ours] = asked;
  expect(ours).toEqual({ ...theirs, body: expect.anything() });
  expect(JSON.parse(ours?.body ?? '')).toEqual(JSON.parse(theirs?.body ?? ''));
});

test('an answer is given as it stands on the wire', async () => {
  answers.push({ body: JSON.stringify({ Item: { ...item, b: { B: 'AAE=' } } }) });
  expect(await (await openClient()).client.send('GetItem', get)).toEqual({ Item: { ...item, b: { B: 'AAE=' } } });
});

test.each([
  ['a throttled call', refusal('ThrottlingException')],
  ['a table under load', refusal('ProvisionedThroughputExceededException')],
  ['an account under load', refusal('RequestLimitExceeded')],
  ['a transaction on the same item', refusal('TransactionConflictException')],
  ['a transaction of that name under way', refusal('TransactionInProgressException')],
  ['an outage', { status: 500, body: '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}' }],
  ['a gateway', { status: 503, body: '<html>' }],
  ['a damaged answer', { body: '{"Item":{"pk":{"S":"b"}}}', checksum: '1' }],
])('%s is passed over after a pause, and unavailable when it lasts', async (_title, answer) => {
  const { client, clock } = await openClient();
  const before = clock.now();
  answers.push(answer, answer, { body: '{"Item":{}}' });
  expect(await client.send('GetItem', get)).toEqual({ Item: {} });
  expect(asked).toHaveLength(3);
  expect(clock.now()).toBeGreaterThan(before);
  answers.push(answer, answer, answer, answer);
  await expect(client.send('GetItem', get)).rejects.toMatchObject({ name: 'UnavailableError' });
  expect(asked).toHaveLength(7);
});

test('every try carries the same call', async () => {
  answers.push({ status: 500, body: '' });
  await (await openClient()).client.send('GetItem', get);
  expect(asked[1]).toEqual(asked[0]);
});

test('a condition that did not hold tells what stands there, and is not asked again', async () => {
  answers.push(refusal('ConditionalCheckFailedException', { message: 'no', Item: item }));
  const { client } = await openClient();
  const failing = client.send('PutItem', { ...condition, Item: item });
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect(error).toMatchObject({ name: 'ConditionalCheckFailedException', message: 'no', item });
  expect(asked).toHaveLength(1);
});

test('a cancelled transaction tells its reasons in their order', async () => {
  const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }];
  answers.push(refusal('TransactionCanceledException', { Message: 'cancelled', CancellationReasons: reasons }));
  const failing = (await openClient()).client.send('TransactWriteItems', { TransactItems: [] });
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransactionCanceledException);
  expect(error).toMatchObject({ name: 'TransactionCanceledException', message: 'cancelled', reasons });
});

test.each([
  [
    { status: 400, body: '{"__type":"com.amazon.coral.validate#ValidationException","message":"m"}' },
    'ValidationException',
  ],
  [{ status: 400, body: '{"__type":"AccessDeniedException"}' }, 'AccessDeniedException'],
  [{ status: 403, body: 'not JSON' }, 'UnknownRefusal'],
])('any other refusal is a defect with the name that DynamoDB gives it (%j)', async (answer, name) => {
  answers.push(answer);
  await expect((await openClient()).client.send('GetItem', get)).rejects.toMatchObject({ name });
  expect(asked).toHaveLength(1);
});

test('a defect of ours is thrown as it is, and is not asked again', async () => {
  const clock = new MemoryClock();
  const before = clock.now();
  const bad = async () => ({ ...credentials, sessionToken: 'two\nlines' });
  const connection = { region: 'eu-west-1', endpoint: await listening, credentials: bad };
  const client = createDynamodbClient({ connection, clock, random: new SeededRandom('client') });
  await expect(client.send('GetItem', get)).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  expect(clock.now()).toBe(before);
});

test('a write whose condition did not hold is not accepted, and any other failure is thrown', async () => {
  expect(await isAccepted(async () => undefined)).toBe(true);
  expect(await isAccepted(() => Promise.reject(new ConditionalCheckFailedException('')))).toBe(false);
  await expect(isAccepted(() => Promise.reject(new RangeError('x')))).rejects.toThrow(RangeError);
});
