import { describe, expect, test } from '@jest/globals';
import { at, listOf, onlyResourceOf, resourcesOf, stackOf, stages, synthesise, type Template } from './synthesised.ts';

const storageOf = (stage: (typeof stages)[number], settings?: Readonly<Record<string, string>>) =>
  stackOf(synthesise(stage, settings), 'Storage');

function tableOf(template: Template, name: string) {
  const found = resourcesOf(template, 'AWS::DynamoDB::GlobalTable').find(({ id }) => id.startsWith(`Data${name}`));
  if (found === undefined) throw new Error(`there is no table ${name}`);
  return found;
}

describe.each(stages)('in stage %s', (stage) => {
  const template = storageOf(stage);
  const durable = stage !== 'local';

  test('there are exactly the five tables of the data model', () => {
    const ids = resourcesOf(template, 'AWS::DynamoDB::GlobalTable').map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(ids.toSorted()).toEqual(['DataAccounts', 'DataChanges', 'DataChunks', 'DataFiles', 'DataSessions']);
  });

  test.each(['Files', 'Chunks', 'Changes', 'Accounts', 'Sessions'])(
    'table %s is paid by request, forgets at expiresAt, and is kept as the stage says',
    (name) => {
      const table = tableOf(template, name);
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        Replicas: [
          {
            DeletionProtectionEnabled: durable,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: durable },
          },
        ],
      });
      expect(table.Properties).not.toHaveProperty('TableName');
      expect(table.DeletionPolicy).toBe(durable ? 'Retain' : 'Delete');
      expect(table.UpdateReplacePolicy).toBe(durable ? 'Retain' : 'Delete');
      expect(table.Properties['AttributeDefinitions']).toContainEqual({
        AttributeName: 'sk',
        AttributeType: name === 'Changes' ? 'N' : 'S',
      });
    },
  );

  test('only the journal has a stream, and it carries what was written', () => {
    const streams = resourcesOf(template, 'AWS::DynamoDB::GlobalTable')
      .filter(({ Properties }) => Properties['StreamSpecification'] !== undefined)
      .map(({ id, Properties }) => [id, Properties['StreamSpecification']]);
    expect(streams).toEqual([[tableOf(template, 'Changes').id, { StreamViewType: 'NEW_IMAGE' }]]);
  });

  test('sessions can be found by account', () => {
    expect(tableOf(template, 'Sessions').Properties['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'byAccount',
        KeySchema: [
          { AttributeName: 'accountId', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
  });

  test('the bucket keeps every version, encrypted, closed to the public and kept as the stage says', () => {
    const bucket = onlyResourceOf(template, 'AWS::S3::Bucket');
    expect(bucket.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(bucket.Properties).not.toHaveProperty('BucketName');
    expect(bucket.DeletionPolicy).toBe(durable ? 'Retain' : 'Delete');
  });

  test('nothing in the bucket expires but uploads that never came to an end', () => {
    expect(at(onlyResourceOf(template, 'AWS::S3::Bucket').Properties, 'LifecycleConfiguration', 'Rules')).toEqual([
      {
        Id: 'abort-incomplete-uploads',
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ]);
  });

  test('the key secret is generated, 64 letters and digits long, and kept as the stage says', () => {
    const secret = onlyResourceOf(template, 'AWS::SecretsManager::Secret');
    expect(secret.Properties['GenerateSecretString']).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(secret.DeletionPolicy).toBe(durable ? 'Retain' : 'Delete');
  });
});

describe.each(['dev', 'prod'] as const)('in stage %s the policy of the bucket denies everyone', (stage) => {
  const template = storageOf(stage);
  const bucket = onlyResourceOf(template, 'AWS::S3::Bucket').id;
  const policy = onlyResourceOf(template, 'AWS::S3::BucketPolicy').Properties;
  const statements = listOf(at(policy, 'PolicyDocument', 'Statement'));
  const objects = (prefix: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, `/${prefix}*`]] });
  const denial = (action: string) => statements.filter((statement) => listOf(at(statement, 'Action')).includes(action));

  test('everything without TLS', () => {
    expect(denial('s3:*')).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ]);
  });

  test('to write a chunk or a pack that may exist already', () => {
    expect(denial('s3:PutObject')[0]).toEqual({
      Sid: 'DenyOverwrite',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: [objects('chunks/'), objects('packs/')],
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });
  });

  test('to use a signature that is older than fifteen minutes', () => {
    expect(denial('s3:PutObject')[1]).toEqual({
      Sid: 'DenyStaleSignature',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: objects(''),
      Condition: { NumericGreaterThan: { 's3:signatureAge': '900000' } },
    });
  });

  test('to hide an object, and all but the sweep to remove a version of one, whatever their role says', () => {
    const denied = { Effect: 'Deny', Principal: { AWS: '*' }, Resource: objects('') };
    expect(denial('s3:DeleteObject')).toEqual([{ Sid: 'DenyDelete', Action: 's3:DeleteObject', ...denied }]);
    const [removal, ...others] = denial('s3:DeleteObjectVersion');
    expect(others).toEqual([]);
    expect(removal).toMatchObject({ Sid: 'DenyRemoval', Action: 's3:DeleteObjectVersion', ...denied });
    const role = JSON.stringify(at(removal, 'Condition', 'ArnNotEquals', 'aws:PrincipalArn'));
    expect(role).toContain(`:role/syncline-${stage}-sweep-`);
  });
});

test('stage local, where there is no TLS and no s3:if-none-match, denies stale signatures and deletes all the same', () => {
  const policy = onlyResourceOf(storageOf('local'), 'AWS::S3::BucketPolicy').Properties;
  const statements = listOf(at(policy, 'PolicyDocument', 'Statement'));
  expect(statements.map((statement) => at(statement, 'Sid'))).toEqual(['DenyStaleSignature', 'DenyDelete']);
});

describe('browsers', () => {
  test('of no origin may use signed URLs unless the deployment names one, or has a web app', () => {
    const withoutApp = onlyResourceOf(storageOf('prod', { web: 'off' }), 'AWS::S3::Bucket');
    expect(withoutApp.Properties).not.toHaveProperty('CorsConfiguration');
    const { Properties } = onlyResourceOf(storageOf('prod'), 'AWS::S3::Bucket');
    const [rule] = listOf(at(Properties, 'CorsConfiguration', 'CorsRules'));
    expect(at(rule, 'AllowedOrigins')).toEqual(['https://*.cloudfront.net']);
  });

  test('of a named origin may send what a signed URL asks for, and read what they need of the answer', () => {
    const template = storageOf('prod', { allowedOrigins: 'https://app.example.com', web: 'off' });
    expect(at(onlyResourceOf(template, 'AWS::S3::Bucket').Properties, 'CorsConfiguration', 'CorsRules')).toEqual([
      {
        AllowedOrigins: ['https://app.example.com'],
        AllowedMethods: ['GET', 'HEAD', 'PUT'],
        AllowedHeaders: [
          'content-type',
          'if-none-match',
          'range',
          'x-amz-checksum-sha256',
          'x-amz-meta-writer',
          'x-amz-sdk-checksum-algorithm',
        ],
        ExposedHeaders: ['content-range', 'etag', 'x-amz-checksum-sha256'],
        MaxAge: 3600,
      },
    ]);
  });
});
