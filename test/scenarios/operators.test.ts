import { expect, test } from '@jest/globals';
import { CommitWorld } from '../support/commit-world.ts';
import { join } from '../support/in-memory-member.ts';

async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk };
}

test('who runs the deployment sees how much every account has, and how far what follows it is', async () => {
  const { world, desk } = await opened();
  await join(world.service, 'olga');
  await world.put(desk, { name: 'a.txt', text: 'hello' });
  const { stores } = world.service;
  const operator = { subject: 'olga', groups: '[operators]' };
  const listed = await world.service.invoke('listAccounts', { query: {} }, operator);
  const accounts = listed.ok ? listed.value.accounts : [];
  expect(accounts).toHaveLength(2);
  const own = accounts.find(({ accountId }) => accountId === desk.accountId);
  expect(own).toMatchObject({ presentBytes: 5, entries: 1, streamLag: 1, homeNamespaceId: desk.namespaceId });
  expect(own).not.toHaveProperty('indexLag');
  expect(JSON.stringify(listed)).not.toContain('a.txt');

  const { namespaceId } = desk;
  const { epoch } = (await stores.namespaces.readHead(namespaceId)) ?? { epoch: 0 };
  await stores.references.setPosition(namespaceId, { epoch, seq: 1 });
  await stores.indexProgress.set(namespaceId, { epoch: epoch + 1, seq: 1 });
  const later = await world.service.invoke('listAccounts', { query: {} }, operator);
  const followed = later.ok ? later.value.accounts.find(({ accountId }) => accountId === desk.accountId) : undefined;
  // What was followed in another epoch is to be followed anew.
  expect(followed).toMatchObject({ streamLag: 0, indexLag: 1 });
  expect(await world.service.invoke('getUpkeep', {}, operator)).toEqual({ ok: true, value: {} });
});

test.each([undefined, '[]', '[users]', '[operators-not]', 'no operators2', '[Operators]'])(
  'whose token names the groups %s is told nothing of others, and not that he is an operator',
  async (groups) => {
    const { world, desk } = await opened();
    const caller = { subject: desk.subject, ...(groups === undefined ? {} : { groups }) };
    for (const answer of [
      await world.service.invoke('listAccounts', { query: {} }, caller),
      await world.service.invoke('getUpkeep', {}, caller),
    ]) {
      expect(answer).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
    }
    const account = await world.service.invoke('getAccount', {}, caller);
    expect(account.ok && account.value.isOperator).toBeUndefined();
  },
);

test.each(['[operators]', '[users operators]', 'operators'])('whose token names %s is an operator', async (groups) => {
  const { world, desk } = await opened();
  const account = await world.service.invoke('getAccount', {}, { subject: desk.subject, groups });
  expect(account).toMatchObject({ ok: true, value: { isOperator: true } });
});

test('without a token nobody is an operator, and a sign-in that has ended is one no longer', async () => {
  const { world, desk } = await opened();
  const nobody = await world.service.invoke('listAccounts', { query: {} }, {});
  expect(nobody).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
  const { stores } = world.service;
  const caller = { subject: desk.subject, groups: '[operators]', signIn: 'one' };
  expect(await world.service.invoke('listAccounts', { query: {} }, caller)).toMatchObject({ ok: true });
  stores.accounts.hasSignInEnded = async () => true;
  const ended = await world.service.invoke('listAccounts', { query: {} }, caller);
  expect(ended).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
});
