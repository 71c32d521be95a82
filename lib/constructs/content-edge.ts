import { apiHeaders } from '@syncline/web/response-headers';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  FunctionCode,
  FunctionEventType,
  Function as FunctionOfCloudFront,
  FunctionRuntime,
  HttpVersion,
  KeyGroup,
  OriginRequestPolicy,
  PublicKey,
  type ResponseHeadersCorsBehavior,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { browserOrigins } from '../addresses.ts';
import type { DeploymentConfig } from '../config.ts';
import type { ContentOptions } from '../edge-options.ts';
import { edgeDomain, priceClass } from '../edge-settings.ts';
import type { Contents } from '../resources.ts';
import { contentFunctionCode } from '../viewer-function.ts';
import { addResponseHeaders } from './add-response-headers.ts';
import { ApiFunction } from './api-function.ts';

export interface ContentEdgeProps {
  readonly config: DeploymentConfig;
  readonly options: ContentOptions;
  readonly bucket: Bucket;
  readonly keySecretArn: string;
}

/** What is stored under a key never changes. */
const KEPT = Duration.days(365);
/** What a signed address may have in its query: all that changes an answer. */
const QUERY = ['x-range', 'response-content-disposition', 'response-content-type'];

/**
 * Chunks and packs by CloudFront, at an address of their own, to whoever has a signed URL. It reads those two kinds of objects alone, with the bucket's
 * leave for this distribution alone.
 *
 * Three public keys are known at any time, of the generation that signs, of the one before and of the next: so another one takes over without a moment in
 * which a signature is unknown, wherever the deployment has got to. Source: docs/decisions/0169-contents-by-cloudfront.md
 */
export class ContentEdge extends Construct implements Contents {
  readonly url: string;
  readonly keyId: string;
  readonly generation: number;

  constructor(scope: Construct, id: string, props: ContentEdgeProps) {
    super(scope, id);
    const { config, options, bucket } = props;
    this.generation = options.generation;
    const keys = this.addKeys(props);
    const access = new S3OriginAccessControl(this, 'Access', { description: 'Syncline: reads chunks and packs' });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Syncline ${config.stage}: contents`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      ...(options.domain === undefined ? {} : edgeDomain(this, options.domain)),
      priceClass: priceClass(config.edge),
      defaultBehavior: {
        origin: S3BucketOrigin.withBucketDefaults(bucket as IBucket, {
          originAccessControlId: access.originAccessControlId,
        }),
        trustedKeyGroups: [new KeyGroup(this, 'Keys', { items: keys, comment: 'Syncline: contents' })],
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        cachePolicy: this.addCaching(),
        // For what a page asks before it asks: the bucket answers that.
        originRequestPolicy: OriginRequestPolicy.CORS_S3_ORIGIN,
        responseHeadersPolicy: addResponseHeaders(this, 'Headers', {
          headers: apiHeaders({ hasTls: true }),
          defaults: { 'content-disposition': 'attachment' },
          cors: corsOf(browserOrigins(config)),
        }),
        // What is stored is compressed already where that helps, and a compressed answer would have no ranges.
        compress: false,
        functionAssociations: [{ function: this.addGuard(), eventType: FunctionEventType.VIEWER_REQUEST }],
      },
    });
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowContents',
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects('chunks/*'), bucket.arnForObjects('packs/*')],
        conditions: { StringEquals: { 'AWS:SourceArn': distribution.distributionArn } },
      }),
    );
    this.url = `https://${options.domain?.name ?? distribution.distributionDomainName}`;
    this.keyId = keys[1].publicKeyId;
  }

  /** In the order of their generations. A stack that has not been deployed with the next one yet still asks for the one before, so every id is exported. */
  private addKeys({ config, keySecretArn }: ContentEdgeProps): [PublicKey, PublicKey, PublicKey] {
    const maker = new ApiFunction(this, 'KeyMaker', { functionName: 'content-key', config });
    maker.allow(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [keySecretArn] }));
    maker.lambda.addEnvironment('KEY_SECRET_ID', keySecretArn);
    const keyOf = (generation: number): PublicKey => {
      const made = new CustomResource(this, `Made${generation}`, {
        resourceType: 'Custom::ContentKey',
        serviceToken: maker.lambda.functionArn,
        serviceTimeout: Duration.minutes(2),
        properties: { generation },
      });
      // CloudFront changes no key: another generation is another resource.
      const key = new PublicKey(this, `Key${generation}`, {
        encodedKey: made.getAttString('publicKey'),
        comment: `Syncline: contents, generation ${generation}`,
      });
      Stack.of(this).exportValue(key.publicKeyId);
      return key;
    };
    return [keyOf(this.generation - 1), keyOf(this.generation), keyOf(this.generation + 1)];
  }

  private addGuard(): FunctionOfCloudFront {
    return new FunctionOfCloudFront(this, 'Guard', {
      comment: 'Syncline: compares what is asked for with what was signed',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(contentFunctionCode()),
    });
  }

  private addCaching(): CachePolicy {
    return new CachePolicy(this, 'Caching', {
      comment: 'Syncline: chunks and packs, and ranges of them',
      minTtl: KEPT,
      defaultTtl: KEPT,
      maxTtl: KEPT,
      queryStringBehavior: CacheQueryStringBehavior.allowList(...QUERY),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
    });
  }
}

/**
 * As the bucket lets pages read (chunk-bucket.ts). CloudFront takes names, or everybody; where there is a pattern among them it is everybody: whoever
 * has no signed URL reads nothing, and no cookie goes along.
 */
function corsOf(origins: readonly string[]): ResponseHeadersCorsBehavior | undefined {
  if (origins.length === 0) return undefined;
  return {
    accessControlAllowOrigins: origins.some((origin) => origin.includes('*')) ? ['*'] : [...origins],
    accessControlAllowMethods: ['GET', 'HEAD', 'OPTIONS'],
    accessControlAllowHeaders: ['range'],
    accessControlExposeHeaders: ['content-range', 'etag'],
    accessControlAllowCredentials: false,
    accessControlMaxAge: Duration.hours(1),
    originOverride: true,
  };
}
