import { expect, test } from '@jest/globals';
import { assert, type NodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import type { ContentTask } from '../../lambdas/extraction/content-task.ts';
import { ContentsWorld } from '../support/contents-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';

/** What is waiting is handed over until nothing is, at most so often. */
const ROUNDS_MAX = 50;

const Step = fc.record({
  act: fc.constantFrom('put', 'edit', 'rename', 'delete', 'restore', 'follow', 'deliver'),
  which: fc.nat(),
  content: fc.nat(4),
  isTwice: fc.boolean(),
});
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never;

/** Contents that are few, so that many files have the same one; some cannot be read. */
const CONTENTS = ['alpha words', 'beta words', 'gamma words', '\u0000\u0001 nothing', '%PDF-1.7 broken'];
const contentAt = (index: number): string => CONTENTS[index] ?? '';

/** Does a step where it can be done; what the service refuses changes nothing. */
async function act(world: ContentsWorld, ann: Member, step: Step & { readonly at: number }): Promise<void> {
  const nodes = await world.tree(ann);
  const node = nodes[step.which % Math.max(1, nodes.length)];
  const text = contentAt(step.content);
  // An upload is committed once: each step has a device of its own.
  const device = { ...(await world.device(`device ${step.at % 8}`)), namespaceId: ann.namespaceId };
  switch (step.act) {
    case 'put':
      return void (await world.tryPut(device, { name: `file ${step.at}`, text }));
    case 'edit': {
      if (node === undefined) return;
      const { nodeId, name, rev: baseRev } = node;
      return void (await world.tryPut(device, { nodeId, name, text, baseRev, onConflict: 'fail' }));
    }
    case 'rename': {
      if (node === undefined) return;
      const { nodeId, parentId, rev: baseRev } = node;
      return void (await world.tryOne(ann, { type: 'move', nodeId, parentId, name: `renamed ${step.at}`, baseRev }));
    }
    case 'delete':
      if (node === undefined) return;
      return void (await world.tryOne(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev }));
    case 'restore': {
      const { entries } = await world.call(ann, 'listTrash', { query: { namespaceId: ann.namespaceId } });
      const entry = entries[step.which % Math.max(1, entries.length)];
      return entry === undefined
        ? undefined
        : void (await world.tryOne(ann, { type: 'restore', nodeId: entry.nodeId }));
    }
    case 'follow':
      return world.followJournals();
    case 'deliver':
  }
}

test('whatever was done, and however tasks came, every live file has in the end the text of its own content, or a reason', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const world = new ContentsWorld();
      const ann = await world.person('ann');
      const waiting: ContentTask[] = [];
      const take = () => waiting.push(...world.stores.contentQueue.takeTasks());
      for (const [at, step] of steps.entries()) {
        await act(world, ann, { ...step, at });
        take();
        if (step.act !== 'deliver' || waiting.length === 0) continue;
        // In an order that is drawn, some of them twice and at once.
        const [task] = waiting.splice(step.which % waiting.length, 1);
        assert(task !== undefined, 'a task is waiting');
        await Promise.all(step.isTwice ? [world.extract(task), world.extract(task)] : [world.extract(task)]);
      }
      for (let round = 0; round < ROUNDS_MAX; round++) {
        await world.followJournals();
        take();
        if (waiting.length === 0) break;
        for (const task of waiting.splice(0).toReversed()) await world.extract(task);
      }
      const indexed = new Map<NodeId, string>();
      for (const { nodeId, isTrashed, text } of world.stores.index.documents()) {
        if (!isTrashed) indexed.set(nodeId, text?.text ?? text?.unread ?? 'none');
      }
      const expected = new Map<NodeId, string>();
      for (const { nodeId } of await world.tree(ann)) {
        const content = (await world.read(ann, nodeId)) ?? '';
        const reason = content.startsWith('%PDF') ? 'damaged' : 'no-text';
        expected.set(nodeId, content.endsWith('words') ? content : reason);
      }
      expect([...indexed].toSorted(byId)).toEqual([...expected].toSorted(byId));
    }),
    { numRuns: propertyCases(60) },
  );
});

function byId([left]: readonly [NodeId, string], [right]: readonly [NodeId, string]): number {
  return left < right ? -1 : 1;
}
