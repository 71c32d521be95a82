import { describe, expect, test } from '@jest/globals';
import { deployedFunctions, showValue } from './deployed-functions.ts';
import { at, type Deployment, listOf, onlyResourceOf, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const ARN = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const managed = synthesise('prod', { encryptionKey: 'managed' });
const storageOf = (deployment: Deployment) => stackOf(deployment, 'Storage');

/** What the bucket, each table and the secret say of their key. */
function keysOf(deployment: Deployment): Readonly<Record<string, unknown>> {
  const storage = storageOf(deployment);
  const show = (value: unknown) => (value === undefined ? undefined : showValue(value, deployment));
  const rule = at(
    onlyResourceOf(storage, 'AWS::S3::Bucket').Properties,
    'BucketEncryption',
    'ServerSideEncryptionConfiguration',
    '0',
  );
  const tables = resourcesOf(storage, 'AWS::DynamoDB::GlobalTable').map(({ Properties }) => [
    at(Properties, 'SSESpecification', 'SSEType'),
    ...listOf(Properties['Replicas']).map((replica) => show(at(replica, 'SSESpecification', 'KMSMasterKeyId'))),
  ]);
  return {
    bucket: [
      at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm'),
      show(at(rule, 'ServerSideEncryptionByDefault', 'KMSMasterKeyID')),
      at(rule, 'BucketKeyEnabled'),
    ],
    tables,
    secret: show(onlyResourceOf(storage, 'AWS::SecretsManager::Secret').Properties['KmsKeyId']),
  };
}

test('keys are those of AWS unless something else is said', () => {
  expect(resourcesOf(storageOf(synthesise('prod')), 'AWS::KMS::Key')).toEqual([]);
  expect(keysOf(synthesise('prod'))).toEqual({
    bucket: ['AES256', undefined, undefined],
    tables: Array.from({ length: 5 }, () => [undefined, undefined]),
    secret: undefined,
  });
});

test('one key encrypts the bucket, every table and the secret: one of the deployment, or the one that is named', () => {
  const encrypted = (key: string) => ({
    bucket: ['aws:kms', key, true],
    tables: Array.from({ length: 5 }, () => ['KMS', key]),
    secret: key,
  });
  expect(keysOf(managed)).toEqual(encrypted('DataKey.Arn'));
  const named = synthesise('prod', { encryptionKey: ARN });
  expect(keysOf(named)).toEqual(encrypted(ARN));
  expect(resourcesOf(storageOf(named), 'AWS::KMS::Key')).toEqual([]);
});

describe('the key of a deployment', () => {
  const key = onlyResourceOf(storageOf(managed), 'AWS::KMS::Key');
  const statementsOf = (deployment: Deployment) =>
    listOf(at(onlyResourceOf(storageOf(deployment), 'AWS::KMS::Key').Properties, 'KeyPolicy', 'Statement'));

  test('is turned every year, and kept when its stack goes', () => {
    expect(key.Properties['EnableKeyRotation']).toBe(true);
    expect([key.DeletionPolicy, key.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  test('is used through the services that keep things, by whoever of this account may use those', () => {
    const [owner, keepers, ...others] = statementsOf(managed);
    expect(others).toEqual([]);
    expect(at(owner, 'Principal', 'AWS')).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']],
    });
    expect(at(keepers, 'Principal')).toEqual({ AWS: '*' });
    const conditions = at(keepers, 'Condition', 'StringEquals');
    expect(Object.keys(at(keepers, 'Condition') ?? {})).toEqual(['StringEquals']);
    expect(at(conditions, 'kms:CallerAccount')).toEqual({ Ref: 'AWS::AccountId' });
    expect(listOf(at(conditions, 'kms:ViaService')).map((service) => showValue(service, managed))).toEqual(
      ['s3', 'dynamodb', 'secretsmanager'].map((name) => `${name}.AWS::Region.AWS::URLSuffix`),
    );
    expect(at(keepers, 'Action')).not.toContain('kms:*');
  });

  test('opens what CloudFront hands out, where it does, and nothing else for it', () => {
    const edge = synthesise('prod', { encryptionKey: 'managed', contents: 'cloudfront' });
    const added = statementsOf(edge).slice(2);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 'kms:Decrypt',
    });
    expect(showValue(at(added[0], 'Condition', 'ArnLike', 'AWS:SourceArn'), edge)).toBe(
      'arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/*',
    );
  });
});

test('no role has a right to the key itself, and every role has the same rights with it as without', () => {
  const rights = (deployment: Deployment) =>
    [...deployedFunctions(deployment).values()].flatMap(({ name, allowed }) =>
      allowed.map((line) => `${name} ${line}`),
    );
  expect(rights(managed)).toEqual(rights(synthesise('prod')));
  expect(rights(managed).filter((line) => line.includes('kms:'))).toEqual([]);
});
