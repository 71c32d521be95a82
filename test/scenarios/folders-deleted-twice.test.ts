import { expect, test } from '@jest/globals';
import { epochMs, NodeId, rootNodeId } from '@syncline/protocol';
import { settleRemainders } from '../../lambdas/remainders/settle-remainders.ts';
import type { Member } from '../support/in-memory-member.ts';
import { UsageWorld } from '../support/usage-world.ts';

/** Settled first, then the folder that it lies in: what is left has the order of the ids. */
const INNER = NodeId.parse(`0${'0'.repeat(24)}1`);
const OUTER = NodeId.parse(`0${'0'.repeat(24)}2`);

/** Does one step of what is left, and no more: the time is over when it is looked at for the third time. */
async function settleOnce(world: UsageWorld, home: Member): Promise<void> {
  const { stores } = world.service;
  const from = stores.clock.now();
  let looks = 0;
  const clock = { now: () => epochMs(from + looks++), sleep: () => Promise.resolve() };
  const dependencies = { ...stores, clock, meter: stores.telemetry };
  expect(await settleRemainders(dependencies, home.namespaceId, epochMs(from + 2))).toBe(false);
}

test('I-23: a folder that was deleted at home, and again under the same sequence after it was shared, is taken off once', async () => {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const parent = await world.mkdir(ann, 'parent');
  const outer = { type: 'mkdir', parentId: parent.nodeId, name: 'outer', newNodeId: OUTER } as const;
  await world.must(ann, outer);
  await world.must(ann, { type: 'mkdir', parentId: OUTER, name: 'inner', newNodeId: INNER });
  await world.put(ann, { name: 'file', parentId: INNER, text: 'twelve bytes' });
  for (let at = await world.head(ann); at < 9; at++) await world.mkdir(ann, `filler ${at}`);
  const deleted = { type: 'delete', nodeId: OUTER } as const;
  const first = await world.must(ann, { ...deleted, baseRev: 1, baseSeq: await world.head(ann) });
  await settleOnce(world, ann);

  const { namespaceId } = await world.share(ann, parent.nodeId);
  world.namespaceIds.push(namespaceId);
  const inside = world.in(ann, namespaceId);
  await world.must(inside, { type: 'restore', nodeId: OUTER });
  const parentId = rootNodeId(namespaceId);
  for (let at = await world.head(inside); at < first.seq - 1; at++) await world.mkdir(inside, `filler ${at}`, parentId);
  const second = await world.must(inside, { ...deleted, baseRev: 3, baseSeq: await world.head(inside) });
  expect(second.seq).toBe(first.seq);
  await world.comeToRest();
  await world.expectLedger();
  await world.expectRecount();
  expect(world.counted()).toMatchObject({ logical: 0, trash: 12 });
});
