import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type S3Stub, startS3Stub } from './s3-stub.ts';

let stub: S3Stub;
beforeAll(async () => {
  stub = await startS3Stub();
});
beforeEach(() => stub.clear());
afterAll(() => stub.stop());

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');

function put(key: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${stub.url}/bucket/${key}`, { method: 'PUT', body, headers });
}

function get(key: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${stub.url}/bucket/${key}`, { headers });
}

test('an object comes back as it was sent, with its checksum and metadata', async () => {
  const sha256 = digest('sha256', 'carried');
  const headers = { 'x-amz-checksum-sha256': sha256, 'x-amz-meta-writer': 'ada' };
  expect((await put('a/b c', 'carried', headers)).status).toBe(200);
  const response = await get('a/b c');
  expect(await response.text()).toBe('carried');
  expect(response.headers.get('x-amz-checksum-sha256')).toBe(sha256);
  expect(response.headers.get('x-amz-meta-writer')).toBe('ada');
});

test.each([
  ['x-amz-checksum-sha256', 'sha256'],
  ['content-md5', 'md5'],
])('bytes that are not those of %s are refused, and nothing is stored', async (header, algorithm) => {
  const response = await put('wrong', 'other bytes', { [header]: digest(algorithm, 'bytes') });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  expect((await get('wrong')).status).toBe(404);
});

test('the ETag is the MD5 where the client has sent it, and else says that it is none', async () => {
  await put('with', 'bytes', { 'content-md5': digest('md5', 'bytes') });
  await put('without', 'bytes');
  const hex = createHash('md5').update('bytes').digest('hex');
  expect((await get('with')).headers.get('etag')).toBe(`"${hex}"`);
  expect((await get('without')).headers.get('etag')).toMatch(/^"[0-9a-f]{32}-1"$/);
});

test('If-None-Match keeps what is there', async () => {
  const isNew = { 'if-none-match': '*' };
  expect((await put('once', 'first', isNew)).status).toBe(200);
  expect((await put('once', 'second', isNew)).status).toBe(412);
  expect(await (await get('once')).text()).toBe('first');
});

test('a range is answered with 206 and its own bytes, and one behind the end with 416', async () => {
  await put('ranged', '0123456789');
  const response = await get('ranged', { range: 'bytes=2-4' });
  expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
    206,
    '234',
    'bytes 2-4/10',
  ]);
  expect(await (await get('ranged', { range: 'bytes=8-' })).text()).toBe('89');
  expect((await get('ranged', { range: 'bytes=10-12' })).status).toBe(416);
});

test('a range of an object that came in several pieces is cut over their ends', async () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_none, index) => index % 251));
  await fetch(`${stub.url}/bucket/large`, { method: 'PUT', body: bytes });
  const response = await get('large', { range: 'bytes=60000-140000' });
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(60_000, 140_001))).toBe(true);
});

test('a bucket lists what begins with a prefix, and folders where a delimiter is given', async () => {
  for (const key of ['a/1', 'a/2', 'b', 'a&b']) await put(key, 'x');
  const list = async (query: string) => {
    const xml = await (await fetch(`${stub.url}/bucket?list-type=2&${query}`)).text();
    return [...xml.matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]+)</g)].map(([, name]) => name);
  };
  expect(await list('prefix=a/')).toEqual(['a/1', 'a/2']);
  expect(await list('delimiter=/')).toEqual(['a&#38;b', 'b', 'a/']);
});

test('requests and bytes are counted, and told once', async () => {
  await stub.takeRequests();
  await put('counted', 'four');
  await (await get('counted', { range: 'bytes=0-1' })).text();
  await fetch(`${stub.url}/bucket/counted`, { method: 'HEAD' });
  await fetch(`${stub.url}/bucket?list-type=2`);
  await fetch(`${stub.url}/bucket/counted`, { method: 'DELETE' });
  const counts = { PUT: 1, GET: 1, HEAD: 1, LIST: 1, DELETE: 1 };
  expect(await stub.takeRequests()).toEqual({ counts, storedBytes: 4, fetchedBytes: 2 });
  expect(await stub.takeRequests()).toEqual({ counts: {}, storedBytes: 0, fetchedBytes: 0 });
  expect((await get('counted')).status).toBe(404);
});
