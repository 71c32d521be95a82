import { describe, expect, test } from '@jest/globals';
import { apiHeaders, siteHeaders } from '@syncline/web/response-headers';
import { contentFunctionCode } from '../../lib/viewer-function.ts';
import { deployedFunctions, showValue, withoutHash } from './deployed-functions.ts';
import { at, type Deployment, listOf, onlyResourceOf, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';

const deployment = synthesise('prod', { contents: 'cloudfront' });
const storage = stackOf(deployment, 'Storage');
const show = (value: unknown) => showValue(value, deployment);
const distribution = at(onlyResourceOf(storage, 'AWS::CloudFront::Distribution').Properties, 'DistributionConfig');
const contents = at(distribution, 'DefaultCacheBehavior');

/** Settings of a policy that the behaviour names by its id. */
const policyOf = (type: string) => onlyResourceOf(storage, type).Properties;

/** The statements of the bucket's policy. */
function statementsOf(of: Deployment): readonly unknown[] {
  const policy = onlyResourceOf(stackOf(of, 'Storage'), 'AWS::S3::BucketPolicy').Properties;
  return listOf(at(policy, 'PolicyDocument', 'Statement'));
}

/** Logical ids of the public keys, in the order of their generations, without their hashes. */
const keyIdsOf = (of: Deployment) =>
  resourcesOf(stackOf(of, 'Storage'), 'AWS::CloudFront::PublicKey').map(({ id }) => withoutHash(id));

test('S3 hands out contents unless something else is said', () => {
  for (const stage of ['local', 'dev', 'prod'] as const) {
    const usual = synthesise(stage);
    expect(resourcesOf(stackOf(usual, 'Storage'), 'AWS::CloudFront::Distribution')).toEqual([]);
    const told = [...deployedFunctions(usual).values()].filter(({ environment }) => 'CONTENT_URL' in environment);
    expect(told).toEqual([]);
    expect(statementsOf(usual).filter((statement) => at(statement, 'Effect') === 'Allow')).toEqual([]);
  }
});

describe('CloudFront', () => {
  test('answers nobody without the signature of a key that it trusts, for any path', () => {
    const group = onlyResourceOf(storage, 'AWS::CloudFront::KeyGroup');
    expect(listOf(at(contents, 'TrustedKeyGroups')).map(show)).toEqual([withoutHash(group.id)]);
    expect(at(contents, 'TrustedSigners')).toBeUndefined();
    expect(at(distribution, 'CacheBehaviors')).toBeUndefined();
    expect(at(contents, 'ViewerProtocolPolicy')).toBe('https-only');
    expect(at(contents, 'AllowedMethods')).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(at(distribution, 'HttpVersion')).toBe('http2and3');
  });

  test('runs the function that compares ranges before every answer', () => {
    const { id, Properties } = onlyResourceOf(storage, 'AWS::CloudFront::Function');
    expect(Properties).toMatchObject({
      FunctionCode: contentFunctionCode(),
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    });
    const [association, ...others] = listOf(at(contents, 'FunctionAssociations'));
    expect(others).toEqual([]);
    expect(at(association, 'EventType')).toBe('viewer-request');
    expect(show(at(association, 'FunctionARN')).replace(/\..*$/, '')).toBe(withoutHash(id));
  });

  test('keeps what never changes for a year, each range by itself, and compresses nothing', () => {
    expect(at(policyOf('AWS::CloudFront::CachePolicy'), 'CachePolicyConfig')).toMatchObject({
      MinTTL: 31_536_000,
      DefaultTTL: 31_536_000,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
        QueryStringsConfig: {
          QueryStringBehavior: 'whitelist',
          QueryStrings: ['x-range', 'response-content-disposition', 'response-content-type'],
        },
      },
    });
    expect(at(contents, 'Compress')).toBe(false);
  });

  test('lets nothing that people have stored be a page, and names what nobody has named a download', () => {
    const config = at(policyOf('AWS::CloudFront::ResponseHeadersPolicy'), 'ResponseHeadersPolicyConfig');
    const headers = apiHeaders({ hasTls: true });
    expect(at(config, 'SecurityHeadersConfig')).toMatchObject({
      ContentSecurityPolicy: { ContentSecurityPolicy: headers['content-security-policy'], Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
    });
    expect(at(config, 'CustomHeadersConfig', 'Items')).toEqual([
      { Header: 'cross-origin-resource-policy', Value: 'same-origin', Override: true },
      { Header: 'content-disposition', Value: 'attachment', Override: false },
    ]);
  });

  test('lets the pages of the app read it, and asks the bucket what they may', () => {
    const cors = (settings: Readonly<Record<string, string>>) => {
      const { Properties } = onlyResourceOf(
        stackOf(synthesise('prod', { contents: 'cloudfront', ...settings }), 'Storage'),
        'AWS::CloudFront::ResponseHeadersPolicy',
      );
      return at(Properties, 'ResponseHeadersPolicyConfig', 'CorsConfig');
    };
    expect(cors({})).toMatchObject({
      AccessControlAllowCredentials: false,
      AccessControlAllowHeaders: { Items: ['range'] },
      AccessControlAllowOrigins: { Items: ['*'] },
      AccessControlExposeHeaders: { Items: ['content-range', 'etag'] },
      OriginOverride: true,
    });
    const named = { webDomain: 'files.example.com', webCertificate: CERTIFICATE };
    expect(at(cors(named), 'AccessControlAllowOrigins', 'Items')).toEqual(['https://files.example.com']);
    expect(cors({ web: 'off' })).toBeUndefined();
    // CORS-S3Origin, by the id that AWS gave it.
    expect(at(contents, 'OriginRequestPolicyId')).toBe('88a5eaf4-2fd4-4709-b370-b4c650ea3fcf');
  });

  test('is what the app may ask, and nobody may put it into a page of theirs', () => {
    const policies = resourcesOf(stackOf(deployment, 'Web'), 'AWS::CloudFront::ResponseHeadersPolicy');
    const shown = policies.map(({ Properties }) =>
      show(
        at(
          Properties,
          'ResponseHeadersPolicyConfig',
          'SecurityHeadersConfig',
          'ContentSecurityPolicy',
          'ContentSecurityPolicy',
        ),
      ),
    );
    const expected = siteHeaders({
      contents: 'https://ChunksBucket.s3.AWS::Region.amazonaws.com',
      downloads: 'https://ContentsDistribution.DomainName',
      userPool: 'https://cognito-idp.AWS::Region.AWS::URLSuffix',
      socket: 'wss://Sockets.execute-api.AWS::Region.AWS::URLSuffix/v1',
      hasTls: true,
    });
    expect(shown).toContain(expected['content-security-policy']);
  });

  test('has the name that the operator gives it, which functions then sign for', () => {
    const named = synthesise('prod', {
      contents: 'cloudfront',
      contentDomain: 'contents.example.net',
      contentCertificate: CERTIFICATE,
      webPriceClass: '100',
    });
    const config = onlyResourceOf(stackOf(named, 'Storage'), 'AWS::CloudFront::Distribution').Properties;
    expect(at(config, 'DistributionConfig')).toMatchObject({
      Aliases: ['contents.example.net'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
      PriceClass: 'PriceClass_100',
    });
    const { environment } = deployedFunctions(named).get('content-read') ?? {};
    expect(environment?.['CONTENT_URL']).toBe('https://contents.example.net');
  });
});

describe('the bucket', () => {
  test('lets this distribution read chunks and packs, and nobody else anything', () => {
    const allowing = statementsOf(deployment).filter((statement) => at(statement, 'Effect') === 'Allow');
    expect(allowing.map((statement) => [at(statement, 'Sid'), at(statement, 'Action')])).toEqual([
      ['AllowContents', 's3:GetObject'],
    ]);
    const [statement] = allowing;
    expect(at(statement, 'Principal')).toEqual({ Service: 'cloudfront.amazonaws.com' });
    expect(listOf(at(statement, 'Resource')).map(show)).toEqual([
      'ChunksBucket.Arn/chunks/*',
      'ChunksBucket.Arn/packs/*',
    ]);
    expect(Object.keys(at(statement, 'Condition') ?? {})).toEqual(['StringEquals']);
    expect(show(at(statement, 'Condition', 'StringEquals', 'AWS:SourceArn'))).toBe(
      'arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/ContentsDistribution',
    );
    const [origin] = listOf(at(distribution, 'Origins'));
    expect(at(origin, 'OriginAccessControlId')).toBeDefined();
    expect(show(at(origin, 'DomainName'))).toBe('ChunksBucket.RegionalDomainName');
    expect(at(policyOf('AWS::CloudFront::OriginAccessControl'), 'OriginAccessControlConfig')).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
  });

  test('denies everybody all that it denies without it', () => {
    const denials = (of: Deployment) => statementsOf(of).filter((statement) => at(statement, 'Effect') === 'Deny');
    const sids = (of: Deployment) =>
      denials(of)
        .map((statement) => String(at(statement, 'Sid')))
        .toSorted();
    expect(sids(deployment)).toEqual(sids(synthesise('prod')));
    expect(denials(deployment)).toHaveLength(5);
  });
});

describe('keys', () => {
  test('of three generations are trusted: that which signs, the one before and the next', () => {
    expect(keyIdsOf(deployment)).toEqual(['ContentsKey0', 'ContentsKey1', 'ContentsKey2']);
    const group = at(policyOf('AWS::CloudFront::KeyGroup'), 'KeyGroupConfig', 'Items');
    expect(listOf(group).map(show)).toEqual(['ContentsKey0', 'ContentsKey1', 'ContentsKey2']);
    for (const { id, Properties } of resourcesOf(storage, 'AWS::CloudFront::PublicKey')) {
      const generation = withoutHash(id).replace('ContentsKey', '');
      expect(show(at(Properties, 'PublicKeyConfig', 'EncodedKey'))).toBe(`ContentsMade${generation}.publicKey`);
    }
    const made = resourcesOf(storage, 'Custom::ContentKey').map(({ Properties }) => Properties['generation']);
    expect(made).toEqual([0, 1, 2]);
  });

  test('are told to the functions that hand out addresses, and to no other', () => {
    const told = [...deployedFunctions(deployment).values()].filter(({ environment }) => 'CONTENT_URL' in environment);
    expect(told.map(({ name }) => name).toSorted()).toEqual(['content-read', 'link-read']);
    for (const { environment } of told) {
      expect(environment).toMatchObject({
        CONTENT_URL: 'https://ContentsDistribution.DomainName',
        CONTENT_KEY: '1',
        CONTENT_KEY_ID: 'ContentsKey1',
      });
    }
  });

  test('change by one number, without a moment in which either side lacks what the other uses', () => {
    const turned = synthesise('prod', { contents: 'cloudfront', contentKey: '2' });
    expect(keyIdsOf(turned)).toEqual(['ContentsKey1', 'ContentsKey2', 'ContentsKey3']);
    // What the functions use until they are deployed again is trusted and exported still, under the same name; what they use then was trusted before.
    const exportsOf = (of: Deployment) =>
      Object.values(stackOf(of, 'Storage').Outputs ?? {}).flatMap(({ Export, Value }) =>
        Export !== undefined && show(Value).startsWith('ContentsKey') ? [[Export.Name, show(Value)]] : [],
      );
    const [before, after] = [exportsOf(deployment), exportsOf(turned)];
    expect(before.map(([, value]) => value)).toEqual(['ContentsKey0', 'ContentsKey1', 'ContentsKey2']);
    expect(after).toEqual(expect.arrayContaining(before.slice(1)));
    const { environment } = deployedFunctions(turned).get('content-read') ?? {};
    expect([environment?.['CONTENT_KEY'], environment?.['CONTENT_KEY_ID']]).toEqual(['2', 'ContentsKey2']);
    // The third is not used before it was trusted for a deployment long.
    expect(before.map(([, value]) => value)).toContain('ContentsKey2');
  });

  test('are made by a function that reads the secret, and nothing else', () => {
    const maker = deployedFunctions(deployment).get('content-key');
    expect(maker?.allowed.filter((line) => !line.startsWith('logs:'))).toEqual([
      'secretsmanager:GetSecretValue KeySecret.Id',
    ]);
    expect(deployedFunctions(synthesise('prod')).has('content-key')).toBe(false);
    const asked = (of: Deployment) =>
      JSON.stringify(resourcesOf(stackOf(of, 'Operations'), 'AWS::Logs::QueryDefinition'));
    expect(asked(deployment)).toContain('/syncline/prod/content-key');
    expect(asked(synthesise('prod'))).not.toContain('/syncline/prod/content-key');
  });
});

test('who gives addresses of CloudFront may not read what they are of', () => {
  const reads = (of: Deployment, name: string) =>
    deployedFunctions(of)
      .get(name)
      ?.allowed.filter((line) => line.startsWith('s3:'))
      .toSorted();
  expect(reads(deployment, 'content-read')).toEqual(['s3:GetObject ChunksBucket.Arn/manifests/*']);
  expect(reads(synthesise('prod'), 'content-read')).toEqual([
    's3:GetObject ChunksBucket.Arn/chunks/*',
    's3:GetObject ChunksBucket.Arn/manifests/*',
    's3:GetObject ChunksBucket.Arn/packs/*',
  ]);
  // Links are answered with short contents themselves.
  expect(reads(deployment, 'link-read')).toHaveLength(3);
});
