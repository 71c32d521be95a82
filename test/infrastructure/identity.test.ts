import { describe, expect, test } from '@jest/globals';
import { outputsOf } from './deployed-functions.ts';
import { at, onlyResourceOf, resourcesOf, stackOf, stages, synthesise } from './synthesised.ts';

describe.each(stages)('in stage %s', (stage) => {
  const deployment = synthesise(stage);
  const template = stackOf(deployment, 'Identity');
  const userPool = onlyResourceOf(template, 'AWS::Cognito::UserPool');
  const claims = at(userPool.Properties, 'LambdaConfig', 'PreTokenGenerationConfig');
  const durable = stage !== 'local';

  test('anybody may sign up with an e-mail address, whatever its case, and a password', () => {
    expect(userPool.Properties).toMatchObject({
      UserPoolTier: 'ESSENTIALS',
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      Policies: { PasswordPolicy: { MinimumLength: 10, RequireLowercase: true, RequireNumbers: true } },
    });
  });

  test('accounts are kept as the stage says', () => {
    expect(userPool.DeletionPolicy).toBe(durable ? 'Retain' : 'Delete');
    expect(userPool.Properties['DeletionProtection']).toBe(durable ? 'ACTIVE' : 'INACTIVE');
    expect(userPool.Properties).not.toHaveProperty('UserPoolName');
  });

  test('the client is public, signs in with the password or SRP, and its tokens can be revoked', () => {
    const client = onlyResourceOf(template, 'AWS::Cognito::UserPoolClient');
    expect(client.Properties).toMatchObject({
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      AllowedOAuthFlowsUserPoolClient: false,
      AccessTokenValidity: 60,
      RefreshTokenValidity: 365 * 24 * 60,
      TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'minutes' },
    });
  });

  test('a sign-up confirms itself in stage local alone', () => {
    const trigger = at(userPool.Properties, 'LambdaConfig', 'PreSignUp', 'Fn::GetAtt');
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ id }) => [id, 'Arn']);
    expect(functions).toEqual([...(durable ? [] : [trigger]), at(claims, 'LambdaArn', 'Fn::GetAtt')]);
    expect(trigger === undefined).toBe(durable);
  });

  test('access tokens are given the claims that a function adds', () => {
    const LambdaArn = { 'Fn::GetAtt': [expect.stringContaining('TokenClaims'), 'Arn'] };
    expect(claims).toEqual({ LambdaVersion: 'V2_0', LambdaArn });
  });

  test('the outputs name the pool and its client', () => {
    expect(outputsOf(deployment)).toMatchObject({ UserPoolId: 'UserPool', UserPoolClientId: 'UserPoolClient' });
  });
});

describe('with an issuer of its own', () => {
  const deployment = synthesise('prod', { issuer: 'https://id.example.com/realm', audience: 'syncline' });

  test('the deployment has no user pool', () => {
    expect(Object.keys(deployment.stacks).toSorted()).toEqual(['Api', 'Operations', 'Realtime', 'Storage', 'Web']);
  });

  test('the API accepts the tokens of that issuer alone', () => {
    const authorizer = onlyResourceOf(stackOf(deployment, 'Api'), 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer.Properties['JwtConfiguration']).toEqual({
      Issuer: 'https://id.example.com/realm',
      Audience: ['syncline'],
    });
  });
});
