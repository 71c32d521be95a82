import { beforeEach, expect, test } from '@jest/globals';
import { INVITATION_MS, type InvitedRole, type NamespaceId } from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { SharedWorld } from '../support/shared-world.ts';

let world: SharedWorld;
let ann: Member;
let bob: Member;
let namespaceId: NamespaceId;
/** An open invitation for editors that Bob has. */
let token: string;

beforeEach(async () => {
  world = new SharedWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
  namespaceId = await world.shareNew(ann, 'team');
  token = await world.inviteByLink(ann, namespaceId);
  await world.call(bob, 'acceptInvitation', { body: { token } });
});

const bobAsMember = () => ({ namespaceId, accountId: bob.accountId });
const remove = (by: Member) => world.call(by, 'removeMember', { parameters: bobAsMember() });
const setRole = (role: InvitedRole) => world.call(ann, 'changeRole', { parameters: bobAsMember(), body: { role } });
const accept = (given: string) => world.codeOf(bob, 'acceptInvitation', { body: { token: given } });

async function inviteBob(role: InvitedRole = 'editor'): Promise<string> {
  const body = { role, email: 'bob@example.org' };
  return (await world.call(ann, 'invite', { parameters: { namespaceId }, body })).token;
}

async function roleOfBob(): Promise<string | undefined> {
  const { folders } = await world.call(bob, 'listNamespaces', {});
  return folders.find((folder) => folder.namespaceId === namespaceId)?.role;
}

test('who was removed comes back by no open invitation, old or new, and is told what to do', async () => {
  await remove(ann);
  for (const open of [token, await world.inviteByLink(ann, namespaceId)]) {
    const refused = await world.service.invoke('acceptInvitation', { body: { token: open } }, bob);
    expect(refused).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
    expect(JSON.stringify(refused)).toContain('ask them to invite you anew, by e-mail address');
  }
  expect(await roleOfBob()).toBeUndefined();
  expect((await world.call(ann, 'listNamespaces', {})).folders).toMatchObject([{ memberCount: 1 }]);
  const eve = await world.person('eve');
  await world.call(eve, 'acceptInvitation', { body: { token } });
});

test('who was removed comes back by an invitation for one person that was made since, and is welcome again', async () => {
  const old = await inviteBob();
  world.service.stores.clock.advance(1);
  await remove(ann);
  expect(await accept(old)).toBe('forbidden');
  expect(await accept(await inviteBob('viewer'))).toBe('served');
  expect(await roleOfBob()).toBe('viewer');
  await remove(bob);
  expect(await accept(token)).toBe('served');
});

test('who was made a viewer does not leave and come back as an editor by an open invitation', async () => {
  await setRole('viewer');
  expect(await accept(token)).toBe('served');
  expect(await roleOfBob()).toBe('viewer');
  await remove(bob);
  expect(await accept(token)).toBe('forbidden');
});

test('who was made an editor again may leave and come back', async () => {
  await setRole('viewer');
  await setRole('editor');
  await remove(bob);
  expect(await accept(token)).toBe('served');
  expect(await roleOfBob()).toBe('editor');
});

test('who left by themselves comes back by an open invitation, and so does everybody of a folder that is shared anew', async () => {
  await remove(bob);
  expect(await accept(token)).toBe('served');
  await world.call(ann, 'unshare', { parameters: { namespaceId } });
  expect(await accept(token)).toBe('not_found');
  expect(await accept(await world.inviteByLink(ann, namespaceId))).toBe('served');
});

test('who is barred while they accept is not let in', async () => {
  await remove(bob);
  const { namespaces } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  namespaces.commit = async (transaction) => {
    namespaces.commit = commit;
    namespaces.memberships.bars(namespaceId).set(bob.accountId, '2100-01-01T00:00:00.000Z');
    return commit(transaction);
  };
  expect(await accept(token)).toBe('forbidden');
});

test('an invitation that has ended says so to whoever has its token, and one that was withdrawn is none', async () => {
  const eve = await world.person('eve');
  const tell = async (given: string) => {
    const answer = await world.service.invoke('acceptInvitation', { body: { token: given } }, eve);
    return answer.ok ? 'served' : `${answer.problem.code}: ${answer.problem.detail}`;
  };
  const { invitations } = await world.call(ann, 'listInvitations', { parameters: { namespaceId } });
  world.service.stores.clock.advance(INVITATION_MS);
  expect(await tell(token)).toBe('not_found: this invitation has expired: ask for another one');
  const [invitation] = invitations;
  if (invitation === undefined) throw new Error('an open link is listed');
  const { invitationId } = invitation;
  await world.call(ann, 'withdrawInvitation', { parameters: { namespaceId, invitationId } });
  const unknown = await tell(token);
  expect(unknown).toMatch(/^not_found: there is no such invitation; it may have expired or been withdrawn: ask for/);
  expect(await tell(`${namespaceId}.guessed`)).toBe(unknown);
});
