import { expect, test } from '@jest/globals';
import type { NodeId, Revision, RouteInput } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function editedFile() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  await world.put(desk, { name: 'a.txt', nodeId, baseRev: 1, text: 'two' });
  const mark = (member: Member, rev: number, body: RouteInput<'markRevision'>['body']) =>
    world.service.invoke('markRevision', { parameters: { nodeId, rev: `${rev}` }, body }, member);
  return { world, desk, nodeId, mark };
}

async function revisionsOf(world: CommitWorld, member: Member, nodeId: NodeId): Promise<readonly Revision[]> {
  const answer = await world.service.invoke('listRevisions', { parameters: { nodeId }, query: {} }, member);
  return answer.ok ? answer.value.revisions : [];
}

test('a revision is labelled and kept, its history says so, and the journal does not', async () => {
  const { world, desk, nodeId, mark } = await editedFile();
  expect(await mark(desk, 1, { label: '  as sent ' })).toMatchObject({
    ok: true,
    value: { revision: { rev: 1, label: 'as sent' } },
  });
  await mark(desk, 2, { kept: true });
  const revisions = await revisionsOf(world, desk, nodeId);
  expect(revisions).toMatchObject([
    { rev: 2, kept: true },
    { rev: 1, label: 'as sent' },
  ]);
  expect(await world.head(desk)).toBe(2);
  await mark(desk, 1, { label: null });
  await mark(desk, 2, { kept: false });
  for (const revision of await revisionsOf(world, desk, nodeId)) {
    expect(revision.label).toBeUndefined();
    expect(revision.kept).toBeUndefined();
  }
});

test('only who may write marks a revision, and others learn nothing of it', async () => {
  const { world, desk, mark } = await editedFile();
  const bob = await world.device('laptop', 'bob');
  const { namespaceId } = desk;
  expect(await mark(bob, 1, { namespaceId, label: 'mine' })).toMatchObject({ ok: false, status: 404 });
  world.service.stores.namespaces.setRole({ namespaceId, accountId: bob.accountId, role: 'viewer' });
  expect(await mark(bob, 1, { namespaceId, label: 'mine' })).toMatchObject({ ok: false, status: 403 });
  world.service.stores.namespaces.setRole({ namespaceId, accountId: bob.accountId, role: 'editor' });
  expect(await mark(bob, 1, { namespaceId, label: 'ours' })).toMatchObject({ ok: true });
});

test('a revision that is not there, of a file that is not there or in the trash, cannot be marked', async () => {
  const { world, desk, nodeId, mark } = await editedFile();
  expect(await mark(desk, 7, { label: 'x' })).toMatchObject({ ok: false, status: 404 });
  await world.must(desk, { type: 'delete', nodeId, baseRev: 2 });
  expect(await mark(desk, 1, { label: 'x' })).toMatchObject({ ok: false, status: 404 });
});

test.each(['', '  ', 'a\nb', 'x'.repeat(101), '\ud800'])('the label %j is refused', async (label) => {
  const { desk, mark } = await editedFile();
  expect(await mark(desk, 1, { label })).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
});

test('an older revision becomes the next one, and the one that it replaces stays', async () => {
  const { world, desk, nodeId } = await editedFile();
  const restored = await world.must(desk, { type: 'restore', nodeId, rev: 1 });
  expect(restored.node).toMatchObject({ rev: 3, contentRev: 3 });
  expect(await world.read(desk, nodeId)).toBe('one');
  expect(await world.read(desk, nodeId, 2)).toBe('two');
  expect((await revisionsOf(world, desk, nodeId)).map(({ rev }) => rev)).toEqual([3, 2, 1]);
});
