import { expect, test } from '@jest/globals';
import { assert, InvariantError, routes } from '@syncline/protocol';
import { deviceIdOf, join } from '../../test/support/in-memory-member.ts';
import { eventOf, InMemoryService } from '../../test/support/in-memory-service.ts';
import { createApiHandler } from './create-api-handler.ts';
import { RESPONSE_BYTES_MAX } from './limits.ts';
import { MemoryClock } from './memory-clock.ts';
import { MemoryTelemetry } from './memory-telemetry.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { UnavailableError } from './unavailable-error.ts';

const ALICE = { subject: 'alice' };

/** A handler of one route whose operation is the one given. */
function handlerOf(operation: () => Promise<Outcome<never>>) {
  const clock = new MemoryClock();
  const telemetry = new MemoryTelemetry();
  const accounts = { getDevice: async () => undefined, hasSignInEnded: async () => false };
  const handler = createApiHandler<'getAccount'>({ clock, telemetry, accounts }, routes, {
    getAccount: () => {
      clock.advance(7);
      return operation();
    },
  });
  return { handler, telemetry };
}

test('a request without a token, or with the claims of something else than an access token, is told to sign in', async () => {
  const { handler } = handlerOf(async () => refused('conflict', 'was reached'));
  const event = eventOf(routes.getAccount, ALICE);
  for (const claims of [undefined, {}, { iss: 'i', sub: '' }, { iss: 'i' }, { iss: 'i', sub: 's', token_use: 'id' }]) {
    const requestContext = { requestId: 'r', authorizer: claims === undefined ? {} : { jwt: { claims } } };
    const result = await handler({ ...event, requestContext });
    expect(result.statusCode).toBe(401);
    expect(JSON.parse(result.body)).toMatchObject({ code: 'unauthenticated', remedy: 'sign-in', requestId: 'r' });
  }
  expect((await handler(event)).statusCode).toBe(409);
});

test('a route for devices wants a registered device of the caller that was not unlinked', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const bob = await join(service, 'bob');
  const open = (deviceId?: string) =>
    service.invoke('openSocket', { body: {} }, { subject: 'alice', ...(deviceId === undefined ? {} : { deviceId }) });
  expect((await open(alice.deviceId)).ok).toBe(true);
  expect(await open()).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  expect(await open('not-an-id')).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  expect(await open(bob.deviceId)).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
  expect(await open(deviceIdOf('nobody'))).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
  await service.invoke('unlinkDevice', { parameters: { deviceId: alice.deviceId }, query: {} }, { subject: 'alice' });
  const unlinked = await open(alice.deviceId);
  expect(unlinked).toMatchObject({ ok: false, problem: { code: 'unauthenticated', remedy: 'sign-in' } });
});

test('an unknown route is not found, and its text reaches no log', async () => {
  const { handler, telemetry } = handlerOf(async () => refused('conflict', 'was reached'));
  const result = await handler({ ...eventOf(routes.getAccount, ALICE), routeKey: 'GET /secret-path' });
  expect(result.statusCode).toBe(404);
  expect(JSON.stringify(telemetry.invocations)).not.toContain('secret-path');
});

test('a dependency that did not answer is 503 with a pause', async () => {
  const { handler } = handlerOf(async () => {
    throw new UnavailableError('the table did not answer');
  });
  const result = await handler(eventOf(routes.getAccount, ALICE));
  expect(result.statusCode).toBe(503);
  expect(result.headers['retry-after']).toBe('1');
  expect(JSON.parse(result.body)).toMatchObject({ remedy: 'retry', details: { retryAfterSeconds: 1 } });
});

test('a defect is 500, logged by where it happened and without what it was about', async () => {
  const { handler, telemetry } = handlerOf(async () => {
    JSON.parse('{"name": secret.txt');
    return refused('conflict', 'was reached');
  });
  const result = await handler(eventOf(routes.getAccount, ALICE));
  expect(result.statusCode).toBe(500);
  expect(result.body).not.toContain('secret');
  const [line] = telemetry.invocations;
  expect(line).toMatchObject({ status: 500, code: 'internal', error: { name: 'SyntaxError' } });
  expect(line?.error?.frames.join('\n')).toContain('create-api-handler.test.ts');
  expect(JSON.stringify(line)).not.toContain('secret');
});

test('a broken invariant is 500, and its constant words are logged', async () => {
  const { handler, telemetry } = handlerOf(async () => {
    assert(false, 'one is one');
    return refused('conflict', 'was reached');
  });
  expect((await handler(eventOf(routes.getAccount, ALICE))).statusCode).toBe(500);
  expect(telemetry.invocations[0]?.error).toMatchObject({ name: 'InvariantError', message: 'one is one' });
});

test('an answer that Lambda could not send is a defect, not a truncated answer', async () => {
  const { handler, telemetry } = handlerOf(async () => done('x'.repeat(RESPONSE_BYTES_MAX) as never));
  const result = await handler(eventOf(routes.getAccount, ALICE));
  expect(result.statusCode).toBe(500);
  expect(telemetry.invocations[0]).toMatchObject({ code: 'internal', error: { name: InvariantError.name } });
});

test('every request writes one line with who, what and how long, and no token or header', async () => {
  const { handler, telemetry } = handlerOf(async () => done({} as never));
  const event = eventOf(routes.getAccount, ALICE);
  await handler({ ...event, headers: { authorization: 'Bearer token', 'x-request-id': 'sync-42' } });
  expect(telemetry.invocations).toEqual([
    {
      route: 'GET /v1/account',
      requestId: 'request-1',
      clientRequestId: 'sync-42',
      status: 200,
      durationMs: 7,
      accountId: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
    },
  ]);
});

test('a harmless request id of the client is echoed, any other is replaced', async () => {
  const { handler } = handlerOf(async () => done({} as never));
  const event = eventOf(routes.getAccount, ALICE);
  const idFor = async (id: string) =>
    (await handler({ ...event, headers: { 'x-request-id': id } })).headers['x-request-id'];
  expect(await idFor('sync-42')).toBe('sync-42');
  for (const id of ['', 'two words', 'line\nbreak', 'x'.repeat(65), '{"level":"ERROR"}']) {
    expect(await idFor(id)).toBe('request-1');
  }
});

test('no answer may be stored, sniffed or framed', async () => {
  const { handler } = handlerOf(async () => done({} as never));
  const { headers } = await handler(eventOf(routes.getAccount, ALICE));
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
});

test('one issuer and subject is one account, and neither half can be moved into the other', async () => {
  const { handler, telemetry } = handlerOf(async () => done({} as never));
  const event = eventOf(routes.getAccount, ALICE);
  const pairs = [
    ['https://a', 'b'],
    ['https://a', 'b'],
    ['https://ab', ''],
    ['https://', 'ab'],
    ['https://b', 'a'],
  ];
  for (const [iss, sub] of pairs) {
    await handler({ ...event, requestContext: { requestId: 'r', authorizer: { jwt: { claims: { iss, sub } } } } });
  }
  const [first, same, ...others] = telemetry.invocations.map(({ accountId }) => accountId);
  expect(same).toBe(first);
  expect(new Set([first, ...others]).size).toBe(4);
});
