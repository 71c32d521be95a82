import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { contentFunctionCode } from '../../lib/viewer-function.ts';
import { type ContentEvent, guardContent } from './guard-content.ts';

const HASH = '0123456789abcdef'.repeat(4);
const PACK = `/packs/shared/${HASH}`;
const CHUNK = `/chunks/shared/${HASH}`;
const code = contentFunctionCode();

interface Asked {
  readonly uri?: string;
  readonly method?: string;
  readonly signed?: string | readonly string[];
  readonly range?: string | readonly string[];
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
}

/** As CloudFront shows what was sent more than once: the last value, and all of them. */
function valueOf(name: string, sent: string | readonly string[] | undefined) {
  if (sent === undefined) return {};
  if (typeof sent === 'string') return { [name]: { value: sent } };
  return { [name]: { value: sent.at(-1) ?? '', multiValue: sent.map((value) => ({ value })) } };
}

function eventOf({ uri = PACK, method = 'GET', signed, range, headers }: Asked): ContentEvent {
  const querystring = valueOf('x-range', signed);
  return { request: { method, uri, querystring, headers: { ...headers, ...valueOf('range', range) } } };
}

/** What the deployed code makes of a request, which is what its source makes of it. */
function isPassed(asked: Asked): boolean {
  const event = eventOf(asked);
  const before = JSON.stringify(event.request);
  const answered: unknown = runInNewContext(`${code}; handler(event)`, { event });
  expect(JSON.stringify(answered)).toBe(JSON.stringify(guardContent(event)));
  const isAsSent = JSON.stringify(answered) === before;
  if (!isAsSent) expect(answered).toEqual({ statusCode: 403, statusDescription: 'Forbidden' });
  return isAsSent;
}

test('is small enough for CloudFront, and has none of what its JavaScript lacks', () => {
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  expect(code).not.toMatch(/import|export|\?\.|\?\?|\.\.\./);
});

describe('of a pack', () => {
  test('the signed range passes, as it was sent', () => {
    expect(isPassed({ signed: '100-149', range: 'bytes=100-149' })).toBe(true);
    expect(isPassed({ signed: '0-0', range: 'bytes=0-0', method: 'HEAD' })).toBe(true);
  });

  test.each<[string, Asked]>([
    ['no range', { signed: '100-149' }],
    ['no signed range', { range: 'bytes=100-149' }],
    ['neither', {}],
    ['a range before it', { signed: '100-149', range: 'bytes=0-99' }],
    ['a range that begins before it', { signed: '100-149', range: 'bytes=99-149' }],
    ['a range that ends behind it', { signed: '100-149', range: 'bytes=100-150' }],
    ['a range without an end', { signed: '100-149', range: 'bytes=100-' }],
    ['the end of the pack', { signed: '100-149', range: 'bytes=-149' }],
    ['several ranges', { signed: '100-149', range: 'bytes=100-149,0-99' }],
    ['another unit', { signed: '100-149', range: 'items=100-149' }],
    ['spaces', { signed: '100-149', range: 'bytes= 100-149' }],
    ['two headers', { signed: '100-149', range: ['bytes=0-99', 'bytes=100-149'] }],
    ['two signed ranges', { signed: ['0-99', '100-149'], range: 'bytes=100-149' }],
    ['a signed range that is no range', { signed: '0-', range: 'bytes=0-' }],
    ['a signed list', { signed: '0-1,3-4', range: 'bytes=0-1,3-4' }],
    [
      'a condition under which the whole is answered',
      { signed: '100-149', range: 'bytes=100-149', headers: { 'if-range': { value: '"other"' } } },
    ],
  ])('%s is refused', (_what, asked) => {
    expect(isPassed(asked)).toBe(false);
  });
});

test('a chunk that is an object of its own is read whole, or any part of it', () => {
  expect(isPassed({ uri: CHUNK })).toBe(true);
  expect(isPassed({ uri: CHUNK, range: 'bytes=5-' })).toBe(true);
  expect(isPassed({ uri: CHUNK, signed: '0-9', range: 'bytes=0-99' })).toBe(false);
});

test('nothing beside chunks and packs is handed out, however it is written', () => {
  for (const uri of [
    `/manifests/shared/${HASH}`,
    '/',
    '/chunks/',
    `/chunks/../packs/shared/${HASH}`,
    `/chunks/shared/${HASH}/`,
    `/chunks//${HASH}`,
    `//packs/shared/${HASH}`,
    `/%70acks/shared/${HASH}`,
    `/PACKS/shared/${HASH}`,
    `/chunks/shared/${HASH.toUpperCase()}`,
    `/chunks/shared/%2e%2e/${HASH}`,
  ])
    expect([uri, isPassed({ uri })]).toEqual([uri, false]);
});

test('a page may ask first, and gets no content by it', () => {
  expect(isPassed({ method: 'OPTIONS', signed: '100-149' })).toBe(true);
  expect(isPassed({ method: 'OPTIONS', uri: '/manifests/x' })).toBe(false);
});
