import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type ConsumedCapacity,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { BenchResult } from './bench-report.ts';
import { missingForDynamodbLocal, startDynamodbLocal } from './dynamodb-local.ts';
import { RequestRecorder } from './request-recorder.ts';
import { type UnitCall, unitCalls } from './request-unit-cases.ts';

const QUESTION = 'Does AWS’s own engine, DynamoDB Local, count request units as the other benches do?';
const SHOWN_MAX = 20;

/** Compares what the engine says it consumed with what the recorder computes for the very same calls. */
export async function benchRequestUnitRule(log: (line: string) => void): Promise<BenchResult> {
  const missing = await missingForDynamodbLocal();
  if (missing !== undefined) return { question: QUESTION, figures: [], note: `not measured: ${missing}` };
  const engine = await startDynamodbLocal(log);
  const recorder = await RequestRecorder.start(engine.endpoint);
  const client = new DynamoDBClient({
    endpoint: recorder.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const calls = unitCalls();
    const wrong: string[] = [];
    await createTable(client);
    for (const call of calls) {
      let counted = Number.NaN;
      const recorded = await recorder.record(async () => {
        counted = sumUnits(await send(client, call));
      });
      const computed = recorded.reduce((sum, { writeUnits, readUnits }) => sum + writeUnits + readUnits, 0);
      if (counted !== computed)
        wrong.push(`${call.call}: the engine counts ${counted}, we ${computed}: ${shown(call)}`);
    }
    for (const line of wrong.slice(0, SHOWN_MAX)) log(line);
    return {
      question: QUESTION,
      note: 'left out: answers with nothing in them and transactions of unlike items, where the engine departs from AWS’s guide',
      figures: [
        { name: 'calls compared', value: calls.length, unit: 'calls' },
        { name: 'disagreements', value: wrong.length, unit: 'calls', aim: { most: 0 } },
      ],
    };
  } finally {
    client.destroy();
    recorder.stop();
    engine.stop();
  }
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'units',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
}

async function send(
  client: DynamoDBClient,
  call: UnitCall,
): Promise<ConsumedCapacity | readonly ConsumedCapacity[] | undefined> {
  const total = { ReturnConsumedCapacity: 'TOTAL' } as const;
  switch (call.call) {
    case 'put':
      return (await client.send(new PutItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'get':
      return (await client.send(new GetItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'update':
      return (await client.send(new UpdateItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'delete':
      return (await client.send(new DeleteItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'query':
      return (await client.send(new QueryCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'batch-get':
      return (await client.send(new BatchGetItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'batch-write':
      return (await client.send(new BatchWriteItemCommand({ ...call.input, ...total }))).ConsumedCapacity;
    case 'transact-write':
      return (await client.send(new TransactWriteItemsCommand({ ...call.input, ...total }))).ConsumedCapacity;
  }
}

function sumUnits(consumed: ConsumedCapacity | readonly ConsumedCapacity[] | undefined): number {
  const all = consumed === undefined ? [] : [consumed].flat();
  return all.reduce((sum, { CapacityUnits: units = 0 }) => sum + units, 0);
}

function shown({ input }: UnitCall): string {
  return JSON.stringify(input).replaceAll(/x{5,}/g, 'x…x');
}
