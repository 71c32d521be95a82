import { expect, test } from '@jest/globals';
import { at, listOf, onlyResourceOf, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';
const WEB_ACL = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1234';

const EVERYTHING: Readonly<Record<string, string>> = {
  search: 'domain',
  webDomain: 'files.example.com',
  webCertificate: CERTIFICATE,
  webAcl: WEB_ACL,
  webPriceClass: '100',
  allowedOrigins: 'https://app.example.com',
  dedupScope: 'account',
  originKey: '3',
  contents: 'cloudfront',
  contentDomain: 'contents.example.net',
  contentCertificate: CERTIFICATE,
  canary: 'on',
  rollout: 'gradual',
};

const OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'what comes by itself': {},
  'all that there is': EVERYTHING,
  'nothing that can be left out': {
    web: 'off',
    removal: 'by-hand',
    issuer: 'https://issuer.example.com',
    audience: 'syncline',
  },
};

/** Of CloudFormation, in bytes, resources and outputs; of IAM, in characters. Source: their quotas in the AWS documentation. */
const LIMITS = { templateBytes: 1_000_000, resources: 500, outputs: 200, policyChars: 10_240 };

test.each(Object.entries(OPTIONS))('a deployment with %s stays below what CloudFormation takes', (_what, settings) => {
  for (const [stack, template] of Object.entries(synthesise('prod', settings).stacks)) {
    const roles = resourcesOf(template, 'AWS::IAM::Role');
    const sizes = {
      templateBytes: Buffer.byteLength(JSON.stringify(template, undefined, 1)),
      resources: Object.keys(template.Resources).length,
      outputs: Object.keys(template.Outputs ?? {}).length,
      policyChars: Math.max(0, ...roles.map(({ Properties }) => JSON.stringify(Properties['Policies'] ?? '').length)),
    };
    // With room for what is to come.
    const tight = Object.entries(LIMITS).filter(([what, limit]) => sizes[what as keyof typeof sizes] > limit * 0.8);
    expect([stack, tight]).toEqual([stack, []]);
  }
});

test('CloudFront has the web ACL and the places that the operator chooses', () => {
  const distributionOf = (settings: Readonly<Record<string, string>>) => {
    const web = stackOf(synthesise('prod', settings), 'Web');
    return at(onlyResourceOf(web, 'AWS::CloudFront::Distribution').Properties, 'DistributionConfig');
  };
  expect(distributionOf(EVERYTHING)).toMatchObject({ WebACLId: WEB_ACL, PriceClass: 'PriceClass_100' });
  expect(distributionOf({})).toMatchObject({ PriceClass: 'PriceClass_All' });
  expect(distributionOf({})).not.toHaveProperty('WebACLId');
});

test('no bucket, queue, table or log of a deployment with everything is open, unencrypted or kept for ever', () => {
  const of = (type: string) =>
    Object.values(synthesise('prod', EVERYTHING).stacks).flatMap((template) =>
      resourcesOf(template, type).map(({ Properties }) => Properties),
    );
  const buckets = of('AWS::S3::Bucket');
  const [queues, logs, tables] = [of('AWS::SQS::Queue'), of('AWS::Logs::LogGroup'), of('AWS::DynamoDB::GlobalTable')];
  expect([buckets, queues, logs, tables].map(({ length }) => length > 1)).toEqual([true, true, true, true]);
  for (const bucket of buckets) {
    expect(at(bucket, 'PublicAccessBlockConfiguration', 'RestrictPublicBuckets')).toBe(true);
    expect(listOf(at(bucket, 'BucketEncryption', 'ServerSideEncryptionConfiguration', '0'))).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
  }
  for (const queue of queues) expect(queue['SqsManagedSseEnabled']).toBe(true);
  for (const log of logs) expect(log['RetentionInDays']).toBeGreaterThan(0);
  for (const table of tables) {
    for (const replica of listOf(table['Replicas'])) {
      expect(at(replica, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled')).toBe(true);
    }
  }
});
