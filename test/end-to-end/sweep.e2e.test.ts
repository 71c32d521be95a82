import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { DynamodbReferenceStore } from '../../lambdas/references/dynamodb-reference-store.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { createDynamodbClient } from '../../lambdas/runtime/dynamodb-client.ts';
import { chunkOf, newEmail, openApiDevice, putOperation, uploadBytes, valueOf } from '../support/api-device.ts';
import { awsConnection } from '../support/aws-world.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** Asks as the owner of the account, in the JSON protocol of a service. */
async function ask(signingName: string, path: string, body: object | undefined, target?: string): Promise<unknown> {
  const connection = awsConnection();
  const answer = await new AwsRequests({ signingName, connection, requestMsMax: 60_000 }).send({
    method: body === undefined ? 'GET' : 'POST',
    url: new URL(`${connection.endpoint}${path}`),
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      ...(target === undefined ? {} : { 'x-amz-target': target }),
    },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body.toString());
}

async function invokeSweep(event: object): Promise<unknown> {
  const { Functions: functions } = (await ask('lambda', '/2015-03-31/functions/', undefined)) as {
    readonly Functions: readonly { readonly FunctionName: string; readonly Description?: string }[];
  };
  const name = functions.find(({ Description }) => Description === 'Syncline: sweep')?.FunctionName ?? '';
  return ask('lambda', `/2015-03-31/functions/${name}/invocations`, event);
}

async function references(): Promise<DynamodbReferenceStore> {
  const { TableNames: names } = (await ask('dynamodb', '/', {}, 'DynamoDB_20120810.ListTables')) as {
    readonly TableNames: readonly string[];
  };
  const chunks = names.find((name) => name.includes('DataChunks')) ?? '';
  return new DynamodbReferenceStore({
    client: createDynamodbClient({ connection: awsConnection() }),
    tableNames: { chunks },
  });
}

test('the deployed projection gives a committed file its references, and the deployed sweep goes through everything and keeps it', async () => {
  const ada = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  const bytes = randomBytes(2000);
  const uploadId = await uploadBytes(ada, bytes);
  const operations = [putOperation(ada, { name: 'kept', uploadId })];
  expect(valueOf(await ada.api.commit({ body: { operations } })).results).toMatchObject([{ status: 'committed' }]);
  const store = await references();
  await eventually(async () => expect(await store.isReferenced('shared', chunkOf(bytes).hash)).toBe(true));

  const dry = await invokeSweep({ dryRun: true });
  expect(dry).toMatchObject({ phase: 'rest', counts: { 'chunks kept': expect.any(Number) } });
  expect(dry).not.toHaveProperty('stopped');
  const run = await invokeSweep({});
  expect(run).toMatchObject({ phase: 'rest', counts: { 'chunks kept': expect.any(Number) } });
  expect(await store.isReferenced('shared', chunkOf(bytes).hash)).toBe(true);
});
