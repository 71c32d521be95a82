import { beforeEach, expect, test } from '@jest/globals';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import type { Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';
import { SyncDevice } from '../support/sync-world.ts';

let world: SharedWorld;
let ada: Member;
let a: SyncDevice;
let b: SyncDevice;

const MOUNTED = { path: 'desk/team', reason: 'shared-folder' };

/** A tree that two devices have, in which a folder is shared, which neither device knows yet. */
beforeEach(async () => {
  world = new SharedWorld();
  ada = await world.device('web', 'ada');
  const service = handlersSyncService(world.service);
  a = new SyncDevice(service, 1);
  b = new SyncDevice(service, 2);
  a.files.mkdir('desk');
  a.files.mkdir('desk/team');
  a.files.write('desk/team/plan', 'one');
  a.files.mkdir('desk/team/sub');
  a.files.write('desk/team/sub/deep', 'two');
  a.files.write('desk/own', 'mine');
  await a.sync();
  await b.sync();
});

async function shareTeam() {
  const { node } = await world.call(ada, 'resolvePath', { query: { path: '/desk/team' } });
  return world.share(ada, node.nodeId);
}

async function namesIn(namespaceId: Member['namespaceId']) {
  return (await world.call(ada, 'listTree', { query: { namespaceId } })).nodes.map(({ name }) => name);
}

const HELD = ['desk', 'desk/own', 'desk/team', 'desk/team/plan', 'desk/team/sub', 'desk/team/sub/deep'];

test('a folder that became a mount stays on the disk as it is, and is told as what it is', async () => {
  const { namespaceId } = await shareTeam();
  for (const device of [a, b]) {
    expect(await device.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [MOUNTED] });
    expect([...device.files.tree().keys()]).toEqual(HELD);
  }
  expect(await namesIn(namespaceId)).toEqual(['plan', 'sub', 'deep']);
  a.files.write('desk/own', 'edited');
  await a.sync();
  await b.sync();
  expect(b.files.tree().get('desk/own')).toBe('edited');
});

test('nothing that happens in it on the disk reaches the service, and nothing of it is lost', async () => {
  const { namespaceId } = await shareTeam();
  a.files.write('desk/team/plan', 'edited');
  a.files.write('desk/team/new', 'new');
  a.files.remove('desk/team/sub');
  const before = await world.head(inside(ada, namespaceId));
  expect(await a.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [MOUNTED] });
  expect(await a.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [MOUNTED] });
  expect(a.files.tree().get('desk/team/plan')).toBe('edited');
  expect(a.files.tree().get('desk/team/new')).toBe('new');
  expect(await world.head(inside(ada, namespaceId))).toBe(before);
  expect(await namesIn(namespaceId)).toEqual(['plan', 'sub', 'deep']);
  expect((await world.tree(ada)).map(({ name }) => name).toSorted()).toEqual(['desk', 'own', 'team']);
});

test('a mount that was deleted on the disk, even with the folder around it, is deleted nowhere', async () => {
  await shareTeam();
  await a.sync();
  a.files.remove('desk');
  await a.sync();
  await a.sync();
  expect((await world.tree(ada)).map(({ name }) => name)).toContain('team');
  expect((await world.call(ada, 'listNamespaces', {})).folders).toHaveLength(1);
});

test('a device that links the tree later, or has lost its database, makes nothing in the place of a mount', async () => {
  await shareTeam();
  const late = new SyncDevice(handlersSyncService(world.service), 3);
  expect(await late.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [MOUNTED] });
  expect([...late.files.tree().keys()]).toEqual(['desk', 'desk/own']);
  b.forgetState();
  expect(await b.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [MOUNTED] });
  expect([...b.files.tree().keys()]).toEqual(HELD);
  expect((await world.tree(ada)).map(({ name }) => name).toSorted()).toEqual(['desk', 'own', 'team']);
});

test('a folder on the disk where a mount is to stand is neither sent nor touched', async () => {
  a.files.mkdir('team');
  a.files.write('team/mine', 'mine');
  const bob = await world.person('bob');
  const namespaceId = await world.shareNew(bob, 'team');
  await world.welcome(bob, ada, { namespaceId });
  expect(await a.sync({ acceptDeletes: false })).toMatchObject({
    kind: 'rested',
    problems: [{ path: 'team', reason: 'shared-folder' }],
  });
  expect(a.files.tree().get('team/mine')).toBe('mine');
  expect((await world.tree(ada)).filter(({ name }) => name === 'mine')).toEqual([]);
});

test('a mount that was left goes from the tree, and what the disk had of it goes into the trash', async () => {
  const { namespaceId } = await shareTeam();
  await a.sync();
  const bob = await world.person('bob');
  await world.welcome(ada, bob, { namespaceId });
  const heir = { parameters: { namespaceId, accountId: bob.accountId }, body: { role: 'owner' as const } };
  await world.call(ada, 'changeRole', heir);
  await world.call(ada, 'removeMember', { parameters: { namespaceId, accountId: ada.accountId } });
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect([...a.files.tree().keys()]).toEqual(['desk', 'desk/own']);
});
