import { afterAll, expect, test } from '@jest/globals';
import { createFetchTransport, createUserPool, systemClock } from '@syncline/client';
import type { ConfigurationResponse } from '@syncline/protocol';
import { CANARY_STEPS, type CanaryReport } from '../../lambdas/canary/run-canary.ts';
import { readCanaryCredentials } from '../../lambdas/canary/secrets-manager-credentials.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { awsConnection } from '../support/aws-world.ts';
import { sharedStack } from '../support/shared-stack.ts';

const CALL_MS_MAX = 120_000;

interface DeployedFunction {
  readonly FunctionName: string;
  readonly Description?: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
}

/** Asks Lambda as the owner of the account. */
async function askLambda(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const connection = awsConnection();
  const requests = new AwsRequests({ signingName: 'lambda', connection, requestMsMax: CALL_MS_MAX, triesMax: 1 });
  const answer = await requests.send({
    method,
    url: new URL(`${connection.endpoint}/2015-03-31/functions/${path}`),
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body.toString());
}

async function deployed(name: string): Promise<DeployedFunction> {
  const { Functions: functions } = (await askLambda('GET', '')) as { readonly Functions: readonly DeployedFunction[] };
  const found = functions.find(({ Description }) => Description === `Syncline: ${name}`);
  if (found === undefined) throw new Error(`no function ${name} is deployed`);
  return found;
}

async function runCanary(): Promise<CanaryReport> {
  const { FunctionName: name } = await deployed('canary');
  return (await askLambda('POST', `${name}/invocations`, {})) as CanaryReport;
}

const setEnvironment = (name: string, Variables: Readonly<Record<string, string>>) =>
  askLambda('PUT', `${name}/configuration`, { Environment: { Variables } });

let mend: (() => Promise<unknown>) | undefined;

afterAll(() => mend?.());

test('the deployed canary fails without its account, comes through with it, and tells where the service is broken', async () => {
  const { Environment: environment } = await deployed('canary');
  const secretId = environment?.Variables?.['CANARY_SECRET_ID'] ?? '';
  const credentials = await readCanaryCredentials(secretId, awsConnection());
  const transport = createFetchTransport();
  const { userPool } = (await (
    await fetch(`${sharedStack().apiUrl}/v1/configuration`)
  ).json()) as ConfigurationResponse;
  if (userPool === undefined) throw new Error('the local stage has a user pool');
  const pool = createUserPool({ transport, clock: systemClock, random: Math.random }, userPool);

  expect((await runCanary()).failed).toMatchObject({ step: 'signIn' });
  await pool.signUp(credentials);
  const { failed, stepsMs } = await runCanary();
  expect(failed).toBeUndefined();
  expect(Object.keys(stepsMs)).toEqual([...CANARY_STEPS]);

  // Addresses of a bucket that there is not.
  const reader = await deployed('content-read');
  const variables = reader.Environment?.Variables ?? {};
  mend = () => setEnvironment(reader.FunctionName, variables);
  await setEnvironment(reader.FunctionName, { ...variables, BUCKET: 'elsewhere' });
  expect((await runCanary()).failed).toMatchObject({ step: 'read' });
  await mend();
  expect((await runCanary()).failed).toBeUndefined();
});
