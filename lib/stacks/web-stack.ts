import { apiHeaders, type Headers, siteHeaders } from '@syncline/web/response-headers';
import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
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
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  type ResponseCustomHeader,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { OriginKeys } from '../constructs/origin-keys.ts';
import { WebSite } from '../constructs/web-site.ts';
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
  constructor(scope: Construct, id: string, props: WebStackProps) {
    const { config, storage, identity, sockets, api } = props;
    super(scope, id, stackSettings(config, 'web app'));
    const { bucket } = new WebSite(this, 'Site', { config });
    const peers = {
      contents: `https://${storage.bucket.bucketName}.s3.${Aws.REGION}.amazonaws.com`,
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
      ...(config.webDomain === undefined ? {} : domainOf(this, config.webDomain)),
      ...(config.edge.webAclArn === undefined ? {} : { webAclId: config.edge.webAclArn }),
      priceClass: PRICE_CLASS[config.edge.priceClass],
      defaultBehavior: {
        ...TLS_ALONE,
        origin: S3BucketOrigin.withOriginAccessControl(bucket as IBucket),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: this.addFilesPolicy(),
        responseHeadersPolicy: addHeaders(this, 'SiteHeaders', siteHeaders(peers)),
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
          responseHeadersPolicy: addHeaders(this, 'ApiHeaders', apiHeaders(peers)),
          functionAssociations,
        },
      },
    });
    new CfnOutput(this, 'WebUrl', {
      value: `https://${config.webDomain?.name ?? distribution.distributionDomainName}`,
    });
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

const PRICE_CLASS = {
  all: PriceClass.PRICE_CLASS_ALL,
  '200': PriceClass.PRICE_CLASS_200,
  '100': PriceClass.PRICE_CLASS_100,
} as const;

const TLS_ALONE: Pick<BehaviorOptions, 'viewerProtocolPolicy'> = {
  viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
};

function domainOf(scope: Construct, { name, certificateArn }: NonNullable<DeploymentConfig['webDomain']>) {
  return { domainNames: [name], certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn) };
}

/** CloudFront has places of its own for some headers, and refuses them among the others. */
function addHeaders(scope: Construct, id: string, headers: Headers): ResponseHeadersPolicy {
  const {
    'content-security-policy': contentSecurityPolicy = '',
    'strict-transport-security': _tls,
    'referrer-policy': _referrer,
    'x-content-type-options': _type,
    'x-frame-options': _frame,
    ...others
  } = headers;
  const customHeaders = Object.entries(others).map(
    ([header, value]): ResponseCustomHeader => ({ header, value, override: true }),
  );
  return new ResponseHeadersPolicy(scope, id, {
    comment: `Syncline: ${id}`,
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
    },
    customHeadersBehavior: { customHeaders },
  });
}
