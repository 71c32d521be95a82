import { beforeEach, expect, test } from '@jest/globals';
import {
  type Cursor,
  encodeUlid,
  INVITATION_MS,
  JOURNAL_RETENTION_MS,
  NodeId,
  rootNodeId,
  type ServerMessage,
  UNSHARE_MEMBERS_MAX,
} from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

let world: SharedWorld;
let ann: Member;
let bob: Member;

beforeEach(async () => {
  world = new SharedWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
});

function refusedOperation(code: string) {
  return { status: 'error', error: { code } };
}

test('a folder with all that lies in it becomes a namespace: every file with its id, its content and its revisions', async () => {
  const folder = await world.mkdir(ann, 'team');
  const sub = await world.mkdir(ann, 'sub', folder.nodeId);
  const { node: file } = await world.put(ann, { name: 'plan', text: 'one', parentId: sub.nodeId });
  await world.put(ann, { name: 'plan', text: 'two', parentId: sub.nodeId, nodeId: file.nodeId, baseRev: 1 });
  const { namespaceId, role } = await world.share(ann, folder.nodeId);
  expect(role).toBe('owner');
  const team = inside(ann, namespaceId);
  const listed = await world.call(ann, 'listTree', { query: { namespaceId } });
  expect(listed.nodes.map(({ name }) => name)).toEqual(['sub', 'plan']);
  expect(listed.nodes.every((node) => node.namespaceId === namespaceId)).toBe(true);
  const parameters = { nodeId: file.nodeId };
  const { revisions } = await world.call(ann, 'listRevisions', { parameters, query: { namespaceId } });
  expect(revisions.map(({ rev }) => rev)).toEqual([2, 1]);
  const content = await world.service.invoke('getContent', { parameters, query: { namespaceId } }, ann);
  expect(content).toMatchObject({ ok: true, value: { rev: 2 } });
  await world.put(team, { name: 'plan', text: 'three', parentId: sub.nodeId, nodeId: file.nodeId, baseRev: 2 });
});

test('at its place in the home stands a mount, and what lies in it is not there any more', async () => {
  const folder = await world.mkdir(ann, 'team');
  const { node: file } = await world.put(ann, { name: 'plan', text: 'one', parentId: folder.nodeId });
  const start = await world.cursor(ann);
  const { namespaceId } = await world.share(ann, folder.nodeId);
  const mount = { nodeId: folder.nodeId, name: 'team', kind: 'mount', mountedNamespaceId: namespaceId };
  expect(await world.tree(ann)).toMatchObject([mount]);
  const delta = await world.call(ann, 'listChanges', { query: { cursor: start } });
  expect(delta.changes).toMatchObject([{ type: 'mounted', node: mount }]);
  const parameters = { nodeId: file.nodeId };
  expect(await world.codeOf(ann, 'getNode', { parameters, query: {} })).toBe('not_found');
  expect(await world.codeOf(ann, 'getContent', { parameters, query: {} })).toBe('not_found');
  expect(await world.codeOf(ann, 'listTree', { query: { folderId: folder.nodeId } })).toBe('invalid_request');
  expect(await world.codeOf(ann, 'listChildren', { parameters: { nodeId: folder.nodeId }, query: {} })).toBe(
    'invalid_request',
  );
  const late = { name: 'plan', text: 'two', parentId: folder.nodeId, nodeId: file.nodeId, baseRev: 1 };
  expect(await world.tryPut(ann, late)).toMatchObject(refusedOperation('not_found'));
  expect(await world.tryPut(ann, { name: 'new', text: 'two', parentId: folder.nodeId })).toMatchObject(
    refusedOperation('invalid_request'),
  );
});

test('sharing is one entry of the home, whatever lies in the folder, and none of its own', async () => {
  const folder = await world.mkdir(ann, 'team');
  for (let index = 0; index < 30; index++) await world.mkdir(ann, `${index}`, folder.nodeId);
  const before = await world.head(ann);
  const { namespaceId } = await world.share(ann, folder.nodeId);
  expect(await world.head(ann)).toBe(before + 1);
  expect(await world.head(inside(ann, namespaceId))).toBe(0);
});

test('a folder whose id another namespace has is not shared, and its owner is told what to do', async () => {
  const folder = await world.mkdir(ann, 'team');
  const { node: file } = await world.put(ann, { name: 'plan', text: 'one', parentId: folder.nodeId });
  const taken = {
    type: 'mkdir',
    parentId: rootNodeId(bob.namespaceId),
    newNodeId: folder.nodeId,
    name: 'mine',
  } as const;
  await world.must(bob, taken);
  await world.share(bob, folder.nodeId);
  const body = { namespaceId: ann.namespaceId, folderId: folder.nodeId };
  const refused = await world.service.invoke('shareFolder', { body }, ann);
  expect(refused).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  expect(JSON.stringify(refused)).toContain('make a new folder, move what is in it there, and share that');
  expect(await world.read(ann, file.nodeId)).toBe('one');
  const moved = await world.mkdir(ann, 'team again');
  await world.must(ann, { type: 'move', nodeId: file.nodeId, baseRev: 1, parentId: moved.nodeId, name: 'plan' });
  expect((await world.share(ann, moved.nodeId)).memberCount).toBe(1);
});

test('sharing again what is shared already answers the same', async () => {
  const folder = await world.mkdir(ann, 'team');
  const first = await world.share(ann, folder.nodeId);
  expect(await world.share(ann, folder.nodeId)).toEqual(first);
});

test('the top folder, files, and folders that hold a shared folder or lie in one are not shared', async () => {
  const outer = await world.mkdir(ann, 'outer');
  const inner = await world.mkdir(ann, 'inner', outer.nodeId);
  const { node: file } = await world.put(ann, { name: 'file', text: 'x' });
  const { namespaceId } = await world.share(ann, inner.nodeId);
  const below = await world.mkdir(inside(ann, namespaceId), 'below');
  const home = ann.namespaceId;
  const code = (body: { namespaceId: typeof home; folderId: NodeId }) => world.codeOf(ann, 'shareFolder', { body });
  expect(await code({ namespaceId: home, folderId: rootNodeId(home) })).toBe('invalid_request');
  expect(await code({ namespaceId: home, folderId: file.nodeId })).toBe('invalid_request');
  expect(await code({ namespaceId: home, folderId: outer.nodeId })).toBe('invalid_request');
  expect(await code({ namespaceId, folderId: below.nodeId })).toBe('invalid_request');
  expect(await code({ namespaceId, folderId: rootNodeId(namespaceId) })).toBe('invalid_request');
  expect(await code({ namespaceId: home, folderId: NodeId.parse(encodeUlid(new Uint8Array(16))) })).toBe('not_found');
});

test('a mount is moved like a folder, but neither into itself, nor into another, nor deleted', async () => {
  const team = await world.mkdir(ann, 'team');
  const other = await world.mkdir(ann, 'other');
  const plain = await world.mkdir(ann, 'plain');
  await world.share(ann, team.nodeId);
  await world.share(ann, other.nodeId);
  const move = (parentId: NodeId) =>
    world.tryOne(ann, { type: 'move', nodeId: team.nodeId, baseRev: 2, parentId, name: 'team' });
  expect(await move(team.nodeId)).toMatchObject(refusedOperation('invalid_request'));
  expect(await move(other.nodeId)).toMatchObject(refusedOperation('invalid_request'));
  expect(await move(plain.nodeId)).toMatchObject({ status: 'committed', node: { kind: 'mount' } });
  const remove = async (nodeId: NodeId, baseRev: number) =>
    world.tryOne(ann, { type: 'delete', nodeId, baseRev, baseSeq: await world.head(ann) });
  expect(await remove(team.nodeId, 3)).toMatchObject(refusedOperation('forbidden'));
  expect(await remove(plain.nodeId, 1)).toMatchObject(refusedOperation('forbidden'));
});

test('who accepts an invitation has the folder at the top of its tree, beside what has that name already', async () => {
  await world.mkdir(bob, 'team');
  const namespaceId = await world.shareNew(ann, 'team');
  const start = await world.cursor(bob);
  const mount = await world.welcome(ann, bob, { namespaceId });
  expect(mount).toMatchObject({ kind: 'mount', name: 'team (2)', mountedNamespaceId: namespaceId });
  const delta = await world.call(bob, 'listChanges', { query: { cursor: start } });
  expect(delta.changes).toMatchObject([{ type: 'mounted', node: { nodeId: mount.nodeId } }]);
  const { folders } = await world.call(bob, 'listNamespaces', {});
  expect(folders).toMatchObject([{ namespaceId, role: 'editor', memberCount: 2, mountId: mount.nodeId }]);
  const { members } = await world.call(bob, 'listMembers', { parameters: { namespaceId }, query: {} });
  expect(members.map(({ role }) => role).toSorted()).toEqual(['editor', 'owner']);
  const { node } = await world.put(inside(bob, namespaceId), { name: 'from bob', text: 'hello' });
  expect(
    await world.call(ann, 'getNode', { parameters: { nodeId: node.nodeId }, query: { namespaceId } }),
  ).toBeDefined();
});

test('a path leads through a mount into the shared folder', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const { node } = await world.put(inside(ann, namespaceId), { name: 'plan', text: 'x' });
  const found = await world.call(bob, 'resolvePath', { query: { path: '/team/plan' } });
  expect(found.node).toMatchObject({ namespaceId, nodeId: node.nodeId });
  expect((await world.call(bob, 'resolvePath', { query: { path: '/team' } })).node.kind).toBe('mount');
});

test('members of a shared folder learn nothing of what else lies in the home that it came from', async () => {
  const secret = await world.mkdir(ann, 'secret');
  const { node: file } = await world.put(ann, { name: 'diary', text: 'dear diary', parentId: secret.nodeId });
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'was here', parentId: secret.nodeId });
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: 1 });
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const guest = inside(bob, namespaceId);
  for (const { nodeId } of [file, gone, secret]) {
    const nowhere = NodeId.parse(encodeUlid(world.service.stores.random.bytes(16)));
    for (const intent of [
      (id: NodeId) => ({ type: 'delete', nodeId: id, baseRev: 1, baseSeq: 0 }) as const,
      (id: NodeId) => ({ type: 'restore', nodeId: id }) as const,
      (id: NodeId) => ({ type: 'restore', nodeId: id, rev: 1 }) as const,
      (id: NodeId) =>
        ({ type: 'move', nodeId: id, baseRev: 1, parentId: rootNodeId(namespaceId), name: 'mine' }) as const,
      (id: NodeId) => ({ type: 'mkdir', parentId: id, name: 'mine' }) as const,
      (id: NodeId) =>
        ({
          type: 'copy',
          parentId: rootNodeId(namespaceId),
          name: 'mine',
          from: { namespaceId, nodeId: id },
        }) as const,
    ]) {
      const [met, missed] = [await world.tryOne(guest, intent(nodeId)), await world.tryOne(guest, intent(nowhere))];
      expect({ ...met, opId: '' }).toEqual({ ...missed, opId: '' });
      expect(met).toMatchObject(refusedOperation('not_found'));
    }
    const query = { namespaceId };
    for (const name of ['getNode', 'listChildren', 'listRevisions', 'getContent'] as const) {
      expect(await world.codeOf(bob, name, { parameters: { nodeId }, query })).toBe('not_found');
    }
    expect(await world.codeOf(bob, 'listTree', { query: { namespaceId, folderId: nodeId } })).toBe('not_found');
    const body = { files: [{ namespaceId, nodeId }] };
    expect(await world.call(bob, 'readContents', { body })).toMatchObject({ contents: [{ status: 'error' }] });
  }
});

test('whoever has handed a folder over and left it learns nothing more of it, though its rows lie in their home', async () => {
  const folder = await world.mkdir(ann, 'team');
  const { node: file } = await world.put(ann, { name: 'plan', text: 'one', parentId: folder.nodeId });
  const { namespaceId } = await world.share(ann, folder.nodeId);
  await world.welcome(ann, bob, { namespaceId });
  const owner = { parameters: { namespaceId, accountId: bob.accountId }, body: { role: 'owner' as const } };
  expect((await world.call(ann, 'changeRole', owner)).member.role).toBe('owner');
  await world.call(ann, 'removeMember', { parameters: { namespaceId, accountId: ann.accountId } });
  expect(await world.names(ann)).toEqual([]);
  await world.must(inside(bob, namespaceId), { type: 'delete', nodeId: file.nodeId, baseRev: 1 });
  expect(await world.codeOf(ann, 'getNode', { parameters: { nodeId: file.nodeId }, query: {} })).toBe('not_found');
  for (const nodeId of [file.nodeId, folder.nodeId]) {
    expect(await world.tryOne(ann, { type: 'restore', nodeId })).not.toMatchObject({ status: 'committed' });
  }
  expect(await world.tryOne(ann, { type: 'delete', nodeId: file.nodeId, baseRev: 2 })).toMatchObject(
    refusedOperation('not_found'),
  );
});

test('a listing that began before a folder was shared does not go on inside it', async () => {
  const folder = await world.mkdir(ann, 'team');
  for (let index = 0; index < 4; index++) await world.mkdir(ann, `${index}`, folder.nodeId);
  const { nextPage: page } = await world.call(ann, 'listTree', { query: { limit: '3' } });
  if (page === undefined) throw new Error('four folders do not fit into a page of three');
  await world.share(ann, folder.nodeId);
  expect((await world.call(ann, 'listTree', { query: { page } })).nodes).toEqual([]);
});

test('what members put into a shared folder counts on the home that it came from', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const { node } = await world.put(inside(bob, namespaceId), { name: 'file', text: '12345' });
  const used = async (member: Member) => (await world.call(member, 'getAccount', {})).usedBytes;
  expect([await used(ann), await used(bob)]).toEqual([5, 0]);
  await world.must(inside(bob, namespaceId), { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  expect([await used(ann), await used(bob)]).toEqual([0, 0]);
});

test('a removed member is refused at once, told at once, and left without the mount', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  const mount = await world.welcome(ann, bob, { namespaceId });
  const told: ServerMessage[] = [];
  const { pusher, sockets, clock } = world.service.stores;
  pusher.open('bob', { receive: (message) => told.push(message), closed: () => undefined });
  await sockets.putConnection({ ...bob, connectionId: 'bob', expiresAt: clock.now() + 60_000 } as never);
  const start = await world.cursor(bob);
  await world.call(ann, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
  expect(told).toEqual([{ type: 'revoked', namespaceId }]);
  expect(await world.codeOf(bob, 'listTree', { query: { namespaceId } })).toBe('not_found');
  const delta = await world.call(bob, 'listChanges', { query: { cursor: start } });
  expect(delta.changes).toMatchObject([{ type: 'deleted', node: { nodeId: mount.nodeId, kind: 'mount' } }]);
  expect(await world.call(bob, 'listNamespaces', {})).toEqual({ folders: [], unmounted: [] });
  expect((await world.call(ann, 'listNamespaces', {})).folders).toMatchObject([{ memberCount: 1 }]);
});

test('the last owner neither leaves, nor is removed, nor gives the role away without an heir', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const own = { namespaceId, accountId: ann.accountId };
  expect(await world.codeOf(ann, 'removeMember', { parameters: own })).toBe('forbidden');
  expect(await world.codeOf(bob, 'removeMember', { parameters: own })).toBe('forbidden');
  expect(await world.codeOf(ann, 'changeRole', { parameters: own, body: { role: 'viewer' } })).toBe('forbidden');
  const nobody = { namespaceId, accountId: (await world.person('eve')).accountId };
  expect(await world.codeOf(ann, 'changeRole', { parameters: nobody, body: { role: 'owner' } })).toBe('not_found');
});

test('an invitation works until it expires, is withdrawn, or was used by the one whom it is for', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  const eve = await world.person('eve');
  const parameters = { namespaceId };
  const personal = await world.call(ann, 'invite', { parameters, body: { role: 'viewer', email: 'bob@example.org' } });
  await world.call(bob, 'acceptInvitation', { body: { token: personal.token } });
  expect(await world.codeOf(eve, 'acceptInvitation', { body: { token: personal.token } })).toBe('not_found');
  const link = await world.call(ann, 'invite', { parameters, body: { role: 'viewer' } });
  const { invitationId } = link.invitation;
  await world.call(ann, 'withdrawInvitation', { parameters: { namespaceId, invitationId } });
  expect(await world.codeOf(eve, 'acceptInvitation', { body: { token: link.token } })).toBe('not_found');
  const late = await world.inviteByLink(ann, namespaceId);
  world.service.stores.clock.advance(INVITATION_MS);
  expect(await world.codeOf(eve, 'acceptInvitation', { body: { token: late } })).toBe('not_found');
  expect((await world.call(ann, 'listInvitations', { parameters })).invitations).toEqual([]);
});

test('an open link serves many, declining a personal one takes it away, and a damaged token is none', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  const eve = await world.person('eve');
  const token = await world.inviteByLink(ann, namespaceId);
  for (const guest of [bob, eve]) await world.call(guest, 'acceptInvitation', { body: { token } });
  expect((await world.call(bob, 'acceptInvitation', { body: { token } })).folder.memberCount).toBe(3);
  expect(await world.codeOf(ann, 'acceptInvitation', { body: { token } })).toBe('invalid_request');
  const body = { role: 'viewer', email: 'kim@example.org' } as const;
  const personal = await world.call(ann, 'invite', { parameters: { namespaceId }, body });
  await world.call(eve, 'declineInvitation', { body: { token: personal.token } });
  expect(await world.codeOf(eve, 'declineInvitation', { body: { token: personal.token } })).toBe('not_found');
  const kim = await world.person('kim');
  for (const bad of ['x', `${namespaceId}.x`, `${token}x`, token.slice(0, -1)]) {
    expect(await world.codeOf(kim, 'acceptInvitation', { body: { token: bad } })).toBe('not_found');
  }
});

test('a folder that is shared no more keeps all that lies in it, for its owner alone', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  const token = await world.inviteByLink(ann, namespaceId);
  for (let index = 0; index <= UNSHARE_MEMBERS_MAX; index++) {
    await world.call(await world.person(`guest ${index}`), 'acceptInvitation', { body: { token } });
  }
  await world.put(inside(ann, namespaceId), { name: 'file', text: 'x' });
  const parameters = { namespaceId };
  expect(await world.call(ann, 'unshare', { parameters })).toEqual({ removed: UNSHARE_MEMBERS_MAX, left: 1 });
  expect(await world.call(ann, 'unshare', { parameters })).toEqual({ removed: 1, left: 0 });
  expect(await world.codeOf(bob, 'acceptInvitation', { body: { token } })).toBe('not_found');
  expect((await world.call(ann, 'listMembers', { parameters, query: {} })).members).toHaveLength(1);
  expect((await world.call(ann, 'listTree', { query: { namespaceId } })).nodes).toHaveLength(1);
});

test('pages of members tell every member once', async () => {
  const namespaceId = await world.shareNew(ann, 'team');
  const token = await world.inviteByLink(ann, namespaceId);
  for (let index = 0; index < 6; index++) {
    await world.call(await world.person(`guest ${index}`), 'acceptInvitation', { body: { token } });
  }
  const told: string[] = [];
  let page: string | undefined;
  do {
    const query = page === undefined ? { limit: '3' } : { limit: '3', page };
    const answer = await world.call(ann, 'listMembers', { parameters: { namespaceId }, query });
    told.push(...answer.members.map(({ accountId }) => accountId));
    page = answer.nextPage;
  } while (page !== undefined);
  expect(new Set(told).size).toBe(7);
  expect(told).toHaveLength(7);
});

test('one cursor goes on over the home and all that is mounted, whatever joins and leaves', async () => {
  const team = await world.shareNew(ann, 'team');
  const other = await world.shareNew(ann, 'other');
  await world.welcome(ann, bob, { namespaceId: team });
  const delta = (cursor: Cursor) => world.call(bob, 'listChanges', { query: { cursor } });
  const first = await delta(await world.cursor(bob));
  expect(first).toMatchObject({ changes: [], hasMore: false });
  await world.mkdir(inside(ann, team), 'one');
  await world.mkdir(bob, 'own');
  await world.mkdir(inside(ann, other), 'before');
  await world.welcome(ann, bob, { namespaceId: other });
  const second = await delta(first.cursor);
  expect(second.changes.map(({ namespaceId, node }) => [namespaceId, node.name])).toEqual([
    [bob.namespaceId, 'own'],
    [bob.namespaceId, 'other'],
    [team, 'one'],
  ]);
  expect(second.toList).toEqual([other]);
  await world.mkdir(inside(ann, other), 'after');
  const third = await delta(second.cursor);
  expect(third.changes.map(({ node }) => node.name)).toEqual(['after']);
  await world.call(ann, 'removeMember', { parameters: { namespaceId: team, accountId: bob.accountId } });
  const fourth = await delta(third.cursor);
  expect(fourth).toMatchObject({ changes: [{ type: 'deleted', node: { name: 'team' } }], left: [team] });
  expect(await delta(fourth.cursor)).toMatchObject({ changes: [], hasMore: false });
  expect(await delta(fourth.cursor)).not.toHaveProperty('left');
});

test('a mounted journal that cannot be continued is listed anew, and takes no other along', async () => {
  const team = await world.shareNew(ann, 'team');
  await world.mkdir(inside(ann, team), 'old');
  const start = await world.cursor(ann);
  await world.mkdir(inside(ann, team), 'older than the journal');
  world.service.stores.clock.advance(JOURNAL_RETENTION_MS + 1000);
  await world.mkdir(inside(ann, team), 'young');
  const delta = await world.call(ann, 'listChanges', { query: { cursor: start } });
  expect(delta).toMatchObject({ changes: [], toList: [team], hasMore: false });
  expect(delta).not.toHaveProperty('setBack');
});

test('a mounted namespace that was set back is told apart from one whose journal is only too short', async () => {
  const team = await world.shareNew(ann, 'team');
  const start = await world.cursor(ann);
  const { namespaces } = world.service.stores;
  namespaces.changeHead(team, { epoch: 2 });
  const delta = await world.call(ann, 'listChanges', { query: { cursor: start } });
  expect(delta).toMatchObject({ changes: [], toList: [team], setBack: [team], hasMore: false });
});
