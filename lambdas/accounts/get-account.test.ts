import { expect, test } from '@jest/globals';
import { join } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';

test('the first call makes the account with an empty home namespace of the deployment quota', async () => {
  const service = new InMemoryService({ quotaBytes: 42 });
  const answer = await service.invoke('getAccount', {}, { subject: 'alice' });
  expect(answer).toMatchObject({ ok: true, value: { quotaBytes: 42, usedBytes: 0 } });
  if (!answer.ok) return;
  const { homeNamespaceId: namespaceId, accountId } = answer.value;
  expect(await service.stores.namespaces.readAccess({ namespaceId, accountId })).toMatchObject({
    role: 'owner',
    head: { seq: 0, ownerAccountId: accountId },
  });
});

test('every later call answers the same', async () => {
  const service = new InMemoryService();
  const first = await service.invoke('getAccount', {}, { subject: 'alice' });
  service.stores.clock.advance(1000);
  expect(await service.invoke('getAccount', {}, { subject: 'alice' })).toEqual(first);
});

test('callers that race for the first call get one account and one home namespace', async () => {
  const service = new InMemoryService();
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => service.invoke('getAccount', {}, { subject: 'alice' })),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test('two subjects have two accounts, and neither sees the home of the other', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  expect(bob.accountId).not.toBe(alice.accountId);
  const foreign = { namespaceId: alice.namespaceId, accountId: bob.accountId };
  expect(await service.stores.namespaces.readAccess(foreign)).toBeUndefined();
});

test('an address is kept only when the issuer has verified it', async () => {
  const service = new InMemoryService();
  const callAs = async (sub: string, claims: object) => {
    const result = await service.handle({
      routeKey: 'GET /v1/account',
      requestContext: { requestId: 'r', authorizer: { jwt: { claims: { iss: 'https://i', sub, ...claims } } } },
    });
    return (JSON.parse(result.body) as { email?: string }).email;
  };
  expect(await callAs('a', { email: 'a@example.com', email_verified: 'true' })).toBe('a@example.com');
  expect(await callAs('b', { email: 'b@example.com', email_verified: 'false' })).toBeUndefined();
  expect(await callAs('c', { email: 'c@example.com' })).toBeUndefined();
});

test('the configuration is told to everybody, and holds nothing but the contract', async () => {
  const service = new InMemoryService();
  const answer = await service.invoke('getConfiguration', {});
  expect(answer).toMatchObject({ ok: true, value: { protocolVersion: 1, stage: 'local' } });
});
