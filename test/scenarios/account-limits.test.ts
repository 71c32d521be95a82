import { expect, test } from '@jest/globals';
import { HOUR_MS, type RouteName } from '@syncline/protocol';
import { ACCOUNT_REQUESTS_MAX } from '../../lambdas/runtime/account-limits.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { join } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const counted = Object.entries(ACCOUNT_REQUESTS_MAX) as readonly (readonly [RouteName, number])[];

test('an account that searches without end is told to wait, others are not, and a quarter of an hour later it may go on', async () => {
  const clock = new MemoryClock();
  const service = new InMemoryService({ clock });
  const ann = await join(service, 'ann');
  const bob = await join(service, 'bob');
  const search = (member: typeof ann) => service.invoke('search', { query: { q: 'plan' } }, member);
  const answers = [];
  for (let asked = 0; asked <= (ACCOUNT_REQUESTS_MAX.search ?? 0); asked++) answers.push(await search(ann));
  const refused = answers.filter(({ ok }) => !ok);
  expect(refused).toEqual([answers.at(-1)]);
  expect(refused[0]).toMatchObject({
    status: 429,
    problem: { code: 'rate_limited', details: { retryAfterSeconds: 900 } },
  });
  expect((await search(bob)).ok).toBe(true);
  clock.advance(HOUR_MS);
  expect((await search(ann)).ok).toBe(true);
});

test.each(counted)('%s is counted for the account, by itself, and not when it is malformed', async (name, max) => {
  const service = new InMemoryService();
  const taken: { readonly key: string; readonly max: number }[] = [];
  const { attempts } = service.stores;
  const take = attempts.take.bind(attempts);
  attempts.take = (attempt) => {
    taken.push(attempt);
    return take(attempt);
  };
  const ann = await join(service, 'ann');
  const { namespaceId } = ann;
  const inputs: Readonly<Record<string, object>> = {
    search: { query: { q: 'plan' } },
    restoreTree: { body: { at: '2026-01-01T00:00:00.000Z' } },
    measureStored: { body: { namespaceId, nodeIds: [namespaceId] } },
    shareFolder: { body: { namespaceId, folderId: namespaceId } },
    invite: { parameters: { namespaceId }, body: { role: 'viewer' } },
    createLink: { body: { role: 'view', namespaceId, nodeId: namespaceId } },
    createWebhook: { body: { namespaceId, url: 'https://hooks.example.com/' } },
    testWebhook: { parameters: { webhookId: namespaceId } },
  };
  await service.invoke(name, { body: { unknown: 1 }, query: { unknown: '1' } }, ann);
  expect(taken).toEqual([]);
  await service.invoke(name, inputs[name] as never, ann);
  expect(taken).toMatchObject([{ key: `requests ${name} ${ann.accountId}`, max }]);
});
