import { describe, expect, test } from '@jest/globals';
import { routes } from '@syncline/protocol';
import { eventOf } from '../../test/support/in-memory-service.ts';
import type { ApiEvent } from './api-event.ts';
import type { LinkVisitor } from './caller.ts';
import { createApiHandler } from './create-api-handler.ts';
import { MemoryClock } from './memory-clock.ts';
import { MemoryTelemetry } from './memory-telemetry.ts';
import { isFromEdge } from './origin-check.ts';
import { refused } from './outcome.ts';

const KEYS = ['current-key', 'previous-key'];

describe('where the API answers through CloudFront alone', () => {
  const visitors: LinkVisitor[] = [];
  const handlerWith = (originKeys: readonly string[]) =>
    createApiHandler<'getLink'>({ clock: new MemoryClock(), telemetry: new MemoryTelemetry(), originKeys }, routes, {
      getLink: async (_request, visitor) => {
        visitors.push(visitor);
        return refused('not_found', 'was reached');
      },
    });
  const token = 'a'.repeat(43);
  const eventWith = (headers: Readonly<Record<string, string>>): ApiEvent => ({
    ...eventOf(routes.getLink, { subject: 'alice' }),
    pathParameters: { token },
    headers,
    requestContext: { requestId: 'r', http: { sourceIp: '203.0.113.9' } },
  });

  test.each(KEYS)('a request with %s is answered', async (key) => {
    expect((await handlerWith(KEYS)(eventWith({ 'x-origin-key': key }))).statusCode).toBe(404);
  });

  test.each(['', 'guess', 'current-key,previous-key', 'current-ke'])(
    'one with the key "%s" reaches nothing',
    async (key) => {
      const before = visitors.length;
      const result = await handlerWith(KEYS)(eventWith({ 'x-origin-key': key }));
      expect([result.statusCode, visitors.length]).toEqual([403, before]);
      expect(JSON.parse(result.body)).toMatchObject({ code: 'forbidden', remedy: 'fix-request' });
    },
  );

  test('visitors are told apart by the address that CloudFront has seen', async () => {
    await handlerWith(KEYS)(eventWith({ 'x-origin-key': 'current-key', 'x-viewer-address': '198.51.100.7' }));
    expect(visitors.at(-1)?.address).toBe('198.51.100.7');
  });

  test('elsewhere nobody chooses the address that he is counted by', async () => {
    await handlerWith([])(eventWith({ 'x-viewer-address': '198.51.100.7' }));
    expect(visitors.at(-1)?.address).toBe('203.0.113.9');
  });
});

test('without keys everybody is let in', () => {
  expect(isFromEdge({ headers: {} }, [])).toBe(true);
  expect(isFromEdge({}, KEYS)).toBe(false);
});
