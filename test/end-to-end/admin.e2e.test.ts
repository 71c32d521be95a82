import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { createDynamodbClient } from '../../lambdas/runtime/dynamodb-client.ts';
import {
  type ApiDevice,
  chunkOf,
  newEmail,
  openApiDevice,
  putOperation,
  uploadBytes,
  valueOf,
} from '../support/api-device.ts';
import { awsConnection } from '../support/aws-world.ts';
import { eventually } from '../support/eventually.ts';
import { type AdminResult, nameStack, runAdmin } from '../support/run-admin.ts';
import { sharedStack } from '../support/shared-stack.ts';

let folder: string;
let ada: ApiDevice;
const bytes = randomBytes(2000);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'admin-'));
  await nameStack(folder, sharedStack());
  ada = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const uploadId = await uploadBytes(ada, bytes);
  const operations = [putOperation(ada, { name: 'kept', uploadId })];
  expect(valueOf(await ada.api.commit({ body: { operations } })).results).toMatchObject([{ status: 'committed' }]);
  await eventually(async () =>
    expect(await rowsOf('DataChunks', `shared#${chunkOf(bytes).hash}`, 'ref#')).toHaveLength(1),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of the operator's on the home of the account. */
function admin(...args: readonly string[]): Promise<AdminResult> {
  return runAdmin(folder, [...args, '--namespace', ada.account.homeNamespaceId]);
}

const client = () => createDynamodbClient({ connection: awsConnection() });

async function tableOf(part: string): Promise<string> {
  const connection = awsConnection();
  const answer = await new AwsRequests({ signingName: 'dynamodb', connection }).send({
    method: 'POST',
    url: new URL(connection.endpoint),
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: Buffer.from('{}'),
  });
  const { TableNames: names } = JSON.parse(answer.body.toString()) as { readonly TableNames: readonly string[] };
  return names.find((name) => name.includes(part)) ?? '';
}

async function rowsOf(table: string, partition: string, prefix: string) {
  const { Items: items = [] } = await client().send('Query', {
    TableName: await tableOf(table),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: partition }, ':prefix': { S: prefix } },
  });
  return items;
}

async function drop(table: string, partition: string, prefix: string): Promise<void> {
  const rows = await rowsOf(table, partition, prefix);
  expect(rows).toHaveLength(1);
  for (const { pk, sk } of rows) {
    const key = { pk: pk ?? {}, sk: sk ?? {} };
    await client().send('DeleteItem', { TableName: await tableOf(table), Key: key });
  }
}

test('a home on the deployed service is whole; what is damaged is found, mended, and handed out as it was', async () => {
  const { homeNamespaceId: home } = ada.account;
  const healthy = await admin('fsck', '--deep');
  expect(healthy).toMatchObject({ exitCode: 0, text: expect.stringContaining('Nothing is wrong.') });

  await drop('DataChunks', `shared#${chunkOf(bytes).hash}`, 'ref#');
  await drop('DataChunks', `shared#${chunkOf(bytes).hash}`, 'chunk');
  await drop('DataFiles', `dir#${home}#${home}`, 'name#kept');
  const found = await admin('fsck', '--json');
  expect(found.exitCode).toBe(1);
  const lines = found.text.split('\n').filter((line) => line.startsWith('{"code"'));
  const codes = lines.map((line) => (JSON.parse(line) as { readonly code: string }).code);
  expect(codes.toSorted()).toEqual(['chunk-unrecorded', 'place-missing', 'reference-missing']);

  expect(await admin('repair')).toMatchObject({ exitCode: 0, text: expect.stringContaining('Nothing was changed') });
  expect((await admin('fsck')).exitCode).toBe(1);
  expect(await admin('repair', '--yes', '--log', 'repairs.jsonl')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(path.join(folder, 'repairs.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
  expect(await admin('fsck', '--deep')).toMatchObject({ exitCode: 0 });

  expect(await admin('export', '--to', 'out')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(path.join(folder, 'out', 'kept'))).toEqual(bytes);
  expect((await admin('export', '--to', '.')).exitCode).toBe(2);
});

const SCRUB_RUNS_MAX = 12;

interface Scrubbed {
  readonly progress: { readonly phase: string };
  readonly defects: readonly { readonly hash: string }[];
}

test('the deployed scrub goes through everything with the rights that it has', async () => {
  const connection = awsConnection();
  const requests = new AwsRequests({ signingName: 'lambda', connection, requestMsMax: 60_000 });
  const listed = await requests.send({ method: 'GET', url: new URL(`${connection.endpoint}/2015-03-31/functions/`) });
  const { Functions: functions } = JSON.parse(listed.body.toString()) as {
    readonly Functions: readonly { readonly FunctionName: string; readonly Description?: string }[];
  };
  const name = functions.find(({ Description }) => Description === 'Syncline: scrub')?.FunctionName ?? '';
  const url = new URL(`${connection.endpoint}/2015-03-31/functions/${name}/invocations`);
  const defects: string[] = [];
  // One run goes through RUN_ITEMS_MIN items at least, and the stack has what all stories have stored.
  for (let run = 1, phase = ''; phase !== 'rest' && run <= SCRUB_RUNS_MAX; run++) {
    const answer = await requests.send({ method: 'POST', url, body: Buffer.from('{}') });
    const told = JSON.parse(answer.body.toString()) as Scrubbed;
    expect(told).toMatchObject({ progress: { pass: 0 } });
    defects.push(...told.defects.map(({ hash }) => hash));
    ({ phase } = told.progress);
    if (run === SCRUB_RUNS_MAX) expect(phase).toBe('rest');
  }
  expect(defects).not.toContain(chunkOf(bytes).hash);
});
