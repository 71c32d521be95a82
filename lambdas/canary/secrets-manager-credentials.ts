import { assert } from '@syncline/protocol';
import * as z from 'zod/mini';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { CanaryCredentials } from './canary-device.ts';

const Value = z.object({ SecretString: z.string() });
const Credentials = z.object({ email: z.string(), password: z.string() });

/** The address and the password of the canary's account, as they stand in a secret at that moment. */
export async function readCanaryCredentials(
  secretId: string,
  connection: AwsConnection = processConnection('SECRETS_MANAGER'),
): Promise<CanaryCredentials> {
  const { endpoint, region } = connection;
  const answer = await new AwsRequests({ signingName: 'secretsmanager', connection }).send({
    method: 'POST',
    url: new URL(endpoint ?? `https://secretsmanager.${region}.amazonaws.com`),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: Buffer.from(JSON.stringify({ SecretId: secretId })),
  });
  assert(answer.status === 200, `Secrets Manager does not answer a read with ${answer.status}`);
  return Credentials.parse(JSON.parse(Value.parse(JSON.parse(answer.body.toString())).SecretString));
}
