import { describe, expect, test } from '@jest/globals';
import { apiHeaders, cacheControl, siteHeaders } from './response-headers.ts';

const PEERS = {
  contents: 'https://bucket.s3.eu-central-1.amazonaws.com',
  userPool: 'https://cognito-idp.eu-central-1.amazonaws.com',
  socket: 'wss://abc.execute-api.eu-central-1.amazonaws.com',
  hasTls: true,
};

/** The directives of a policy with their words. */
function policyOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const directives = (headers['content-security-policy'] ?? '').split('; ').map((directive) => directive.split(' '));
  return Object.fromEntries(directives.map(([name, ...words]) => [name, words]));
}

describe('the policy of the app', () => {
  const policy = policyOf(siteHeaders(PEERS));

  test('allows scripts and styles from its own files alone: nothing inline, no eval, no other host', () => {
    expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(policy['style-src']).toEqual(["'self'"]);
    expect(policy['worker-src']).toEqual(["'self'"]);
    const words = Object.values(policy).flat();
    expect(
      words.filter((word) => /unsafe-(inline|eval|hashes)'|\*/.test(word) && word !== "'wasm-unsafe-eval'"),
    ).toEqual([]);
  });

  test('refuses what it does not name', () => {
    expect(policy['default-src']).toEqual(["'none'"]);
    expect(policy['base-uri']).toEqual(["'none'"]);
    expect(policy['frame-ancestors']).toEqual(["'none'"]);
    expect(policy['object-src']).toBeUndefined();
  });

  test('lets requests go to its own origin, the bucket, the user pool and the socket', () => {
    expect(policy['connect-src']).toEqual(["'self'", PEERS.contents, PEERS.userPool, PEERS.socket]);
  });

  test('names no user pool where there is none, and one origin once', () => {
    const local = policyOf(
      siteHeaders({ contents: 'http://a', userPool: 'http://a', socket: 'ws://a', hasTls: false }),
    );
    expect(local['connect-src']).toEqual(["'self'", 'http://a', 'ws://a']);
    const foreign = policyOf(siteHeaders({ contents: 'https://a', socket: 'wss://b', hasTls: true }));
    expect(foreign['connect-src']).toEqual(["'self'", 'https://a', 'wss://b']);
    const edge = policyOf(siteHeaders({ ...PEERS, downloads: 'https://c' }));
    expect(edge['connect-src']).toEqual(["'self'", PEERS.contents, 'https://c', PEERS.userPool, PEERS.socket]);
  });
});

test('what the API answers through the origin of the app can never run there, also when it is a page', () => {
  const policy = policyOf(apiHeaders({ hasTls: true }));
  expect(policy).toMatchObject({ 'default-src': ["'none'"], sandbox: [], 'frame-ancestors': ["'none'"] });
});

test.each([siteHeaders(PEERS), apiHeaders(PEERS)])(
  'every answer forbids guessing types, framing and referrers',
  (headers) => {
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    });
  },
);

test('TLS is only insisted on where there is some', () => {
  const headers = siteHeaders({ ...PEERS, hasTls: false });
  expect(headers['strict-transport-security']).toBeUndefined();
  expect(policyOf(headers)['upgrade-insecure-requests']).toBeUndefined();
  expect(policyOf(siteHeaders(PEERS))['upgrade-insecure-requests']).toEqual([]);
});

test('what has its hash in its name is kept for good, and everything else is asked for again', () => {
  expect(cacheControl('/assets/index-D1g2.js')).toBe('public, max-age=31536000, immutable');
  expect(cacheControl('/index.html')).toBe('no-cache');
  expect(cacheControl('/service-worker.js')).toBe('no-cache');
});
