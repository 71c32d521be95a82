import { expect, test } from '@jest/globals';
import { SharedWorld } from '../../test/support/shared-world.ts';
import { findInvitation } from './find-invitation.ts';
import { invite } from './invite.ts';

/** A shared folder of Ann's, whose issuer tells her address. */
async function shared() {
  const world = new SharedWorld();
  const member = await world.person('ann');
  const namespaceId = await world.shareNew(member, 'team');
  const ann = { accountId: member.accountId, email: 'Ann@Example.org' };
  const inviteTo = (email: string) => invite(world.service.stores, { namespaceId, role: 'editor', email }, ann);
  return { world, namespaceId, ann, inviteTo };
}

test('nobody is invited to a folder of their own, however the address is written', async () => {
  const { world, namespaceId, inviteTo } = await shared();
  for (const email of ['ann@example.org', ' Ann@example.ORG ']) {
    expect(await inviteTo(email)).toMatchObject({
      kind: 'refused',
      error: { code: 'invalid_request', detail: 'this is your own address: you are in this folder already' },
    });
  }
  expect(await world.service.stores.sharing.listInvitations(namespaceId)).toEqual([]);
});

test('an invitation for one address is none for another one that is known, and is found by its own', async () => {
  const { world, namespaceId, inviteTo } = await shared();
  const made = await inviteTo('bob@example.org');
  if (made.kind === 'refused') throw new Error(made.error.detail);
  const { token, invitation } = made.value;
  const { accountId } = await world.person('bob');
  const find = (email: string, request: Parameters<typeof findInvitation>[1]) =>
    findInvitation(world.service.stores, request, { accountId, email });
  const byId = { namespaceId, invitationId: invitation.invitationId };
  expect(await find('eve@example.org', { token })).toMatchObject({ error: { code: 'forbidden' } });
  expect(await find('eve@example.org', byId)).toMatchObject({ error: { code: 'not_found' } });
  for (const request of [{ token }, byId]) {
    expect(await find('BOB@example.org', request)).toMatchObject({ kind: 'done', value: { role: 'editor' } });
  }
});
