import { expect, test } from '@jest/globals';
import { DAY_MS, type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import type { StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { UsageWorld } from '../support/usage-world.ts';

const ROUNDS = 12;

/** Somebody does something to what there is, if it is to be: many of these are refused. */
async function doSomething(world: UsageWorld, member: Member, rows: readonly StoredNode[]): Promise<void> {
  const parents = [rootNodeId(member.namespaceId), ...rows.filter(({ kind }) => kind === 'folder').map(idOf)];
  const parentId = world.pick(parents) ?? rootNodeId(member.namespaceId);
  const node = world.pick(rows);
  const name = `${Math.floor(world.random.fraction() * 6)}`;
  const text = 'x'.repeat(1 + Math.floor(world.random.fraction() * 9)) + name;
  const kind = world.pick([
    'put',
    'put',
    'edit',
    'mkdir',
    'mkdir',
    'move',
    'delete',
    'delete',
    'restore',
    'out',
    'purge',
  ]);
  if (kind === 'put') await world.change(member, { name, parentId, text });
  if (kind === 'mkdir') await world.change(member, { type: 'mkdir', parentId, name });
  if (node === undefined) return;
  const { nodeId, rev } = node;
  if (kind === 'edit') await world.change(member, { name, parentId, nodeId, baseRev: rev, text });
  if (kind === 'move') await world.change(member, { type: 'move', nodeId, baseRev: rev, parentId, name });
  if (kind === 'restore') await world.change(member, { type: 'restore', nodeId });
  if (kind === 'out') await world.change(member, { type: 'restore', nodeId, parentId, name });
  const gone = world.pick(rows.filter(({ deletedAt }) => deletedAt !== undefined));
  if (kind === 'purge' && gone?.deletedAt !== undefined) {
    await world.change(member, { type: 'purge', nodeId: gone.nodeId, deletedAt: gone.deletedAt });
  }
  if (kind !== 'delete') return;
  const baseSeq = await world.service.stores.namespaces.readHead(member.namespaceId);
  await world.change(member, { type: 'delete', nodeId, baseRev: rev, baseSeq: baseSeq?.seq ?? 0 });
}

function idOf({ nodeId }: StoredNode): NodeId {
  return nodeId;
}

/** Ann, who shares a folder with Bob and hands it over to him, in the middle of everything. */
async function share(world: UsageWorld, ann: Member, bob: Member, rows: readonly StoredNode[]): Promise<void> {
  const folder = world.pick(rows.filter(({ kind, deletedAt }) => kind === 'folder' && deletedAt === undefined));
  if (folder === undefined) return;
  const body = { namespaceId: ann.namespaceId, folderId: folder.nodeId };
  const shared = await world.service.invoke('shareFolder', { body }, ann);
  if (!shared.ok || world.namespaceIds.includes(shared.value.folder.namespaceId)) return;
  const { namespaceId } = shared.value.folder;
  world.namespaceIds.push(namespaceId);
  await world.welcome(ann, bob, { namespaceId });
  if (world.random.fraction() < 0.5) return;
  const parameters = { namespaceId, accountId: bob.accountId };
  await world.call(ann, 'changeRole', { parameters, body: { role: 'owner' } });
}

function somebody(world: UsageWorld, people: { readonly ann: Member; readonly bob: Member }): Member {
  const [home] = world.namespaceIds;
  const namespaceId: NamespaceId = world.pick(world.namespaceIds) ?? people.ann.namespaceId;
  return world.in(namespaceId !== home && world.random.fraction() < 0.5 ? people.bob : people.ann, namespaceId);
}

async function history(seed: number) {
  const world = new UsageWorld({ seed, faults: 0.15 });
  const people = { ann: await world.openHome('ann'), bob: await world.person('bob') };
  for (let round = 0; round < ROUNDS; round++) {
    const rows = await world.rows();
    if (world.random.fraction() < 0.2) await share(world, people.ann, people.bob, rows);
    world.service.stores.clock.advance(world.random.fraction() < 0.1 ? 16 * DAY_MS : 60_000);
    await world.interleaver.run([
      () => doSomething(world, somebody(world, people), rows),
      () => doSomething(world, somebody(world, people), rows),
      () => doSomething(world, somebody(world, people), rows),
      () => world.settle(),
      () => world.settle(),
      () => (world.random.fraction() < 0.2 ? world.expire() : world.project()),
    ]);
    await world.expectLedger();
  }
  return { world, ...people };
}

test('I-23: usage is what a recount finds, after any history of people and of workers that die', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const { world } = await history(seed);
      await world.comeToRest();
      await world.expectLedger();
      await world.expectRecount();
    }),
    { numRuns: propertyCases(150) },
  );
});

test('I-23: when all was deleted and has expired, nothing is counted, and no chunk has a reference', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const { world, ann } = await history(seed);
      const { namespaces, references, clock } = world.service.stores;
      for (const node of await world.rows()) {
        for (const namespaceId of world.namespaceIds) {
          const baseSeq = namespaces.head(namespaceId)?.seq ?? 0;
          const { nodeId, rev } = node;
          await world.change(world.in(ann, namespaceId), { type: 'delete', nodeId, baseRev: rev, baseSeq });
        }
      }
      const chunks = new Set<string>();
      const { namespaceId } = world.homeHead();
      for (const { nodeId } of await world.rows()) {
        const { revisions } = await namespaces.listRevisions({ namespaceId, nodeId, limit: 1000 });
        for (const { manifest } of revisions)
          if (manifest !== undefined) chunks.add(Buffer.from(manifest.subarray(0, 32)).toString('hex'));
      }
      await world.project();
      clock.advance(31 * DAY_MS);
      await world.expire();
      await world.comeToRest();
      expect(world.counted()).toEqual({ logical: 0, trash: 0, retained: 0 });
      for (const hash of chunks)
        expect([hash, await references.isReferenced('shared', hash as never)]).toEqual([hash, false]);
      const kept = (await world.rows()).filter(({ kind }) => kind === 'file');
      expect(kept).toEqual([]);
    }),
    { numRuns: propertyCases(40) },
  );
});
