import { expect, test } from '@jest/globals';
import { ContentHash, type NamespaceId, type Node, NodeId } from '@syncline/protocol';
import { deviceIdOf, type Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

const NOBODY = NodeId.parse(`0${'Z'.repeat(25)}`);

async function opened() {
  const world = new SharedWorld();
  const [ann, bob] = [await world.person('ann'), await world.person('bob')];
  const { node: file } = await world.put(ann, { name: 'file', text: 'one' });
  return { world, ann, bob, file };
}

const asked = (
  { nodeId, contentRev, contentHash }: Node,
  of: Partial<{ nodeId: NodeId; contentHash: ContentHash }> = {},
) => ({
  nodeId,
  contentRev,
  contentHash: contentHash ?? ContentHash.parse('0'.repeat(64)),
  ...of,
});

function check(world: SharedWorld, member: Member, files: ReturnType<typeof asked>[], namespaceId?: NamespaceId) {
  const parameters = { deviceId: member.deviceId };
  const body = { namespaceId: namespaceId ?? member.namespaceId, files };
  return world.service.invoke('checkWipe', { parameters, body }, member);
}

const MISSING_NOTHING = { ok: true, value: { missing: [] } };
const NOT_FOUND = { ok: false, problem: { code: 'not_found' } };

test('a content is kept as it is, as an earlier revision and in the trash, with a folder too', async () => {
  const { world, ann, file } = await opened();
  expect(await check(world, ann, [asked(file)])).toEqual(MISSING_NOTHING);
  const later = await world.put(ann, { name: 'file', text: 'two', nodeId: file.nodeId, baseRev: 1 });
  expect(await check(world, ann, [asked(file)])).toEqual(MISSING_NOTHING);
  expect(await check(world, ann, [asked(later.node)])).toEqual(MISSING_NOTHING);
  const folder = await world.mkdir(ann, 'folder');
  const { node: inner } = await world.put(ann, { name: 'inner', text: 'inner', parentId: folder.nodeId });
  await world.must(ann, { type: 'delete', nodeId: file.nodeId, baseRev: 2 });
  const baseSeq = await world.head(ann);
  await world.must(ann, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
  expect(await check(world, ann, [asked(file), asked(inner)])).toEqual(MISSING_NOTHING);
});

test('what was never stored so, or is gone for good, by itself or with its folder, is missing', async () => {
  const { world, ann, file } = await opened();
  const other = ContentHash.parse('a'.repeat(64));
  const folder = await world.mkdir(ann, 'folder');
  const { node: inner } = await world.put(ann, { name: 'inner', text: 'inner', parentId: folder.nodeId });
  const files = [asked(file, { nodeId: NOBODY }), asked(inner, { contentHash: other }), asked(file)];
  expect(await check(world, ann, files)).toEqual({ ok: true, value: { missing: [NOBODY, inner.nodeId] } });
  for (const { nodeId } of [file, folder]) {
    const baseSeq = await world.head(ann);
    const { node } = await world.must(ann, { type: 'delete', nodeId, baseRev: 1, baseSeq });
    await world.must(ann, { type: 'purge', nodeId, deletedAt: node.deletedAt ?? '' });
  }
  const gone = await check(world, ann, [asked(file), asked(inner)]);
  expect(gone).toEqual({ ok: true, value: { missing: [file.nodeId, inner.nodeId] } });
});

test('nobody learns what others keep, nor a member of a shared folder what lies around it', async () => {
  const { world, ann, bob, file } = await opened();
  const team = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId: team });
  const { node: shared } = await world.put(inside(ann, team), {
    name: 'plan',
    text: 'plan',
    parentId: NodeId.parse(team),
  });
  expect(await check(world, bob, [asked(file)], ann.namespaceId)).toMatchObject(NOT_FOUND);
  const answer = await check(world, bob, [asked(shared), asked(file)], team);
  expect(answer).toEqual({ ok: true, value: { missing: [file.nodeId] } });
  expect(await check(world, { ...bob, deviceId: ann.deviceId }, [asked(shared)], team)).toMatchObject(NOT_FOUND);
});

test('a sign-in that has ended asks for its own device alone, and only if that was asked to remove its files', async () => {
  const { world, ann, file } = await opened();
  const { service } = world;
  const lost = { ...ann, deviceId: deviceIdOf('lost'), signIn: 'lost' };
  const registration = { deviceId: lost.deviceId, name: 'lost', platform: 'linux' } as const;
  expect(await service.invoke('registerDevice', { body: registration }, lost)).toMatchObject({ ok: true });
  const parameters = { deviceId: lost.deviceId };
  await service.invoke('unlinkDevice', { parameters, query: {} }, ann);
  expect(await check(world, lost, [asked(file)])).toMatchObject(NOT_FOUND);
  await service.invoke('unlinkDevice', { parameters, query: { wipe: 'true' } }, ann);
  expect(await check(world, lost, [asked(file)])).toEqual(MISSING_NOTHING);
  expect(await check(world, { ...lost, deviceId: ann.deviceId }, [asked(file)])).toMatchObject(NOT_FOUND);
});
