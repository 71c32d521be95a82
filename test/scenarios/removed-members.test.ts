import { expect, test } from '@jest/globals';
import { epochMs, rootNodeId, type ServerMessage } from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

/** Connects a member's device; answers what it hears. */
async function listen({ service }: SharedWorld, { subject, accountId, deviceId }: Member): Promise<ServerMessage[]> {
  const heard: ServerMessage[] = [];
  const { clock, pusher, sockets } = service.stores;
  const connectionId = `${subject} ${deviceId}`;
  pusher.open(connectionId, { receive: (message) => heard.push(message), closed: () => undefined });
  await sockets.putConnection({ connectionId, accountId, deviceId, expiresAt: epochMs(clock.now() + 60_000) });
  return heard;
}

async function team() {
  const world = new SharedWorld();
  const [ann, bob] = [await world.person('ann'), await world.person('bob')];
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const { node } = await world.put(inside(ann, namespaceId), { name: 'plan.txt', text: 'the plan' });
  return { world, ann, bob, namespaceId, nodeId: node.nodeId };
}

test('who is removed has no address signed any more with the next request, and every device of theirs is told at once', async () => {
  const { world, ann, bob, namespaceId, nodeId } = await team();
  const phone = await world.device('phone', 'bob');
  const heard = [await listen(world, bob), await listen(world, phone)];
  const anns = await listen(world, ann);
  const read = { parameters: { nodeId }, query: { namespaceId } };
  const files = { body: { files: [{ namespaceId, nodeId }] } };
  expect(await world.codeOf(bob, 'getContent', read)).toBe('served');
  await world.call(ann, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
  expect(heard).toEqual([[{ type: 'revoked', namespaceId }], [{ type: 'revoked', namespaceId }]]);
  expect(await world.codeOf(bob, 'getContent', read)).toBe('not_found');
  const { contents } = await world.call(bob, 'readContents', files);
  expect(contents).toMatchObject([{ status: 'error', error: { code: 'not_found' } }]);
  expect(JSON.stringify(contents)).not.toContain('http');
  await world.service.deliverPushes();
  expect(anns.every(({ type }) => type !== 'revoked')).toBe(true);
});

test('what happens to members is told by the folder to everybody who is in it, and to a device that follows it as one more entry', async () => {
  const { world, ann, bob, namespaceId } = await team();
  const { cursor } = await world.call(ann, 'getCursor', {});
  const member = { namespaceId, accountId: bob.accountId };
  const heard = await listen(world, ann);
  await world.service.deliverPushes();
  await world.call(ann, 'changeRole', { parameters: member, body: { role: 'viewer' } });
  await world.call(ann, 'changeRole', { parameters: member, body: { role: 'viewer' } });
  await world.call(bob, 'removeMember', { parameters: member });
  const { changes } = await world.call(ann, 'listChanges', { query: { cursor } });
  const own = changes.filter((change) => change.namespaceId === namespaceId);
  expect(own.map(({ type, seq }) => ({ type, seq }))).toEqual([
    { type: 'member', seq: 3 },
    { type: 'member', seq: 4 },
  ]);
  expect(own[0]?.node).toMatchObject({ nodeId: rootNodeId(namespaceId), kind: 'folder' });
  expect(JSON.stringify(own)).not.toContain('viewer');
  const { activities } = await world.call(ann, 'listActivity', { query: { namespaceId } });
  const { accountId } = bob;
  expect(activities.map((activity) => [activity.deviceId, activity.member])).toEqual([
    [bob.deviceId, { accountId, event: 'left', role: 'viewer' }],
    [ann.deviceId, { accountId, event: 'role', role: 'viewer', previousRole: 'editor' }],
    [ann.deviceId, undefined],
    [bob.deviceId, { accountId, event: 'joined', role: 'editor' }],
  ]);
  await world.service.deliverPushes();
  expect(heard).toContainEqual({ type: 'changed', namespaceId, epoch: 1, seq: 4 });
});

test('all who are taken out when a folder is shared no more are told one by one', async () => {
  const { world, ann, namespaceId } = await team();
  const others: Member[] = [];
  for (const name of ['cid', 'dee', 'eve']) others.push(await world.person(name));
  for (const other of others) await world.welcome(ann, other, { namespaceId });
  const { removed } = await world.call(ann, 'unshare', { parameters: { namespaceId } });
  expect(removed).toBe(4);
  const { activities } = await world.call(ann, 'listActivity', { query: { namespaceId } });
  expect(activities.slice(0, 4).map(({ member }) => member?.event)).toEqual(Array(4).fill('removed'));
});
