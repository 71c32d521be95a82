import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Deployment, projectRoot, synthesise } from './synthesised.ts';

/**
 * Types of resources that no emulator has created for the tests, because stage `local` has none of them: the test that says what each must be.
 * Whatever is not here is created in `npm test` (test/end-to-end/created-resources.e2e.test.ts).
 */
const ASSERTED: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::IntegrationResponse': 'realtime.test.ts',
  'AWS::ApiGatewayV2::RouteResponse': 'realtime.test.ts',
  'AWS::CloudFront::CachePolicy': 'web.test.ts',
  'AWS::CloudFront::Distribution': 'web.test.ts',
  'AWS::CloudFront::Function': 'web.test.ts',
  'AWS::CloudFront::KeyGroup': 'contents.test.ts',
  'AWS::CloudFront::OriginAccessControl': 'web.test.ts',
  'AWS::CloudFront::PublicKey': 'contents.test.ts',
  'AWS::CloudFront::ResponseHeadersPolicy': 'web.test.ts',
  'AWS::CloudWatch::Alarm': 'search.test.ts',
  'AWS::CloudWatch::CompositeAlarm': 'operations.test.ts',
  'AWS::CloudWatch::Dashboard': 'operations.test.ts',
  'AWS::CodeDeploy::Application': 'rollout.test.ts',
  'AWS::CodeDeploy::DeploymentGroup': 'rollout.test.ts',
  'AWS::KMS::Key': 'encryption.test.ts',
  'AWS::Lambda::Alias': 'rollout.test.ts',
  'AWS::Lambda::LayerVersion': 'web.test.ts',
  'AWS::Lambda::Url': 'api.test.ts',
  'AWS::Lambda::Version': 'rollout.test.ts',
  'AWS::Logs::QueryDefinition': 'operations.test.ts',
  'AWS::OpenSearchServerless::AccessPolicy': 'search.test.ts',
  'AWS::OpenSearchServerless::Collection': 'search.test.ts',
  'AWS::OpenSearchServerless::SecurityPolicy': 'search.test.ts',
  'AWS::OpenSearchService::Domain': 'search.test.ts',
  'AWS::SNS::Topic': 'operations.test.ts',
  'AWS::SNS::TopicPolicy': 'operations.test.ts',
  'AWS::SQS::QueuePolicy': 'realtime.test.ts',
  'Custom::ContentKey': 'contents.test.ts',
  'Custom::OriginKeys': 'web.test.ts',
  'Custom::Site': 'web.test.ts',
};

/** Every option that adds resources, each way. */
const DEPLOYMENTS = [
  synthesise('prod'),
  synthesise('prod', { search: 'domain' }),
  synthesise('prod', { search: 'serverless' }),
  synthesise('prod', { web: 'off' }),
  synthesise('prod', { contents: 'cloudfront', encryptionKey: 'managed' }),
  synthesise('prod', { socketPings: 'gateway' }),
  synthesise('prod', { rollout: 'gradual' }),
  synthesise('prod', { issuer: 'https://issuer.example.com', audience: 'syncline' }),
  synthesise('dev'),
];

function typesOf(deployments: readonly Deployment[]): ReadonlySet<string> {
  const templates = deployments.flatMap(({ stacks }) => Object.values(stacks));
  return new Set(templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));
}

const created = typesOf([synthesise('local')]);
const deployed = typesOf(DEPLOYMENTS);

test('every type of resource that a deployment has is created by the emulator, or a test says what it must be', () => {
  const unseen = [...deployed].filter((type) => !created.has(type) && !Object.hasOwn(ASSERTED, type));
  expect(unseen).toEqual([]);
});

test.each(Object.entries(ASSERTED))('%s is named by %s', (type, file) => {
  expect(deployed).toContain(type);
  expect(created).not.toContain(type);
  expect(readFileSync(join(projectRoot, 'test', 'infrastructure', file), 'utf8')).toContain(`'${type}'`);
});
