import type { LocalOutputs } from './shared-stack.ts';

/** Runs `task` while the user pool gives out access tokens that live for `seconds`, which only an emulator allows to be so short. */
export async function withTokenLife<T>(stack: LocalOutputs, seconds: number, task: () => Promise<T>): Promise<T> {
  const key = { UserPoolId: stack.userPoolId, ClientId: stack.clientId };
  const { UserPoolClient: client } = (await call(stack, 'DescribeUserPoolClient', key)) as {
    readonly UserPoolClient: Record<string, unknown>;
  };
  const units = { ...(client['TokenValidityUnits'] as object | undefined), AccessToken: 'seconds' };
  // An update replaces the whole client, so the one that was read is sent along.
  await call(stack, 'UpdateUserPoolClient', { ...client, AccessTokenValidity: seconds, TokenValidityUnits: units });
  try {
    return await task();
  } finally {
    await call(stack, 'UpdateUserPoolClient', client);
  }
}

async function call(stack: LocalOutputs, action: string, body: object): Promise<unknown> {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${stack.region}/cognito-idp/aws4_request`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${action} was answered ${response.status} ${await response.text()}`);
  return response.json();
}
