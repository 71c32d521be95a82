import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';

/** Services that keep what people store, and what protects it. */
const KEEPERS = ['s3', 'dynamodb', 'secretsmanager'];

/**
 * The key of KMS with which the bucket, the tables and the secret are encrypted; undefined where AWS's own keys do that. One that the deployment makes is
 * used by whoever may use those services' things, through those services alone, as with the keys of AWS: no role has a right to the key itself.
 * Source: AWS KMS Developer Guide, "Condition keys for AWS KMS", kms:ViaService; docs/decisions/0176-a-key-of-your-own.md
 */
export function dataKey(scope: Construct, { encryptionKey, edge }: DeploymentConfig): IKey | undefined {
  if (encryptionKey === undefined) return undefined;
  if (encryptionKey !== 'managed') return Key.fromKeyArn(scope, 'DataKey', encryptionKey);
  const key = new Key(scope, 'DataKey', {
    description: 'Syncline: what people store',
    enableKeyRotation: true,
    // Without it everything is lost.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ThroughKeepers',
      principals: [new AnyPrincipal()],
      actions: [
        'kms:CreateGrant',
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey*',
        'kms:ReEncrypt*',
      ],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:CallerAccount': Aws.ACCOUNT_ID,
          'kms:ViaService': KEEPERS.map((service) => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`),
        },
      },
    }),
  );
  if (edge.contents !== undefined) key.addToResourcePolicy(forCloudFront());
  // By its name alone no construct of the CDK can widen its policy by the way.
  return Key.fromKeyArn(scope, 'NamedDataKey', key.keyArn);
}

/** The distribution is made after the bucket, and the bucket after the key: so every one of this account may, and what it may read the bucket says. */
function forCloudFront(): PolicyStatement {
  return new PolicyStatement({
    sid: 'ThroughCloudFront',
    principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: {
      ArnLike: { 'AWS:SourceArn': `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*` },
    },
  });
}
