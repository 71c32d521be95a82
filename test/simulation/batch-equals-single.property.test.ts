import { expect, test } from '@jest/globals';
import { encodeUlid, type Node, NodeId, type Operation, type OperationResult, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

/** Few nodes and few names, so that the operations of one request meet on the same ones in every order. */
const NODES = 5;
const NAMES = ['a', 'A', 'b', 'straße', 'STRASSE'];
const STRATEGIES = ['keep_both', 'keep_mine', 'keep_theirs', 'last_write_wins', 'fail'] as const;
const OPERATIONS_MAX = 200;

const step = fc.record({
  type: fc.constantFrom('put', 'edit', 'mkdir', 'move', 'move', 'delete', 'restore', 'copy'),
  node: fc.nat({ max: NODES - 1 }),
  parent: fc.nat({ max: NODES }),
  name: fc.constantFrom(...NAMES),
  text: fc.constantFrom('one', 'two', ''),
  clock: fc.nat({ max: 2 }),
  onConflict: fc.constantFrom(...STRATEGIES),
  baseRev: fc.integer({ min: 1, max: 4 }),
  rev: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function nodeId(index: number): NodeId {
  return NodeId.parse(encodeUlid(new Uint8Array(16).fill(index + 1)));
}

async function intentOf(world: CommitWorld, member: Member, wanted: Step): Promise<Intent> {
  const parentId = wanted.parent === NODES ? rootNodeId(member.namespaceId) : nodeId(wanted.parent);
  const place = { parentId, name: wanted.name };
  const { text, clock, onConflict, baseRev, rev } = wanted;
  const target = nodeId(wanted.node);
  switch (wanted.type) {
    case 'put':
      return world.putOperation(member, { ...place, text, clock, onConflict, newNodeId: target });
    case 'edit':
      return world.putOperation(member, { ...place, text, clock, onConflict, nodeId: target, baseRev });
    case 'mkdir':
      return { type: 'mkdir', ...place, newNodeId: target };
    case 'move':
      return { type: 'move', ...place, nodeId: target, baseRev };
    case 'delete':
      return { type: 'delete', nodeId: target, baseRev, baseSeq: 0 };
    case 'restore':
      return { type: 'restore', nodeId: target, ...(rev === undefined ? {} : { rev }) };
    case 'copy':
      return { type: 'copy', ...place, from: { namespaceId: member.namespaceId, nodeId: target } };
  }
}

interface Outcome {
  readonly results: readonly OperationResult[];
  readonly tree: readonly Node[];
  readonly seq: number;
}

/** The same operations in requests of `size`. */
async function run(steps: readonly Step[], size: number): Promise<Outcome> {
  const world = new CommitWorld();
  const member = await world.device('desk');
  const intents: Intent[] = [];
  for (const wanted of steps) intents.push(await intentOf(world, member, wanted));
  const operations: readonly Operation[] = world.name(member, intents);
  const results: OperationResult[] = [];
  for (let start = 0; start < operations.length; start += size) {
    results.push(...(await world.commit(member, operations.slice(start, start + size))));
  }
  return { results, tree: await world.tree(member), seq: await world.head(member) };
}

test('operations of one request do what they do one request after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: OPERATIONS_MAX, size: 'max' }), async (steps) => {
      const [together, apart] = [await run(steps, OPERATIONS_MAX), await run(steps, 1)];
      expect(together).toEqual(apart);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 60 },
  );
});
