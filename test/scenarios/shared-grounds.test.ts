import { beforeEach, expect, test } from '@jest/globals';
import { assert, encodeUlid, formatInstant, type NamespaceId, type NodeId, opId, rootNodeId } from '@syncline/protocol';
import { NamespaceView } from '../../lambdas/journal/namespace-view.ts';
import { createdFolder } from '../../lambdas/journal/node-change.ts';
import { fileOf, type Member, textBytes } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

let world: SharedWorld;
let ann: Member;
let bob: Member;
/** A shared folder of Ann's, with Bob as an editor. */
let namespaceId: NamespaceId;
let editor: Member;
/** The root of Ann's home, where the rows of the shared folder lie. Bob knows its id. */
let home: NodeId;

beforeEach(async () => {
  world = new SharedWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
  namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  editor = inside(bob, namespaceId);
  home = rootNodeId(ann.namespaceId);
});

test('no node of a shared folder can be given the id of the home that it came from', async () => {
  const refused = { status: 'error', error: { code: 'invalid_request' } };
  const place = { parentId: rootNodeId(namespaceId), name: 'x', newNodeId: home };
  expect(await world.tryOne(editor, { type: 'mkdir', ...place })).toMatchObject(refused);
  expect(await world.tryPut(editor, { ...place, text: 'x' })).toMatchObject(refused);
  expect(await world.names(ann)).toEqual(['team']);
});

test('a row that bears the id of the home opens nothing of the home to a shared folder', async () => {
  const { node: diary } = await world.put(ann, { name: 'diary', text: 'dear diary' });
  await plantFolder(home);
  const query = { namespaceId };
  for (const nodeId of [home, diary.nodeId]) {
    for (const name of ['getNode', 'listChildren', 'listRevisions', 'getContent'] as const) {
      expect({ nodeId, name, code: await world.codeOf(bob, name, { parameters: { nodeId }, query }) }).toEqual({
        nodeId,
        name,
        code: 'not_found',
      });
    }
    expect(await world.codeOf(bob, 'listTree', { query: { namespaceId, folderId: nodeId } })).toBe('not_found');
  }
  const refused = { status: 'error', error: { code: 'not_found' } };
  const { nodeId } = diary;
  expect(await world.tryOne(editor, { type: 'delete', nodeId, baseRev: 1 })).toMatchObject(refused);
  expect(await world.tryOne(editor, { type: 'mkdir', parentId: home, name: 'mine' })).toMatchObject(refused);
});

test('who writes into a shared folder is not told how full the home is that it came from', async () => {
  world = new SharedWorld({ quotaBytes: 10 });
  ann = await world.person('ann');
  bob = await world.person('bob');
  namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  editor = inside(bob, namespaceId);
  const intent = await world.putOperation(editor, { name: 'file', text: 'shared' });
  await world.put(ann, { name: 'diary', text: 'diary' });
  const result = await world.tryOne(editor, intent);
  assert(result.status === 'error', 'there is no room');
  expect(result.error).toMatchObject({ code: 'quota_exceeded' });
  expect(result.error).not.toHaveProperty('details');
  const body = { files: [fileOf(namespaceId, [textBytes('shared')])] };
  const refused = await world.service.invoke('initiateUploads', { body }, bob);
  assert(!refused.ok, 'there is no room');
  expect(refused.problem.code).toBe('quota_exceeded');
  expect(refused.problem).not.toHaveProperty('details');
});

test('a folder is not deleted over changes of another member whose device has the same id', async () => {
  const { nodeId } = await world.mkdir(editor, 'folder');
  const baseSeq = await world.head(editor);
  const device = { deviceId: bob.deviceId, name: 'twin', platform: 'linux' } as const;
  await world.call(ann, 'registerDevice', { body: device });
  const twin = inside({ ...ann, deviceId: bob.deviceId }, namespaceId);
  const { node: file } = await world.put(twin, { name: 'unseen.txt', text: 'unseen', parentId: nodeId });
  const remove = { type: 'delete', nodeId, baseRev: 1, baseSeq } as const;
  expect(await world.tryOne(editor, remove)).toMatchObject({
    status: 'conflict',
    conflict: { kind: 'unseen_changes' },
  });
  await world.must(editor, { type: 'delete', nodeId: file.nodeId, baseRev: 1 });
  await world.must(editor, { ...remove, baseSeq: baseSeq + 1 });
});

test('what was answered to an operation is answered to nobody else, though the device and the operation have the same ids', async () => {
  const secret = await world.mkdir(ann, 'secret');
  const operations = world.name(inside(ann, namespaceId), [
    { type: 'mkdir', parentId: rootNodeId(namespaceId), name: 'of ann' },
    { type: 'mkdir', parentId: secret.nodeId, name: 'hidden', namespaceId: ann.namespaceId },
  ]);
  await world.commit(ann, operations);
  await world.call(bob, 'registerDevice', { body: { deviceId: ann.deviceId, name: 'twin', platform: 'linux' } });
  const twin = { ...bob, deviceId: ann.deviceId };
  const named = operations.map((operation) => ({ ...operation, namespaceId, parentId: rootNodeId(namespaceId) }));
  const results = await world.commit(
    twin,
    named.map((operation, index) => ({ ...operation, name: `of bob ${index}` })),
  );
  expect(results).toMatchObject([
    { status: 'committed', node: { name: 'of bob 0' } },
    { status: 'committed', node: { name: 'of bob 1' } },
  ]);
});

test('who has left a folder learns nothing of what became of it by setting back the home that it came from', async () => {
  const folder = await world.mkdir(ann, 'project');
  const sub = await world.mkdir(ann, 'sub', folder.nodeId);
  const { node: kept } = await world.put(ann, { name: 'kept', text: 'kept', parentId: sub.nodeId });
  world.service.stores.clock.advance(60_000);
  const at = formatInstant(world.service.stores.clock.now());
  world.service.stores.clock.advance(60_000);
  await world.put(ann, { name: 'plan', text: 'one', parentId: sub.nodeId });
  const late = await world.mkdir(ann, 'late', folder.nodeId);
  await world.put(ann, { name: 'draft', text: 'two', parentId: late.nodeId });
  const out = { type: 'move', nodeId: kept.nodeId, baseRev: 1, parentId: home, name: 'kept' } as const;
  await world.must(ann, out);
  const project = await world.share(ann, folder.nodeId);
  await world.welcome(ann, bob, { namespaceId: project.namespaceId });
  const parameters = { namespaceId: project.namespaceId, accountId: bob.accountId };
  await world.call(ann, 'changeRole', { parameters, body: { role: 'owner' } });
  await world.call(ann, 'removeMember', { parameters: { ...parameters, accountId: ann.accountId } });
  const { nodeId } = sub;
  const rename = {
    type: 'move',
    nodeId,
    baseRev: 1,
    parentId: rootNodeId(project.namespaceId),
    name: 'secret',
  } as const;
  await world.must(inside(bob, project.namespaceId), rename);
  const body = { namespaceId: ann.namespaceId, at, dryRun: true };
  const { changes } = await world.call(ann, 'restoreTree', { body });
  expect(JSON.stringify(changes)).not.toContain('secret');
  expect(changes.map(({ nodeId: told }) => told)).not.toContain(sub.nodeId);
  for (const name of ['plan', 'late', 'draft']) expect(JSON.stringify(changes)).not.toContain(name);
  await world.call(ann, 'restoreTree', { body: { ...body, dryRun: false } });
  expect(await world.names(ann)).toContain('kept');
});

/** Puts a row into the shared folder, as a service that did not know of grounds might have. */
async function plantFolder(nodeId: NodeId): Promise<void> {
  const { namespaces, random, clock } = world.service.stores;
  const access = await namespaces.readAccess({ namespaceId, accountId: bob.accountId });
  assert(access !== undefined, 'an editor has access');
  const at = formatInstant(clock.now());
  const device = { deviceId: bob.deviceId, name: 'desk', platform: 'linux', createdAt: at, lastSeenAt: at } as const;
  const author = { namespaceId, caller: { accountId: bob.accountId, device }, now: clock.now() };
  const view = new NamespaceView({ namespaces }, access);
  const made = { nodeId, parentId: view.rootId, name: 'x' };
  view.apply(author, opId(encodeUlid(random.bytes(16)), 0), createdFolder(author, made));
  expect(await namespaces.commit(view.transaction(author.now))).toMatchObject({ kind: 'committed' });
}
