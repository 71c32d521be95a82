import { expect, test } from '@jest/globals';
import { handler } from './token-claims.lambda.ts';

async function claimsFor(userAttributes: Readonly<Record<string, string>>): Promise<unknown> {
  const request = { userAttributes, groupConfiguration: {}, scopes: [] };
  const event = { version: '2', request, response: { claimsAndScopeOverrideDetails: null } };
  const { response } = await handler(event as never);
  return response.claimsAndScopeOverrideDetails;
}

test('a verified address goes into the access token, and nothing else of the person', async () => {
  const attributes = { sub: 'ada', email: 'ada@example.com', email_verified: 'true', phone_number: '+1', name: 'Ada' };
  const claimsToAddOrOverride = { email: 'ada@example.com', email_verified: 'true' };
  expect(await claimsFor(attributes)).toEqual({ accessTokenGeneration: { claimsToAddOrOverride } });
});

test('an address that was not verified, or is not there, goes into none', async () => {
  for (const attributes of [{ email: 'ada@example.com', email_verified: 'false' }, { email: 'ada@example.com' }, {}]) {
    expect(await claimsFor(attributes)).toBeNull();
  }
});
