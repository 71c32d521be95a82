import { expect, test } from '@jest/globals';
import { QUOTA_BYTES_DEFAULT } from '@syncline/protocol';
import { ConfigError, readConfig } from './config.ts';

function read(context: Readonly<Record<string, unknown>> = {}) {
  return readConfig({ tryGetContext: (key: string): unknown => context[key] });
}

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';

test('without any context it is a development deployment that lets no foreign origin in', () => {
  expect(read()).toEqual({
    stage: 'dev',
    dedupScope: 'deployment',
    removal: 'hourly',
    quotaBytes: QUOTA_BYTES_DEFAULT,
    allowedOrigins: [],
    scrubDays: 30,
    search: 'off',
    web: 'on',
    edge: { priceClass: 'all' },
    socketPings: 'function',
    webhookTargets: 'public',
    originKey: 1,
    logRetentionDays: 30,
    operations: { watch: 'alarms', canary: 'off', rollout: 'at-once' },
  });
});

test('stage local goes to an emulator on its usual port, for any origin, with short logs', () => {
  expect(read({ stage: 'local' })).toMatchObject({
    endpoint: 'http://127.0.0.1:4566',
    allowedOrigins: ['*'],
    scrubDays: 30,
    search: 'off',
    web: 'off',
    logRetentionDays: 1,
    operations: { watch: 'none', canary: 'on', rollout: 'at-once' },
  });
});

test('every setting is taken from the context, as text or as JSON', () => {
  const given = {
    stage: 'prod',
    dedupScope: 'account',
    removal: 'by-hand',
    issuer: 'https://id.example.com/realm',
    audience: 'syncline',
    webDomain: 'files.example.com',
    webCertificate: CERTIFICATE,
    socketPings: 'gateway',
    watch: 'alarms',
    alarmEmail: 'ops@example.com',
  };
  const config = {
    stage: 'prod',
    dedupScope: 'account',
    removal: 'by-hand',
    quotaBytes: 5_000_000,
    externalIssuer: { issuer: 'https://id.example.com/realm', audience: 'syncline' },
    allowedOrigins: ['https://a.example.com', 'https://b.example.com:8443'],
    scrubDays: 7,
    search: 'off',
    web: 'on',
    webDomain: { name: 'files.example.com', certificateArn: CERTIFICATE },
    originKey: 2,
    socketPings: 'gateway',
    webhookTargets: 'public',
    logRetentionDays: 90,
    operations: { watch: 'alarms', alarmEmail: 'ops@example.com', canary: 'off', rollout: 'at-once' },
    edge: { priceClass: 'all' },
  };
  const text = { quotaBytes: '5000000', scrubDays: '7', logRetentionDays: '90', originKey: '2' };
  expect(read({ ...given, ...text, allowedOrigins: 'https://a.example.com, https://b.example.com:8443' })).toEqual(
    config,
  );
  const json = { quotaBytes: 5_000_000, scrubDays: 7, logRetentionDays: 90, originKey: 2 };
  expect(read({ ...given, ...json, allowedOrigins: ['https://a.example.com', 'https://b.example.com:8443'] })).toEqual(
    config,
  );
});

test('an empty setting is as good as none', () => {
  expect(read({ stage: '', quotaBytes: '', allowedOrigins: '' })).toEqual(read());
});

test.each([
  ['stage', { stage: 'production' }, 'stage must be one of local, dev, prod, not "production"'],
  ['an object', { stage: { name: 'prod' } }, 'stage must be one plain value'],
  ['dedupScope', { dedupScope: 'none' }, 'dedupScope must be one of deployment, account, not "none"'],
  ['removal', { removal: 'never' }, 'removal must be one of hourly, by-hand, not "never"'],
  ['a quota of nothing', { quotaBytes: '0' }, 'quotaBytes must be a whole number of bytes above 0'],
  ['a quota with a unit', { quotaBytes: '1GB' }, 'quotaBytes must be a whole number of bytes above 0'],
  ['a quota beyond exact numbers', { quotaBytes: '9007199254740993' }, 'quotaBytes must be a whole number'],
  ['an endpoint of AWS', { stage: 'dev', endpoint: 'http://127.0.0.1:1' }, 'endpoint is only for stage local'],
  ['an endpoint with a path', { stage: 'local', endpoint: 'http://127.0.0.1:1/x' }, 'endpoint must be like'],
  ['an endpoint with a slash', { stage: 'local', endpoint: 'http://127.0.0.1:1/' }, 'endpoint must be like'],
  ['an issuer alone', { issuer: 'https://id.example.com' }, 'issuer and audience belong together'],
  ['an audience alone', { audience: 'syncline' }, 'issuer and audience belong together'],
  ['an issuer without TLS', { issuer: 'http://id.example.com', audience: 'a' }, 'issuer must be an https URL'],
  ['any origin in AWS', { stage: 'dev', allowedOrigins: '*' }, 'allowedOrigins must name origins like'],
  ['an origin with a path', { allowedOrigins: 'https://a.example.com/app' }, 'allowedOrigins must name origins like'],
  ['an origin without TLS in prod', { stage: 'prod', allowedOrigins: 'http://a.example.com' }, 'allowedOrigins must'],
  ['a search engine that there is not', { search: 'elsewhere' }, 'search must be one of off, domain, serverless'],
  [
    'a search engine elsewhere than in stage local',
    { searchEndpoint: 'http://127.0.0.1:9200' },
    'searchEndpoint is only for stage local',
  ],
  ['a length that CloudWatch lacks', { logRetentionDays: '31' }, 'logRetentionDays must be a length'],
  ['logs for ever', { logRetentionDays: '9999' }, 'logRetentionDays must be a length'],
  ['pings that the emulator cannot answer', { stage: 'local', socketPings: 'gateway' }, 'is not for stage local'],
  [
    'receivers beside functions that AWS runs',
    { webhookTargets: 'loopback' },
    'webhookTargets=loopback is only for stage local',
  ],
  ['pings that nobody answers', { socketPings: 'none' }, 'socketPings must be one of function, gateway'],
  ['a scrub without a day', { scrubDays: '0' }, 'scrubDays must be a whole number of days'],
  ['a web app in stage local', { stage: 'local', web: 'on' }, 'web must be off in stage local'],
  ['a domain alone', { webDomain: 'a.example.com' }, 'webDomain and webCertificate belong together'],
  [
    'a domain without a web app',
    { web: 'off', webDomain: 'a.example.com', webCertificate: CERTIFICATE },
    'belong together, and to web=on',
  ],
  ['a domain that is an address', { webDomain: 'https://a.example', webCertificate: CERTIFICATE }, 'webDomain must be'],
  [
    'a certificate of another region',
    { webDomain: 'a.example.com', webCertificate: CERTIFICATE.replace('us-east-1', 'eu-west-1') },
    'webCertificate must be the ARN of a certificate in us-east-1',
  ],
  ['a key that is none', { originKey: '0' }, 'originKey must be a whole number from 1'],
  ['a key of the emulator', { stage: 'local', encryptionKey: 'managed' }, 'encryptionKey is not for stage local'],
  ['a key by its id', { encryptionKey: '1234abcd' }, 'encryptionKey must be "managed", or the ARN'],
  ['contents that nobody hands out', { contents: 'elsewhere' }, 'contents must be one of bucket, cloudfront'],
  ['contents of the emulator', { stage: 'local', contents: 'cloudfront' }, 'is not for stage local'],
  ['a content key that is none', { contents: 'cloudfront', contentKey: '0' }, 'contentKey must be a whole number'],
  [
    'a name for contents without CloudFront',
    { contentDomain: 'a.example.com', contentCertificate: CERTIFICATE },
    'belong together, and to contents=cloudfront',
  ],
  [
    'a name for contents without a certificate',
    { contents: 'cloudfront', contentDomain: 'a.example.com' },
    'contentDomain and contentCertificate belong together',
  ],
  ['a watch that there is not', { watch: 'closely' }, 'watch must be one of none, alarms, full'],
  ['a watch in stage local', { stage: 'local', watch: 'full' }, 'watch must be none in stage local'],
  [
    'a canary that has no account',
    { canary: 'on', issuer: 'https://id.example.com', audience: 'syncline' },
    'canary=on needs a user pool',
  ],
  ['a rollout that there is not', { rollout: 'slow' }, 'rollout must be one of at-once, gradual'],
  [
    'a gradual rollout on one machine',
    { stage: 'local', rollout: 'gradual' },
    'rollout=gradual is not for stage local',
  ],
  ['a canary that there is not', { canary: 'red' }, 'canary must be one of on, off'],
  ['an address for no alarms', { watch: 'none', alarmEmail: 'ops@example.com' }, 'alarmEmail needs alarms'],
  ['an address that is none', { alarmEmail: 'ops' }, 'alarmEmail must be an address like'],
  ['the name of a length', { logRetentionDays: 'ONE_DAY' }, 'logRetentionDays must be a length'],
])('%s is refused with a sentence that says what is wanted', (_, context, message) => {
  expect(() => read(context)).toThrow(ConfigError);
  expect(() => read(context)).toThrow(message);
});

test('all mistakes are named at once', () => {
  const mistakes = { stage: 'x', dedupScope: 'y', quotaBytes: '-1' };
  expect(() => read(mistakes)).toThrow(/stage must[^]*dedupScope must[^]*quotaBytes must/);
});

test('a web ACL is one for CloudFront, and belongs to a web app', () => {
  const webAcl = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1234';
  expect(read({ webAcl, webPriceClass: '100' }).edge).toEqual({ webAclArn: webAcl, priceClass: '100' });
  for (const wrong of [
    { webAcl, web: 'off' },
    { webAcl: webAcl.replace('global', 'regional') },
    { webAcl: webAcl.replace('us-east-1', 'eu-west-1') },
    { webPriceClass: '300' },
  ])
    expect(() => read(wrong)).toThrow(ConfigError);
});

test('contents behind CloudFront have a key of the first generation, and a name where one is given', () => {
  expect(read({ contents: 'cloudfront' }).edge).toEqual({ priceClass: 'all', contents: { generation: 1 } });
  const named = { contentKey: '4', contentDomain: 'contents.example.net', contentCertificate: CERTIFICATE };
  expect(read({ contents: 'cloudfront', web: 'off', ...named }).edge.contents).toEqual({
    generation: 4,
    domain: { name: 'contents.example.net', certificateArn: CERTIFICATE },
  });
});
