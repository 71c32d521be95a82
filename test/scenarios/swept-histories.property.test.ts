import { expect, test } from '@jest/globals';
import { rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { propertyCases } from '../support/property-runs.ts';
import { SweptHistory } from '../support/swept-history.ts';

const TEXTS = ['a', 'b', 'c', 'd'];
const action = fc.record({
  type: fc.constantFrom(
    'put',
    'put',
    'edit',
    'mkdir',
    'delete',
    'restore',
    'revert',
    'purge',
    'share',
    'project',
    'expire',
    'sweep',
  ),
  text: fc.constantFrom(...TEXTS),
  where: fc.nat(3),
  which: fc.nat(20),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
const round = fc.record({
  agedDays: fc.constantFrom(0, 1, 3, 8, 31, 40),
  actions: fc.array(action, { minLength: 1, maxLength: 8 }),
});

async function act(history: SweptHistory, { type, text, where, which }: Action): Promise<void> {
  const { world } = history;
  const member = history.place(where);
  const nodes = await history.tree(member);
  const files = nodes.filter(({ kind }) => kind === 'file');
  const folders = nodes.filter(({ kind }) => kind === 'folder');
  const pick = <T>(all: readonly T[]): T | undefined => all[which % Math.max(1, all.length)];
  const file = pick(files);
  const folder = pick(folders);
  switch (type) {
    case 'put':
      await world.tryPut(member, {
        name: `${text} ${which}`,
        text,
        ...(folder === undefined ? {} : { parentId: folder.nodeId }),
      });
      return;
    case 'edit':
      if (file !== undefined)
        await world.tryPut(member, { name: file.name, text, nodeId: file.nodeId, baseRev: file.rev });
      return;
    case 'mkdir':
      await world.tryOne(member, {
        type: 'mkdir',
        parentId: folder?.nodeId ?? rootNodeId(member.namespaceId),
        name: text,
      });
      return;
    case 'delete': {
      const node = pick(nodes.filter(({ kind }) => kind !== 'mount'));
      const baseSeq = history.stores.namespaces.head(member.namespaceId)?.seq ?? 0;
      if (node !== undefined)
        await world.tryOne(member, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev, baseSeq });
      return;
    }
    case 'restore':
    case 'purge': {
      const entry = pick(await history.trash(member));
      if (entry === undefined) return;
      const { nodeId, deletedAt } = entry;
      await world.tryOne(member, type === 'restore' ? { type, nodeId } : { type, nodeId, deletedAt });
      return;
    }
    case 'revert':
      if (file !== undefined) await world.tryOne(member, { type: 'restore', nodeId: file.nodeId, rev: 1 });
      return;
    case 'share':
      if (folder !== undefined && where === 0) await history.share(folder);
      return;
    case 'project':
      return history.project();
    case 'expire':
      return history.expire();
    case 'sweep':
      return history.sweep();
  }
}

test('I-3: files that come, change, are deleted, restored, purged, shared and expire, beside the sweep: what is retained is there, and at the end nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
      const history = new SweptHistory();
      await history.join();
      for (const { agedDays, actions } of rounds) {
        await history.age(agedDays);
        for (const each of actions) await act(history, each);
        await history.expectKept();
        await history.project();
        await history.sweep();
        await history.expectKept();
      }
      await history.deleteAll();
      for (let step = 0; step < 8; step++) {
        await history.project();
        await history.expire();
        await history.sweep();
        await history.expectKept();
        await history.age(41);
      }
      expect(await history.expectKept()).toBe(0);
      expect(history.stores.objects.keys()).toEqual([]);
    }),
    { numRuns: propertyCases(60) },
  );
});
