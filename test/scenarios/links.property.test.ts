/** Links under many visitors at once, and in trees that move. */
import { expect, test } from '@jest/globals';
import { type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { Interleaver } from '../support/interleaver.ts';
import { type HeldLink, LinkWorld, refusalOf } from '../support/link-world.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** A world whose links and attempts are written in an order that a seed chooses. */
async function openInterleaved(seed: number) {
  const interleaver = new Interleaver({ random: new SeededRandom(`links ${seed}`), faults: 0 });
  const opened = await LinkWorld.open({
    seen: (stores) => ({
      ...stores,
      links: interleaver.wrap(stores.links),
      attempts: interleaver.wrap(stores.attempts),
    }),
  });
  return { ...opened, interleaver };
}

test('however many download at once, a link gives its file as often as its limit says, and no more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 10 }),
      async (seed, maxUses, visitors) => {
        const { world, ann, interleaver } = await openInterleaved(seed);
        const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
        const link = await world.link(ann, node, { maxUses });
        const got = await interleaver.run(Array.from({ length: visitors }, () => () => world.fetch(link)));
        const given = Math.min(maxUses, visitors);
        expect(got.filter((each) => each === 'one')).toHaveLength(given);
        expect(got.filter((each) => each === 'link_ended: exhausted')).toHaveLength(visitors - given);
        expect(await world.links(ann)).toMatchObject([{ uses: given }]);
      },
    ),
    { numRuns: propertyCases(60) },
  );
});

test('however many take its address at once, a link gives it as often as its limit says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 4 }), async (seed, maxUses) => {
      const { world, ann, interleaver } = await openInterleaved(seed);
      const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
      const link = await world.link(ann, node, { maxUses });
      const take = async () => (await world.download(link)).statusCode;
      const got = await interleaver.run(Array.from({ length: 6 }, () => take));
      expect(got.toSorted((left, right) => left - right)).toEqual(
        Array.from({ length: 6 }, (_, index) => (index < maxUses ? 302 : 410)),
      );
    }),
    { numRuns: propertyCases(30) },
  );
});

test('a revocation that was answered is seen by whoever begins later, whatever else goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 5 }), async (seed, visitors) => {
      const { world, ann, interleaver } = await openInterleaved(seed);
      const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
      const link = await world.link(ann, node);
      const revokeAndLook = async () => {
        await world.revoke(ann, link);
        return world.fetch(link);
      };
      const others = Array.from({ length: visitors }, () => () => world.fetch(link));
      const [after] = await interleaver.run([revokeAndLook, ...others]);
      expect(after).toBe('link_ended: revoked');
    }),
    { numRuns: propertyCases(40) },
  );
});

test('however many guess a password at once, no more than five guesses of one address are looked at', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 9 }), async (seed, guesses) => {
      const { world, ann, interleaver } = await openInterleaved(seed);
      const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
      const link = await world.link(ann, node, { password: 'right' });
      const visitor = { address: '192.0.2.1', password: 'wrong' };
      const outcomes = await interleaver.run(
        Array.from({ length: guesses }, () => async () => refusalOf(await world.look(link, visitor))),
      );
      const looked = Math.min(guesses, 5);
      expect(outcomes.filter((each) => each === 'password_needed')).toHaveLength(looked);
      expect(outcomes.filter((each) => each === 'rate_limited')).toHaveLength(guesses - looked);
      const next = await world.fetch(link, {}, { ...visitor, password: 'right' });
      expect(next).toBe(guesses < 5 ? 'one' : 'rate_limited');
    }),
    { numRuns: propertyCases(6) },
  );
});

type Act =
  | { readonly kind: 'mkdir' | 'put'; readonly into: number }
  | { readonly kind: 'move'; readonly which: number; readonly into: number }
  | { readonly kind: 'delete' | 'restore'; readonly which: number };

const someNumber = fc.nat({ max: 30 });
const someAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('mkdir', 'put'), into: someNumber }),
  fc.record({ kind: fc.constant('move'), which: someNumber, into: someNumber }),
  fc.record({ kind: fc.constantFrom('delete', 'restore'), which: someNumber }),
);

test('a link to a folder shows what is in it now, and nothing that was moved out, deleted or never was in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someAct, { minLength: 1, maxLength: 25 }), async (acts) => {
      const { world, ann } = await LinkWorld.open();
      const linked = await world.mkdir(ann, 'linked');
      const link = await world.link(ann, linked);
      const ids = [rootNodeId(ann.namespaceId), linked.nodeId];
      for (const [index, act] of acts.entries()) await perform({ world, ann, ids }, act, `n${index}`);
      const live = await world.tree(ann);
      const shown = new Set(belowOf(live, linked.nodeId));
      for (const nodeId of ids) {
        const seen = await reach(world, link, nodeId);
        expect([nodeId, seen]).toEqual([nodeId, shown.has(nodeId) ? 'ok' : notShown(live, linked.nodeId)]);
      }
      if (live.some(({ nodeId }) => nodeId === linked.nodeId)) {
        expect(new Set(await listed(world, link))).toEqual(new Set([...shown].filter((id) => id !== linked.nodeId)));
      }
    }),
    { numRuns: propertyCases(60) },
  );
});

function notShown(live: readonly Node[], linkedId: NodeId): string {
  return live.some(({ nodeId }) => nodeId === linkedId) ? 'not_found' : 'link_ended: gone';
}

interface Stage {
  readonly world: LinkWorld;
  readonly ann: Awaited<ReturnType<LinkWorld['device']>>;
  readonly ids: NodeId[];
}

/** Does it if it can be done; what conflicts changes nothing. */
async function perform({ world, ann, ids }: Stage, act: Act, name: string): Promise<void> {
  const at = (index: number) => ids[index % ids.length] ?? rootNodeId(ann.namespaceId);
  const parentId = 'into' in act ? at(act.into) : rootNodeId(ann.namespaceId);
  const nodeId = 'which' in act ? at(act.which) : undefined;
  const [node] = [
    ...(await world.service.stores.namespaces.getNodes(ann.namespaceId, nodeId === undefined ? [] : [nodeId])).values(),
  ];
  if (act.kind === 'put') {
    const made = await world.tryPut(ann, { name, text: name, parentId });
    if (made.status === 'committed') ids.push(made.node.nodeId);
  } else if (act.kind === 'mkdir') {
    const made = await world.tryOne(ann, { type: 'mkdir', parentId, name });
    if (made.status === 'committed') ids.push(made.node.nodeId);
  } else if (node !== undefined && act.kind === 'move') {
    await world.tryOne(ann, { type: 'move', nodeId: node.nodeId, baseRev: node.rev, parentId, name });
  } else if (node !== undefined && act.kind === 'delete') {
    const baseSeq = await world.head(ann);
    await world.tryOne(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev, baseSeq });
  } else if (node !== undefined) {
    await world.tryOne(ann, { type: 'restore', nodeId: node.nodeId });
  }
}

/** A folder and all live nodes below it; parents stand before their children. */
function belowOf(live: readonly Node[], folderId: NodeId): readonly NodeId[] {
  const below = new Set<NodeId>();
  for (const { nodeId, parentId } of live) {
    if (nodeId === folderId || below.has(parentId)) below.add(nodeId);
  }
  return [...below];
}

/** Whether a node can be read by the link: as a folder or as a file. */
async function reach(world: LinkWorld, link: HeldLink, nodeId: NodeId): Promise<string> {
  const children = refusalOf(await world.children(link, { nodeId }));
  return children === 'invalid_request' ? refusalOf(await world.content(link, { nodeId })) : children;
}

async function listed(world: LinkWorld, link: HeldLink, nodeId?: NodeId): Promise<readonly NodeId[]> {
  const answer = await world.children(link, nodeId === undefined ? {} : { nodeId });
  if (!answer.ok) throw new Error('a linked folder is listed');
  const inner = await Promise.all(
    answer.value.nodes.map(async (node) =>
      node.kind === 'folder' ? [node.nodeId, ...(await listed(world, link, node.nodeId))] : [node.nodeId],
    ),
  );
  return inner.flat();
}
