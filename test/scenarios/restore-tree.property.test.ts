import { expect, test } from '@jest/globals';
import { type Node, type NodeId, type RestoreChange, type RouteInput, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';

/** One thing that somebody does, in numbers that mean something for any tree. */
const step = fc.record({
  kind: fc.constantFrom('put', 'put', 'edit', 'mkdir', 'mkdir', 'move', 'move', 'delete', 'restore', 'revert'),
  node: fc.nat({ max: 9 }),
  folder: fc.nat({ max: 5 }),
  name: fc.nat({ max: 3 }),
  device: fc.nat({ max: 1 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const histories = fc.array(step, { minLength: 2, maxLength: 24 });

const NAMES = ['a', 'b', 'c', 'd'];

interface Moment {
  readonly at: string;
  readonly tree: readonly Node[];
}

/** A world with a history, and what its tree was after each step. */
async function live(steps: readonly Step[]) {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const laptop = await world.device('laptop');
  const known: NodeId[] = [];
  const moments: Moment[] = [await momentOf(world, desk)];
  for (const [index, made] of steps.entries()) {
    const intent = await intentOf(world, desk, { made, index, known });
    if (intent === undefined) continue;
    const result = await world.tryOne(made.device === 0 ? desk : laptop, intent);
    if (result.status === 'committed' && !known.includes(result.node.nodeId)) known.push(result.node.nodeId);
    moments.push(await momentOf(world, desk));
  }
  return { world, desk, laptop, moments };
}

async function momentOf(world: CommitWorld, member: Member): Promise<Moment> {
  const tree = await world.tree(member);
  const at = new Date(world.service.stores.clock.now()).toISOString();
  world.service.stores.clock.advance(1000);
  return { at, tree };
}

async function intentOf(
  world: CommitWorld,
  member: Member,
  { made, index, known }: { readonly made: Step; readonly index: number; readonly known: readonly NodeId[] },
): Promise<Intent | undefined> {
  const nodes = await world.service.stores.namespaces.getNodes(member.namespaceId, known);
  const node = nodes.get(known[made.node % Math.max(1, known.length)] ?? ('' as NodeId));
  const folders = [rootNodeId(member.namespaceId), ...known.filter((id) => nodes.get(id)?.kind === 'folder')];
  const parentId = folders[made.folder % folders.length] ?? rootNodeId(member.namespaceId);
  const name = NAMES[made.name] ?? 'a';
  const isFile = node?.kind === 'file';
  const baseSeq = await world.head(member);
  if (made.kind === 'mkdir') return { type: 'mkdir', parentId, name };
  if (node === undefined || made.kind === 'put')
    return world.putOperation(member, { name, parentId, text: `${index}` });
  const { nodeId, rev } = node;
  switch (made.kind) {
    case 'edit': {
      const edit = { name: node.name, parentId: node.parentId, nodeId, baseRev: rev, text: `${index}` };
      return isFile ? world.putOperation(member, { ...edit, executable: index % 3 === 0 }) : undefined;
    }
    case 'move':
      return { type: 'move', nodeId, baseRev: rev, parentId, name };
    case 'delete':
      return { type: 'delete', nodeId, baseRev: rev, baseSeq };
    case 'restore':
      return { type: 'restore', nodeId, parentId, name };
    case 'revert':
      return isFile ? { type: 'restore', nodeId, rev: 1 } : undefined;
  }
}

async function restore(
  world: CommitWorld,
  member: Member,
  body: RouteInput<'restoreTree'>['body'],
): Promise<readonly RestoreChange[]> {
  const answer = await world.service.invoke('restoreTree', { body }, member);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  expect(answer.value.total).toBe(answer.value.changes.length);
  return answer.value.changes;
}

/** What can be seen of a tree, or of what lies below a folder of it. */
function seen(tree: readonly Node[], below?: NodeId): readonly unknown[] {
  const inside = new Set(below === undefined ? tree.map(({ parentId }) => parentId) : [below]);
  const shown: (readonly [string, unknown])[] = [];
  // Parents come before their children.
  for (const node of tree) {
    if (!inside.has(node.parentId)) continue;
    inside.add(node.nodeId);
    const { nodeId, parentId, name, kind, contentHash, executable } = node;
    shown.push([nodeId, { nodeId, parentId, name, kind, contentHash, executable }]);
  }
  return shown.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, node]) => node);
}

function idsBelow(tree: readonly Node[], folderId: NodeId): ReadonlySet<NodeId> {
  const inside = new Set([folderId]);
  for (const { nodeId, parentId } of tree) if (inside.has(parentId)) inside.add(nodeId);
  inside.delete(folderId);
  return inside;
}

test('a namespace that is set back is what it was then, by what the dry run told, and again what it was before', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), async (steps, chosen) => {
      const { world, desk, moments } = await live(steps);
      const then = moments[chosen % moments.length];
      const now = moments.at(-1);
      if (then === undefined || now === undefined) throw new Error('there is a moment');
      const planned = await restore(world, desk, { at: then.at, dryRun: true });
      expect(seen(await world.tree(desk))).toEqual(seen(now.tree));
      const done = await restore(world, desk, { at: then.at });
      expect(done).toEqual(planned.map((change) => ({ ...change, done: true })));
      expect(seen(await world.tree(desk))).toEqual(seen(then.tree));
      const head = await world.head(desk);
      expect(await restore(world, desk, { at: then.at })).toEqual([]);
      expect(await world.head(desk)).toBe(head);
      await restore(world, desk, { at: now.at });
      expect(seen(await world.tree(desk))).toEqual(seen(now.tree));
      changed += planned.length;
    }),
    { numRuns: propertyCases(100) },
  );
  expect(changed).toBeGreaterThan(0);
});

test('a folder that is set back holds what it held then, and nothing that was never in it is touched', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), fc.nat(), async (steps, chosen, which) => {
      const { world, desk, moments } = await live(steps);
      const then = moments[chosen % moments.length];
      const now = moments.at(-1);
      if (then === undefined || now === undefined) throw new Error('there is a moment');
      const folders = now.tree.filter(
        ({ nodeId, kind }) => kind === 'folder' && then.tree.some((n) => n.nodeId === nodeId),
      );
      const folder = folders[which % Math.max(1, folders.length)];
      if (folder === undefined) return;
      const { nodeId } = folder;
      const planned = await restore(world, desk, { nodeId, at: then.at, dryRun: true });
      const done = await restore(world, desk, { nodeId, at: then.at });
      expect(done).toEqual(planned.map((change) => ({ ...change, done: change.action !== 'leave' })));
      const after = await world.tree(desk);
      if (planned.every(({ action }) => action !== 'leave')) {
        expect(seen(after, nodeId)).toEqual(seen(then.tree, nodeId));
        expect(await restore(world, desk, { nodeId, at: then.at })).toEqual([]);
      }
      // What was at any time since in it, or in what was in it then and comes back, may be in the trash with a folder that comes back.
      const tops = [nodeId, ...idsBelow(then.tree, nodeId)];
      const since = moments.slice(moments.indexOf(then));
      const inside = new Set(since.flatMap(({ tree }) => tops.flatMap((top) => [...idsBelow(tree, top)])));
      for (const { nodeId: id } of planned) expect(inside.has(id)).toBe(true);
      const outside = (tree: readonly Node[]) => seen(tree.filter((node) => !inside.has(node.nodeId)));
      expect(outside(after)).toEqual(outside(now.tree));
    }),
    { numRuns: propertyCases(100) },
  );
});

test('what one device did is undone, and what others did stays', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), async (steps, chosen) => {
      const { world, desk, laptop, moments } = await live(steps);
      const then = moments[chosen % moments.length];
      const now = moments.at(-1);
      if (then === undefined || now === undefined) throw new Error('there is a moment');
      const entries = await world.service.stores.namespaces.listEntries({ ...desk, after: 0, limit: 1000 });
      const since = entries.filter(({ changedAt }) => changedAt > then.at);
      const own = new Set(since.filter((e) => e.deviceId === laptop.deviceId).map(({ node }) => node.nodeId));
      const others = new Set(since.filter((e) => e.deviceId !== laptop.deviceId).map(({ node }) => node.nodeId));
      const body = { at: then.at, deviceId: laptop.deviceId };
      const planned = await restore(world, desk, { ...body, dryRun: true });
      const done = await restore(world, desk, body);
      expect(done).toEqual(planned.map((change) => ({ ...change, done: change.action !== 'leave' })));
      for (const { nodeId } of planned) expect(own.has(nodeId)).toBe(true);
      const after = new Map((await world.tree(desk)).map((node) => [node.nodeId, node]));
      // Whatever others made or changed since, and could be seen, is still to be seen as it was.
      for (const node of now.tree) {
        if (others.has(node.nodeId) && !own.has(node.nodeId))
          expect(seen([after.get(node.nodeId) ?? node], after.get(node.nodeId)?.parentId)).toEqual(
            seen([node], node.parentId),
          );
      }
      // Where only that device was at work, and nothing is left for a reason, everything is as it was.
      const isWhole = planned.every(({ action }) => action !== 'leave');
      if (others.size === 0 && isWhole) expect(seen([...after.values()])).toEqual(seen(then.tree));
    }),
    { numRuns: propertyCases(100) },
  );
});
