import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { answerViewer } from '@syncline/web/answer-viewer';
import { apiHeaders, siteHeaders } from '@syncline/web/response-headers';
import { viewerFunctionCode } from '../../lib/viewer-function.ts';
import { deployedFunctions, showValue, withoutHash } from './deployed-functions.ts';
import { at, listOf, onlyResourceOf, type Resource, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';

const deployment = synthesise('prod');
const web = stackOf(deployment, 'Web');
const show = (value: unknown) => showValue(value, deployment);
const distribution = at(onlyResourceOf(web, 'AWS::CloudFront::Distribution').Properties, 'DistributionConfig');
const pages = at(distribution, 'DefaultCacheBehavior');
const [api] = listOf(at(distribution, 'CacheBehaviors'));
const [filesOrigin, apiOrigin] = listOf(at(distribution, 'Origins'));

/** The headers that a policy sets, as a browser receives them. */
function headersOf({ Properties }: Resource): Readonly<Record<string, string>> {
  const config = at(Properties, 'ResponseHeadersPolicyConfig');
  const security = at(config, 'SecurityHeadersConfig');
  const custom = listOf(at(config, 'CustomHeadersConfig', 'Items')).map((item): [string, string] => [
    String(at(item, 'Header')),
    show(at(item, 'Value')),
  ]);
  const seconds = String(at(security, 'StrictTransportSecurity', 'AccessControlMaxAgeSec'));
  return {
    ...Object.fromEntries(custom),
    'content-security-policy': show(at(security, 'ContentSecurityPolicy', 'ContentSecurityPolicy')),
    'referrer-policy': String(at(security, 'ReferrerPolicy', 'ReferrerPolicy')),
    'x-frame-options': String(at(security, 'FrameOptions', 'FrameOption')),
    ...(at(security, 'ContentTypeOptions', 'Override') === true ? { 'x-content-type-options': 'nosniff' } : {}),
    'strict-transport-security': `max-age=${seconds}; includeSubDomains`,
  };
}

function policyOf(behaviour: unknown): Resource {
  const id = String(at(behaviour, 'ResponseHeadersPolicyId', 'Ref'));
  const policy = web.Resources[id];
  if (policy === undefined) throw new Error(`there is no policy ${id}`);
  return policy;
}

test('there is a web app wherever nothing else is said, but in stage local, which serves it itself', () => {
  expect(Object.keys(synthesise('dev').stacks)).toContain('Web');
  expect(Object.keys(synthesise('prod', { web: 'off' }).stacks)).not.toContain('Web');
  expect(Object.keys(synthesise('local').stacks)).not.toContain('Web');
});

describe('CloudFront', () => {
  test('sends the headers that the local server sends, with the peers of the deployment', () => {
    const peers = {
      contents: 'https://ChunksBucket.s3.AWS::Region.amazonaws.com',
      userPool: 'https://cognito-idp.AWS::Region.AWS::URLSuffix',
      socket: 'wss://Sockets.execute-api.AWS::Region.AWS::URLSuffix/v1',
      hasTls: true,
    };
    expect(headersOf(policyOf(pages))).toEqual(siteHeaders(peers));
    expect(headersOf(policyOf(api))).toEqual(apiHeaders(peers));
  });

  test('lets a file of the app override none of them', () => {
    for (const { Properties } of resourcesOf(web, 'AWS::CloudFront::ResponseHeadersPolicy'))
      expect(JSON.stringify(Properties)).not.toContain('"Override":false');
  });

  test('speaks TLS alone, HTTP/2 and HTTP/3, and compresses what it hands out', () => {
    expect(distribution).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true });
    for (const behaviour of [pages, api]) expect(at(behaviour, 'ViewerProtocolPolicy')).toBe('redirect-to-https');
    expect(at(apiOrigin, 'CustomOriginConfig')).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
    expect(at(pages, 'Compress')).toBe(true);
    const { Properties: cache } = onlyResourceOf(web, 'AWS::CloudFront::CachePolicy');
    expect(at(cache, 'CachePolicyConfig', 'ParametersInCacheKeyAndForwardedToOrigin')).toMatchObject({
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
    });
  });

  test('keeps files as long as they say, and pages, which say nothing for sure, not at all', () => {
    const { Properties: cache } = onlyResourceOf(web, 'AWS::CloudFront::CachePolicy');
    expect(at(cache, 'CachePolicyConfig')).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: 31_536_000 });
    // CachingDisabled and AllViewerExceptHostHeader, by the ids that AWS gave them.
    expect(at(api, 'CachePolicyId')).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    expect(at(api, 'OriginRequestPolicyId')).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
  });

  test('hands requests below /v1/ to the API with the key that it takes, and waits as long as a long poll may take', () => {
    expect([at(api, 'PathPattern'), at(api, 'TargetOriginId')]).toEqual(['/v1/*', at(apiOrigin, 'Id')]);
    expect(show(at(apiOrigin, 'DomainName'))).toBe('Http.execute-api.AWS::Region.AWS::URLSuffix');
    expect(at(apiOrigin, 'CustomOriginConfig', 'OriginReadTimeout')).toBe(30);
    const [header] = listOf(at(apiOrigin, 'OriginCustomHeaders'));
    expect([at(header, 'HeaderName'), show(at(header, 'HeaderValue'))]).toEqual(['x-origin-key', 'OriginKeys.current']);
  });

  test('has the name that the operator gives it, with that certificate', () => {
    const named = synthesise('prod', { webDomain: 'files.example.com', webCertificate: CERTIFICATE });
    const config = at(
      onlyResourceOf(stackOf(named, 'Web'), 'AWS::CloudFront::Distribution').Properties,
      'DistributionConfig',
    );
    expect(config).toMatchObject({
      Aliases: ['files.example.com'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
    expect(deployedFunctions(named).get('socket')?.environment['ALLOWED_ORIGINS']).toBe('https://files.example.com');
  });
});

describe('the bucket of the app', () => {
  test('is read by this distribution and by nobody else', () => {
    expect(at(filesOrigin, 'OriginAccessControlId')).toBeDefined();
    expect(at(filesOrigin, 'S3OriginConfig', 'OriginAccessIdentity')).toBe('');
    const { Properties: control } = onlyResourceOf(web, 'AWS::CloudFront::OriginAccessControl');
    expect(at(control, 'OriginAccessControlConfig')).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
    const policy = at(onlyResourceOf(web, 'AWS::S3::BucketPolicy').Properties, 'PolicyDocument', 'Statement');
    const allowing = listOf(policy).filter((statement) => at(statement, 'Effect') === 'Allow');
    expect(allowing.map((statement) => [at(statement, 'Action'), at(statement, 'Principal', 'Service')])).toEqual([
      ['s3:GetObject', 'cloudfront.amazonaws.com'],
    ]);
    const source = at(allowing[0], 'Condition', 'StringEquals', 'AWS:SourceArn');
    expect(show(source)).toBe('arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/Distribution');
  });

  test('is open to no public', () => {
    const { Properties: bucket } = onlyResourceOf(web, 'AWS::S3::Bucket');
    expect(at(bucket, 'PublicAccessBlockConfiguration')).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  test('is filled again when the files are others, by the function that may write it', () => {
    const { Properties: published } = onlyResourceOf(web, 'Custom::Site');
    const { id } = onlyResourceOf(web, 'AWS::Lambda::LayerVersion');
    expect(at(published, 'files', 'Ref')).toBe(id);
    expect(at(deployedFunctions(deployment).get('site')?.properties, 'Layers', '0', 'Ref')).toBe(id);
  });
});

describe('the API behind it', () => {
  test('takes the key that CloudFront sends and the one before, in every function that has a route', () => {
    const told = [...deployedFunctions(deployment).values()].filter(({ environment }) => 'ORIGIN_KEYS' in environment);
    expect(new Set(told.map(({ stack }) => stack))).toEqual(new Set(['Api']));
    expect(told.map(({ name }) => name)).not.toContain('link-stream');
    expect(new Set(told.map(({ environment }) => environment['ORIGIN_KEYS']))).toEqual(
      new Set(['OriginKeys.current,OriginKeys.previous']),
    );
  });

  test('makes both sides of a key from the same setting, which another number changes', () => {
    const turned = synthesise('prod', { originKey: '7' });
    for (const stack of ['Api', 'Web'])
      expect(at(onlyResourceOf(stackOf(turned, stack), 'Custom::OriginKeys').Properties, 'generation')).toBe(7);
  });

  test('exports no key, which could never be changed then', () => {
    const exported = Object.values(stackOf(deployment, 'Api').Outputs ?? {}).map(({ Value }) => show(Value));
    expect(exported.filter((value) => value.includes('OriginKeys'))).toEqual([]);
  });

  test('answers everybody where there is no web app', () => {
    const alone = deployedFunctions(synthesise('prod', { web: 'off' }));
    expect([...alone.values()].filter(({ environment }) => 'ORIGIN_KEYS' in environment)).toEqual([]);
    expect([...alone.keys()].filter((name) => ['site', 'origin-key'].includes(name))).toEqual([]);
  });
});

describe('the function of CloudFront', () => {
  const code = viewerFunctionCode();
  const { Properties: deployed } = onlyResourceOf(web, 'AWS::CloudFront::Function');
  const token = 'T'.repeat(43);
  const eventOf = (uri: string, accept: string | undefined, querystring: Readonly<Record<string, unknown>> = {}) => ({
    viewer: { ip: '198.51.100.7' },
    request: {
      method: 'GET',
      uri,
      querystring,
      headers: {
        'x-viewer-address': { value: '203.0.113.1' },
        ...(accept === undefined ? {} : { accept: { value: accept } }),
      },
    },
  });

  test('is small enough, and runs before every answer', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(10_240);
    expect(deployed).toMatchObject({ FunctionCode: code, FunctionConfig: { Runtime: 'cloudfront-js-2.0' } });
    for (const behaviour of [pages, api]) {
      const [association] = listOf(at(behaviour, 'FunctionAssociations'));
      expect(at(association, 'EventType')).toBe('viewer-request');
      expect(withoutHash(show(at(association, 'FunctionARN')).replace(/\..*$/, ''))).toBe('Viewer');
    }
  });

  test.each([
    ['/files/a', 'text/html', {}, { uri: '/index.html' }],
    ['/assets/a.js', '*/*', {}, { uri: '/assets/a.js' }],
    [`/l/${token}`, 'text/html', {}, { uri: '/link.html' }],
    [
      `/l/${token}`,
      undefined,
      {},
      { statusCode: 302, headers: { location: { value: `/v1/public/${token}/download` } } },
    ],
    [`/v1/public/${token}`, 'text/html', {}, { statusCode: 302, headers: { location: { value: `/l/${token}` } } }],
    [`/v1/public/${token}/download`, 'text/html', { nodeId: { value: 'n' } }, { uri: `/v1/public/${token}/download` }],
    ['/v1/nodes', '*/*', {}, { uri: '/v1/nodes', headers: { 'x-viewer-address': { value: '198.51.100.7' } } }],
  ])('%s for %s is answered as its source says', (uri, accept, query, expected) => {
    const answered: unknown = runInNewContext(`${code}; handler(event)`, { event: eventOf(uri, accept, query) });
    expect(answered).toMatchObject(expected);
    expect(JSON.stringify(answered)).toBe(JSON.stringify(answerViewer(eventOf(uri, accept, query))));
  });
});
