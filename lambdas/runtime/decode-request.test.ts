import { beforeEach, expect, test } from '@jest/globals';
import { Problem, REQUEST_BYTES_MAX, type RouteName, routes } from '@syncline/protocol';
import fc from 'fast-check';
import { fileOf, join, type Member, textBytes } from '../../test/support/in-memory-member.ts';
import { eventOf, InMemoryService } from '../../test/support/in-memory-service.ts';
import type { ApiEvent } from './api-event.ts';
import { DEFECTS_MAX } from './limits.ts';

let service: InMemoryService;
let alice: Member;

beforeEach(async () => {
  service = new InMemoryService();
  alice = await join(service, 'alice');
});

async function problemOf(name: RouteName, parts: Partial<ApiEvent>): Promise<Problem> {
  const event = eventOf(routes[name], alice);
  const result = await service.handle({ ...event, ...parts });
  expect(result.statusCode).toBeGreaterThanOrEqual(400);
  expect(result.headers['content-type']).toBe('application/problem+json');
  return Problem.parse(JSON.parse(result.body));
}

function expectNothingOpened(): void {
  expect(service.stores.telemetry.counts.size).toBe(0);
  expect(service.stores.objects.keys()).toEqual([]);
}

test('a body that is too long is refused with the limit', async () => {
  const body = `{"files":"${'x'.repeat(REQUEST_BYTES_MAX)}"}`;
  const problem = await problemOf('initiateUploads', { body });
  expect(problem).toMatchObject({
    code: 'too_large',
    details: { limit: 'REQUEST_BYTES_MAX', max: REQUEST_BYTES_MAX },
  });
  expectNothingOpened();
});

test('the limit counts bytes, not characters, and is the last length that is read', async () => {
  const wide = `"${'ä'.repeat(REQUEST_BYTES_MAX / 2 - 1)}"`;
  expect(Buffer.byteLength(wide)).toBe(REQUEST_BYTES_MAX);
  expect((await problemOf('initiateUploads', { body: wide })).code).toBe('invalid_request');
  expect((await problemOf('initiateUploads', { body: `${wide} ` })).code).toBe('too_large');
});

test('a million entries are refused before they are looked at one by one', async () => {
  const body = `{"files":[${'0,'.repeat(990_000)}0]}`;
  expect(body.length).toBeLessThan(REQUEST_BYTES_MAX);
  const problem = await problemOf('initiateUploads', { body });
  expect(problem).toMatchObject({ code: 'too_large', details: { limit: 'JSON_VALUES_MAX' } });
  expectNothingOpened();
});

test('deep nesting is refused before it is parsed', async () => {
  const body = `{"files":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
  const problem = await problemOf('initiateUploads', { body });
  expect(problem).toMatchObject({ code: 'invalid_request', details: { limit: 'JSON_DEPTH_MAX', max: 8 } });
  expectNothingOpened();
});

test('text that is not JSON is refused without being quoted', async () => {
  for (const body of ['', '{', '{"files": secret}', 'null null', '"\\']) {
    const problem = await problemOf('initiateUploads', { body });
    expect(problem).toMatchObject({ code: 'invalid_request', detail: 'the body is not JSON' });
  }
  expectNothingOpened();
});

test('bad base64 and bad UTF-8 are refused', async () => {
  const base64 = { isBase64Encoded: true };
  expect((await problemOf('openSocket', { ...base64, body: 'e30' })).detail).toContain('base64');
  expect((await problemOf('openSocket', { ...base64, body: 'e3 0=' })).detail).toContain('base64');
  const invalid = Buffer.from([0x22, 0xff, 0x22]).toString('base64');
  expect((await problemOf('openSocket', { ...base64, body: invalid })).detail).toContain('UTF-8');
});

test('a body in base64 is read like any other', async () => {
  const body = Buffer.from('{}').toString('base64');
  const result = await service.handle({ ...eventOf(routes.openSocket, alice), body, isBase64Encoded: true });
  expect(result.statusCode).toBe(200);
});

test('unknown fields, parameters and queries are refused by their places', async () => {
  const file = { ...fileOf(alice.namespaceId, [textBytes('hello')]), colour: 'red' };
  const body = JSON.stringify({ files: [file], __proto__: 1, ['constructor']: 2, extra: [] });
  const problem = await problemOf('initiateUploads', { body, queryStringParameters: { page: '1' } });
  expect(problem.details?.fields?.map(({ path }) => path).toSorted()).toEqual([
    'body.constructor',
    'body.extra',
    'body.files.0.colour',
    'query.page',
  ]);
  expectNothingOpened();
});

test('a key named __proto__ is an unknown field', async () => {
  const problem = await problemOf('openSocket', { body: '{"__proto__":{"polluted":true}}' });
  expect(problem.details?.fields).toEqual([{ path: 'body.__proto__', message: 'is not known' }]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a body where none is taken is refused', async () => {
  expect((await problemOf('getAccount', { body: '{}' })).detail).toBe('this route takes no body');
});

test('all parts of a request are looked at, and every defect says what is wrong', async () => {
  const problem = await problemOf('checkChunks', {
    pathParameters: { uploadId: 'x' },
    body: JSON.stringify({ hashes: ['abc'], stored: 7, proofs: [{ hash: 'F'.repeat(64), proof: '' }] }),
  });
  expect(problem.details?.fields).toEqual([
    { path: 'parameters.uploadId', message: expect.stringContaining('Crockford') },
    { path: 'body.hashes.0', message: expect.stringContaining('64 lowercase') },
    { path: 'body.proofs.0.hash', message: expect.stringContaining('64 lowercase') },
    { path: 'body.proofs.0.proof', message: expect.stringContaining('64 lowercase') },
    { path: 'body.stored', message: 'must be of type array' },
  ]);
});

test('limits of a batch are named in the defect', async () => {
  const file = fileOf(alice.namespaceId, []);
  const body = JSON.stringify({ files: Array.from({ length: 101 }, () => file) });
  const problem = await problemOf('initiateUploads', { body });
  expect(problem.details?.fields).toEqual([{ path: 'body.files', message: 'must be at most 100' }]);
});

test('only the first defects are named, and all are counted', async () => {
  const body = JSON.stringify({ files: Array.from({ length: 90 }, () => 0) });
  const problem = await problemOf('initiateUploads', { body });
  expect(problem.details?.fields?.length).toBe(DEFECTS_MAX);
  expect(problem.detail).toContain('90 defects');
});

test('whatever JSON is sent, the answer is a problem of the contract and nothing is opened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 10 }), async (value) => {
      const problem = await problemOf('initiateUploads', { body: JSON.stringify(value) });
      expect(['invalid_request', 'too_large']).toContain(problem.code);
    }),
    { numRuns: 300 },
  );
  expectNothingOpened();
});
