import { expect, test } from '@jest/globals';
import {
  encodeUlid,
  type Node,
  NodeId,
  type Operation,
  type OperationResult,
  opId,
  rootNodeId,
} from '@syncline/protocol';
import fc from 'fast-check';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

/** Few nodes and few names, so that the operations of one request meet on the same ones in every order. */
const NODES = 10;
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const TEXTS = ['one', 'two', ''];
const STRATEGIES = ['keep_both', 'keep_mine', 'keep_theirs', 'last_write_wins', 'fail'] as const;
const OPERATIONS_MAX = 150;
const BATCH = '00000000000000000000000000';

const step = fc.record({
  type: fc.constantFrom('put', 'edit', 'mkdir', 'mkdir', 'move', 'move', 'move', 'delete', 'restore', 'copy'),
  node: fc.nat({ max: NODES - 1 }),
  parent: fc.nat({ max: 2 * NODES }),
  name: fc.constantFrom(...NAMES),
  text: fc.constantFrom(...TEXTS),
  clock: fc.nat({ max: 2 }),
  onConflict: fc.constantFrom(...STRATEGIES),
  /** Changes of the node that were not seen. */
  unseen: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 2 })),
  rev: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Place {
  readonly world: CommitWorld;
  readonly member: Member;
}

interface Outcome {
  readonly results: readonly OperationResult[];
  readonly tree: readonly Node[];
  readonly seq: number;
}

/** Two of these are alike to the last id. */
async function openPlace(): Promise<Place> {
  const world = new CommitWorld();
  const member = await world.device('desk');
  for (const text of TEXTS) await world.upload(member, text);
  return { world, member };
}

function nodeId(index: number): NodeId {
  return NodeId.parse(encodeUlid(new Uint8Array(16).fill(index + 1)));
}

/** Mostly what a client could want of such a node. */
function sensibleType(wanted: Step['type'], node: Node | undefined): Step['type'] {
  if (node === undefined) return wanted === 'edit' || wanted === 'copy' ? 'put' : 'mkdir';
  if (node.deletedAt !== undefined) return wanted === 'move' ? 'restore' : wanted;
  if (wanted === 'put' || wanted === 'mkdir' || wanted === 'edit') return node.kind === 'file' ? 'edit' : 'move';
  return wanted;
}

async function intentOf({ world, member }: Place, wanted: Step): Promise<Intent> {
  const { namespaceId } = member;
  const target = nodeId(wanted.node);
  const { text, clock, onConflict, rev } = wanted;
  const wantedParent = nodeId(wanted.parent);
  const nodes = await world.service.stores.namespaces.getNodes(namespaceId, [target, wantedParent]);
  const node = nodes.get(target);
  const isFolder = nodes.get(wantedParent)?.kind === 'folder';
  const place = { parentId: isFolder ? wantedParent : rootNodeId(namespaceId), name: wanted.name };
  const baseRev = Math.max(1, (node?.rev ?? 1) - wanted.unseen);
  switch (sensibleType(wanted.type, node)) {
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
      return { type: 'copy', ...place, from: { namespaceId, nodeId: target } };
  }
}

async function outcomeOf({ world, member }: Place, results: readonly OperationResult[]): Promise<Outcome> {
  const outcome = withoutBeginnings({ results, tree: await world.tree(member), seq: await world.head(member) });
  return { ...outcome, tree: outcome.tree.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)) };
}

/** Ids that the service makes for one request begin alike: what is compared is what each has for itself. */
function withoutBeginnings(outcome: Outcome): Outcome {
  const ownDigits = 16;
  const text = JSON.stringify(outcome).replaceAll(
    /"[0-7][0-9A-HJKMNP-TV-Z]{25}"/g,
    (id) => `"${id.slice(-ownDigits - 1)}`,
  );
  return JSON.parse(text) as Outcome;
}

/** Each operation is made of what the one before has left. */
async function runApart(steps: readonly Step[]): Promise<Outcome & { readonly operations: readonly Operation[] }> {
  const place = await openPlace();
  const { world, member } = place;
  const operations: Operation[] = [];
  const results: OperationResult[] = [];
  for (const [index, wanted] of steps.entries()) {
    const named = { namespaceId: member.namespaceId, opId: opId(BATCH, index) };
    const operation: Operation = { ...named, ...(await intentOf(place, wanted)) };
    operations.push(operation);
    results.push(...(await world.commit(member, [operation])));
  }
  return { ...(await outcomeOf(place, results)), operations };
}

test('operations of one request do what they do one request after the other', async () => {
  let committed = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: OPERATIONS_MAX, size: 'max' }), async (steps) => {
      const { operations, ...apart } = await runApart(steps);
      const place = await openPlace();
      const together = await outcomeOf(place, await place.world.commit(place.member, operations));
      expect(together).toEqual(apart);
      committed += apart.seq;
      refused += apart.results.filter(({ status }) => status !== 'committed').length;
    }),
    // The seed replays a failure; making a history of 150 operations smaller would take longer than anybody waits.
    { numRuns: fc.readConfigureGlobal().numRuns ?? 60, endOnFailure: true },
  );
  // Histories that all fail, or none of which do, would show little.
  expect(committed).toBeGreaterThan(refused / 3);
  expect(refused).toBeGreaterThan(committed / 3);
});
