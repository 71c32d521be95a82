import { apiHeaders, siteHeaders } from '@syncline/web/response-headers';
import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  Function as FunctionOfCloudFront,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { addResponseHeaders } from '../constructs/add-response-headers.ts';
import { OriginKeys } from '../constructs/origin-keys.ts';
import { WebSite } from '../constructs/web-site.ts';
import { edgeDomain, priceClass } from '../edge-settings.ts';
import type { Identity, Sockets, Storage } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';
import { viewerFunctionCode } from '../viewer-function.ts';

export interface WebStackProps {
  readonly config: DeploymentConfig;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly sockets: Sockets;
  readonly api: HttpApiOrigin;
}

/** The HTTP API, as CloudFront sees it. */
export interface HttpApiOrigin {
  /** Its host name. */
  readonly domainName: string;
  /** Of the function that makes what it knows CloudFront by. */
  readonly keyMakerArn: string;
}

/** Longer than the API lets a long poll wait. */
const API_ANSWER_MAX = Duration.seconds(30);

/** The web app and the API behind one address. CloudFront hands out the app's files, and the API answers nobody else. */
export class WebStack extends Stack {
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebStackProps) {
    const { config, storage, identity, sockets, api } = props;
    super(scope, id, stackSettings(config, 'web app'));
    const { bucket } = new WebSite(this, 'Site', { config });
    const peers = {
      contents: `https://${storage.bucket.bucketName}.s3.${Aws.REGION}.amazonaws.com`,
      downloads: storage.contents?.url,
      userPool: identity.userPool?.endpoint,
      socket: sockets.url,
      hasTls: true,
    };
    const functionAssociations = [this.addViewerFunction()];
    const { current } = new OriginKeys(this, 'OriginKeys', { config, makerArn: api.keyMakerArn });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Syncline ${config.stage}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      ...(config.webDomain === undefined ? {} : edgeDomain(this, config.webDomain)),
      ...(config.edge.webAclArn === undefined ? {} : { webAclId: config.edge.webAclArn }),
      priceClass: priceClass(config.edge),
      defaultBehavior: {
        ...TLS_ALONE,
        origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: this.addFilesPolicy(),
        responseHeadersPolicy: addResponseHeaders(this, 'SiteHeaders', { headers: siteHeaders(peers) }),
        compress: true,
        functionAssociations,
      },
      additionalBehaviors: {
        '/v1/*': {
          ...TLS_ALONE,
          origin: new HttpOrigin(api.domainName, {
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
            readTimeout: API_ANSWER_MAX,
            customHeaders: { 'x-origin-key': current },
          }),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: addResponseHeaders(this, 'ApiHeaders', { headers: apiHeaders(peers) }),
          functionAssociations,
        },
      },
    });
    this.url = `https://${config.webDomain?.name ?? distribution.distributionDomainName}`;
    new CfnOutput(this, 'WebUrl', { value: this.url });
  }

  private addViewerFunction(): FunctionAssociation {
    const viewer = new FunctionOfCloudFront(this, 'Viewer', {
      comment: 'Syncline: finds who answers, and tells the API who asks',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(viewerFunctionCode()),
    });
    return { function: viewer, eventType: FunctionEventType.VIEWER_REQUEST };
  }

  /** As long as the files themselves say, which pages do by asking each time. */
  private addFilesPolicy(): CachePolicy {
    return new CachePolicy(this, 'Files', {
      comment: 'Syncline: files of the web app',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }
}

const TLS_ALONE: Pick<BehaviorOptions, 'viewerProtocolPolicy'> = {
  viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
};
