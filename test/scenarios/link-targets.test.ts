import { expect, test } from '@jest/globals';
import { type NamespaceId, type Node, rootNodeId } from '@syncline/protocol';
import { createStreamHandler } from '../../lambdas/links/create-stream-handler.ts';
import { join, type Member, textBytes } from '../support/in-memory-member.ts';
import { LinkWorld, refusalOf } from '../support/link-world.ts';

async function share(world: LinkWorld, ann: Member, folder: Node): Promise<NamespaceId> {
  const body = { namespaceId: ann.namespaceId, folderId: folder.nodeId };
  const answer = await world.service.invoke('shareFolder', { body }, ann);
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value.folder.namespaceId;
}

/** Makes somebody a member, and answers the mount. */
async function welcome(
  world: LinkWorld,
  given: { readonly ann: Member; readonly guest: Member; readonly namespaceId: NamespaceId },
): Promise<Node> {
  const parameters = { namespaceId: given.namespaceId };
  const invited = await world.service.invoke('invite', { parameters, body: { role: 'viewer' } }, given.ann);
  const token = invited.ok ? invited.value.token : '';
  const accepted = await world.service.invoke('acceptInvitation', { body: { token } }, given.guest);
  if (!accepted.ok) throw new Error(accepted.problem.detail);
  return accepted.value.mount;
}

test('a link to a whole namespace tells nothing of its id, and takes no other name for its top folder', async () => {
  const { world, ann } = await LinkWorld.open();
  await world.put(ann, { name: 'a.txt', text: 'a' });
  const root = rootNodeId(ann.namespaceId);
  const link = await world.link(ann, { nodeId: root });
  const looked = await world.look(link);
  const top = looked.ok ? looked.value.node : undefined;
  expect(top).toMatchObject({ kind: 'folder' });
  expect(JSON.stringify([looked, await world.children(link)])).not.toContain(root);
  expect(await world.children(link, { nodeId: top?.nodeId })).toMatchObject({
    ok: true,
    value: { nodes: [{ name: 'a.txt' }] },
  });
  expect(refusalOf(await world.children(link, { nodeId: root }))).toBe('not_found');
  const folder = await world.mkdir(ann, 'f');
  const other = await world.link(ann, folder);
  for (const nodeId of [root, top?.nodeId, other.linkId as never]) {
    expect(refusalOf(await world.children(other, { nodeId }))).toBe('not_found');
  }
});

test('a link to a folder goes on when the folder is shared, and still does not tell its namespace', async () => {
  const { world, ann } = await LinkWorld.open();
  const folder = await world.mkdir(ann, 'team');
  const { node } = await world.put(ann, { name: 'plan', text: 'the plan', parentId: folder.nodeId });
  const link = await world.link(ann, folder);
  const inbox = await world.link(ann, folder, { role: 'upload' });
  const namespaceId = await share(world, ann, folder);
  const answers = [await world.look(link), await world.children(link)];
  expect(answers).toMatchObject([
    { ok: true, value: { node: { name: 'team', kind: 'folder' } } },
    { ok: true, value: { nodes: [{ name: 'plan' }] } },
  ]);
  expect(JSON.stringify(answers)).not.toContain(namespaceId);
  expect(await world.fetch(link, { nodeId: node.nodeId })).toBe('the plan');
  expect(await world.drop(inbox, 'in', 'from outside')).toBe('stored');
  const listed = await world.service.invoke('listTree', { query: { namespaceId } }, ann);
  expect(listed.ok && listed.value.nodes.map(({ name }) => name).toSorted()).toEqual(['in', 'plan']);
  expect(await world.links(ann)).toMatchObject([{ path: '/team' }, { path: '/team', uses: 1 }]);
});

test('a link to a mount gives what its maker may give of the shared folder, and ends when he has left it', async () => {
  const { world, ann } = await LinkWorld.open();
  const bob = await join(world.service, 'bob');
  const folder = await world.mkdir(ann, 'team');
  const { node } = await world.put(ann, { name: 'plan', text: 'the plan', parentId: folder.nodeId });
  const namespaceId = await share(world, ann, folder);
  const mount = await welcome(world, { ann, guest: bob, namespaceId });
  const link = await world.link(bob, mount);
  expect(await world.fetch(link, { nodeId: node.nodeId })).toBe('the plan');
  expect(refusalOf(await world.tryLink(bob, mount, { role: 'upload' }))).toBe('forbidden');
  const parameters = { namespaceId, accountId: bob.accountId };
  await world.service.invoke('changeRole', { parameters, body: { role: 'editor' } }, ann);
  const inbox = await world.link(bob, mount, { role: 'upload' });
  expect(await world.drop(inbox, 'in', 'x')).toBe('stored');
  await world.service.invoke('changeRole', { parameters, body: { role: 'viewer' } }, ann);
  expect(refusalOf(await world.look(inbox))).toBe('link_ended: revoked');
  expect(refusalOf(await world.look(link))).toBe('ok');
  await world.service.invoke('removeMember', { parameters }, ann);
  expect(refusalOf(await world.look(link))).toMatch(/^link_ended/);
});

test('a file of several chunks in a shared folder is streamed by a link to its mount', async () => {
  const { world, ann } = await LinkWorld.open({ streamUrl: 'https://stream.memory.test/' });
  const bob = await join(world.service, 'bob');
  const folder = await world.mkdir(ann, 'team');
  const { nodeId } = await world.putChunks(ann, 'long', [textBytes('one, '), textBytes('two')]);
  await world.must(ann, { type: 'move', nodeId, baseRev: 1, parentId: folder.nodeId, name: 'long' });
  const namespaceId = await share(world, ann, folder);
  const link = await world.link(bob, await welcome(world, { ann, guest: bob, namespaceId }));
  const { headers } = await world.download(link, { nodeId });
  const rawPath = new URL(headers['location'] ?? '').pathname;
  const streamed = createStreamHandler(world.service.stores);
  const answer = await streamed({ rawPath, headers: {}, requestContext: { requestId: 'stream-1' } });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  expect([answer.statusCode, Buffer.concat(parts).toString()]).toEqual([200, 'one, two']);
});

test('a link to a folder shows nothing of a shared folder that is mounted in it', async () => {
  const { world, ann } = await LinkWorld.open();
  const outer = await world.mkdir(ann, 'outer');
  const team = await world.mkdir(ann, 'team', outer.nodeId);
  const { node } = await world.put(ann, { name: 'plan', text: 'the plan', parentId: team.nodeId });
  await share(world, ann, team);
  const link = await world.link(ann, outer);
  expect(await world.children(link)).toEqual({ ok: true, value: { nodes: [] } });
  expect(await world.fetch(link, { nodeId: node.nodeId })).toBe('not_found');
  expect(refusalOf(await world.children(link, { nodeId: team.nodeId }))).toBe('not_found');
});
