import { SIGNED_URL_MS } from '@syncline/protocol';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { browserOrigins } from '../addresses.ts';
import type { DeploymentConfig } from '../config.ts';
import { sweepRoleArn } from '../sweep-role.ts';

export interface ChunkBucketProps {
  readonly config: DeploymentConfig;
  /** With which it is encrypted. @default a key of S3 */
  readonly encryptionKey: IKey | undefined;
}

/**
 * The bucket of chunks, packs and manifests: objects that are written once and never changed.
 *
 * Its policy holds for every principal, also for one whose role says more: no object is hidden by a delete marker, no version is
 * removed but by the sweep, no chunk or pack is written over another, no signed URL lives longer than SIGNED_URL_MS, and nothing travels without TLS.
 */
export class ChunkBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config, encryptionKey }: ChunkBucketProps) {
    super(scope, id);
    const isLocal = config.stage === 'local';
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : // A key of the bucket's stands between: KMS is asked once for many objects.
          { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: !isLocal,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: isLocal ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      cors: corsRules(browserOrigins(config)),
      lifecycleRules: [{ id: 'abort-incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    for (const statement of denials(this.bucket, config)) this.bucket.addToResourcePolicy(statement);
  }
}

function denials(bucket: Bucket, config: DeploymentConfig): readonly PolicyStatement[] {
  const overwrite = denyEveryone('DenyOverwrite', {
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('chunks/*'), bucket.arnForObjects('packs/*')],
    conditions: { Null: { 's3:if-none-match': 'true' } },
  });
  const staleSignature = denyEveryone('DenyStaleSignature', {
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { NumericGreaterThan: { 's3:signatureAge': String(SIGNED_URL_MS) } },
  });
  const hiding = denyEveryone('DenyDelete', {
    actions: ['s3:DeleteObject'],
    resources: [bucket.arnForObjects('*')],
  });
  const removal = denyEveryone('DenyRemoval', {
    actions: ['s3:DeleteObjectVersion'],
    resources: [bucket.arnForObjects('*')],
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': sweepRoleArn(config) } },
  });
  // The emulator enforces policies, but knows neither `s3:if-none-match` nor `aws:PrincipalArn`: it would deny uploads, and the sweep.
  return config.stage === 'local' ? [staleSignature, hiding] : [overwrite, staleSignature, hiding, removal];
}

interface Denial {
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: Record<string, Record<string, string>>;
}

function denyEveryone(sid: string, denial: Denial): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.DENY, principals: [new AnyPrincipal()], ...denial });
}

/** What a browser must be let to send and see, so that it can use signed URLs. */
function corsRules(origins: readonly string[]): CorsRule[] {
  if (origins.length === 0) return [];
  return [
    {
      allowedOrigins: [...origins],
      allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
      allowedHeaders: [
        'content-type',
        'if-none-match',
        'range',
        'x-amz-checksum-sha256',
        'x-amz-meta-writer',
        'x-amz-sdk-checksum-algorithm',
      ],
      exposedHeaders: ['content-range', 'etag', 'x-amz-checksum-sha256'],
      maxAge: Duration.hours(1).toSeconds(),
    },
  ];
}
