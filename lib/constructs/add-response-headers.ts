import type { Headers } from '@syncline/web/response-headers';
import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  type ResponseCustomHeader,
  type ResponseHeadersCorsBehavior,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

export interface ResponseHeaders {
  /** In place of what the origin says. */
  readonly headers: Headers;
  /** Where the origin says nothing. */
  readonly defaults?: Headers;
  /** Which pages may read the answers. @default those of the same origin */
  readonly cors?: ResponseHeadersCorsBehavior | undefined;
}

/** Headers that CloudFront sends whatever its origin says, and what it sends beside them. CloudFront has places of its own for some headers, and refuses them among the others. */
export function addResponseHeaders(scope: Construct, id: string, set: ResponseHeaders): ResponseHeadersPolicy {
  const { headers, defaults = {}, cors } = set;
  const {
    'content-security-policy': contentSecurityPolicy = '',
    'strict-transport-security': _tls,
    'referrer-policy': _referrer,
    'x-content-type-options': _type,
    'x-frame-options': _frame,
    ...others
  } = headers;
  return new ResponseHeadersPolicy(scope, id, {
    comment: `Syncline: ${id}`,
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
    },
    customHeadersBehavior: { customHeaders: [...customHeaders(others, true), ...customHeaders(defaults, false)] },
    ...(cors === undefined ? {} : { corsBehavior: cors }),
  });
}

function customHeaders(values: Headers, override: boolean): readonly ResponseCustomHeader[] {
  return Object.entries(values).map(([header, value]) => ({ header, value, override }));
}
