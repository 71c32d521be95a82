import { expect, test } from '@jest/globals';
import { type NamespaceId, rootNodeId } from '@syncline/protocol';
import { MemorySocketPusher } from '../../lambdas/sockets/memory-socket-pusher.ts';
import type { Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

/** Lets something happen after a membership has ended and before the mount is taken away: while the devices are told. */
class MeetingPusher extends MemorySocketPusher {
  meanwhile: (() => Promise<unknown>) | undefined;

  override async post(...given: Parameters<MemorySocketPusher['post']>) {
    const { meanwhile } = this;
    this.meanwhile = undefined;
    await meanwhile?.();
    return super.post(...given);
  }
}

/** A folder of Ann's that Bob is a member of, with a device that is told when that ends. */
async function shared() {
  const pusher = new MeetingPusher();
  const world = new SharedWorld({ seen: (stores) => ({ ...stores, pusher }) });
  const [ann, bob] = [await world.person('ann'), await world.person('bob')];
  const namespaceId = await world.shareNew(ann, 'team');
  const token = await world.inviteByLink(ann, namespaceId);
  await world.call(bob, 'acceptInvitation', { body: { token } });
  const { sockets, clock } = world.service.stores;
  await sockets.putConnection({ ...bob, connectionId: 'bob', expiresAt: clock.now() + 60_000 } as never);
  return { world, pusher, ann, bob, namespaceId };
}

async function leaveAndComeBack(world: SharedWorld, member: Member, { namespaceId, token }: Place): Promise<void> {
  await world.call(member, 'removeMember', { parameters: { namespaceId, accountId: member.accountId } });
  await world.call(member, 'acceptInvitation', { body: { token } });
}

interface Place {
  readonly namespaceId: NamespaceId;
  readonly token: string;
}

test('who comes back while an earlier membership is being ended keeps the mount of the new one', async () => {
  const { world, pusher, ann, bob, namespaceId } = await shared();
  pusher.meanwhile = async () => {
    const body = { role: 'editor', email: 'bob@example.org' } as const;
    const { token } = await world.call(ann, 'invite', { parameters: { namespaceId }, body });
    await leaveAndComeBack(world, bob, { namespaceId, token });
  };
  await world.call(ann, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
  expect((await world.call(bob, 'listNamespaces', {})).folders).toMatchObject([{ namespaceId, memberCount: 2 }]);
  expect(await world.names(bob)).toEqual(['team']);
});

test('who comes back while a folder stops being shared keeps the mount of the new membership', async () => {
  const { world, pusher, ann, bob, namespaceId } = await shared();
  pusher.meanwhile = async () => {
    const token = await world.inviteByLink(ann, namespaceId);
    await leaveAndComeBack(world, bob, { namespaceId, token });
  };
  await world.call(ann, 'unshare', { parameters: { namespaceId } });
  expect((await world.call(bob, 'listNamespaces', {})).folders).toMatchObject([{ namespaceId, memberCount: 2 }]);
  expect(await world.names(bob)).toEqual(['team']);
});

test.each([
  ['removed', 'not_found'],
  ['made a viewer', 'forbidden'],
] as const)('a batch that was read before its writer was %s commits nothing more', async (what, code) => {
  const { world, ann, bob, namespaceId } = await shared();
  const parameters = { namespaceId, accountId: bob.accountId };
  const lose = () =>
    what === 'removed'
      ? world.call(ann, 'removeMember', { parameters })
      : world.call(ann, 'changeRole', { parameters, body: { role: 'viewer' } });
  const { namespaces } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  let commits = 0;
  namespaces.commit = async (transaction) => {
    if (transaction.namespaceId === namespaceId && ++commits === 2) await lose();
    return commit(transaction);
  };
  const intents = Array.from({ length: 60 }, (_, index) => {
    return { type: 'mkdir', parentId: rootNodeId(namespaceId), name: `${index}` } as const;
  });
  const results = await world.commit(bob, world.name(inside(bob, namespaceId), intents));
  const made = results.filter(({ status }) => status === 'committed').length;
  expect(made).toBeGreaterThan(0);
  expect(results.slice(made).map((result) => result.status === 'error' && result.error.code)).toEqual(
    Array.from({ length: 60 - made }, () => code),
  );
  expect(made).toBeLessThan(60);
  expect((await world.call(ann, 'listTree', { query: { namespaceId } })).nodes).toHaveLength(made);
});

test('a member whose mount was lost has it again by accepting again, though the invitation was used up', async () => {
  const { world, ann, bob } = await shared();
  const namespaceId = await world.shareNew(ann, 'other');
  const body = { role: 'viewer', email: 'bob@example.org' } as const;
  const { token } = await world.call(ann, 'invite', { parameters: { namespaceId }, body });
  const first = await world.call(bob, 'acceptInvitation', { body: { token } });
  world.service.stores.namespaces.memberships.mounts(bob.accountId).delete(namespaceId);
  const again = await world.call(bob, 'acceptInvitation', { body: { token } });
  expect(again).toMatchObject({ folder: { role: 'viewer', memberCount: 2 }, mount: { name: 'other (2)' } });
  expect(again.mount.nodeId).not.toBe(first.mount.nodeId);
  const { folders } = await world.call(bob, 'listNamespaces', {});
  expect(folders.find(({ name }) => name === 'other')).toMatchObject({ mountId: again.mount.nodeId, role: 'viewer' });
  expect(await world.call(bob, 'acceptInvitation', { body: { token } })).toEqual(again);
});

test('accepting again what was accepted is answered the same, though the invitation was for one person', async () => {
  const world = new SharedWorld();
  const [ann, bob] = [await world.person('ann'), await world.person('bob')];
  const namespaceId = await world.shareNew(ann, 'team');
  const body = { role: 'viewer', email: 'bob@example.org' } as const;
  const { token, invitation } = await world.call(ann, 'invite', { parameters: { namespaceId }, body });
  const { invitationId } = invitation;
  const first = await world.call(bob, 'acceptInvitation', { body: { token } });
  for (const again of [{ token }, { namespaceId, invitationId }]) {
    expect(await world.call(bob, 'acceptInvitation', { body: again })).toEqual(first);
  }
  const eve = await world.person('eve');
  expect(await world.codeOf(eve, 'acceptInvitation', { body: { token } })).toBe('not_found');
  await world.call(bob, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
  expect(await world.codeOf(bob, 'acceptInvitation', { body: { token } })).toBe('not_found');
});
