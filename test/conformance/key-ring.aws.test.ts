import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { SecretsManagerKeyRing } from '../../lambdas/runtime/secrets-manager-key-ring.ts';
import { awsConnection } from '../support/aws-world.ts';
import { describeKeyRing } from './key-ring.ts';

async function createSecret(text: string): Promise<string> {
  const connection = awsConnection();
  const name = `test-${randomBytes(8).toString('hex')}`;
  const { status } = await new AwsRequests({ signingName: 'secretsmanager', connection }).send({
    method: 'POST',
    url: new URL(connection.endpoint),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.CreateSecret' },
    body: Buffer.from(
      JSON.stringify({ Name: name, SecretString: text, ClientRequestToken: randomBytes(16).toString('hex') }),
    ),
  });
  if (status !== 200) throw new Error(`the secret was not made: ${status}`);
  return name;
}

describeKeyRing(async () => {
  const text = randomBytes(32).toString('hex');
  const secretId = await createSecret(text);
  const connection = awsConnection();
  return { secret: Buffer.from(text), open: () => new SecretsManagerKeyRing({ secretId, connection }) };
});

test('a secret that could not be read is asked for again', async () => {
  const text = randomBytes(32).toString('hex');
  const secretId = await createSecret(text);
  const working = awsConnection();
  let isDown = true;
  const connection = {
    ...working,
    credentials: async () => {
      if (isDown) throw new Error('no credentials yet');
      return working.credentials();
    },
  };
  const keys = new SecretsManagerKeyRing({ secretId, connection });
  await expect(keys.sign('page', 'x')).rejects.toThrow('no credentials yet');
  isDown = false;
  expect(await keys.sign('page', 'x')).toHaveLength(32);
});
