import { expect, test } from '@jest/globals';
import { encodeUlid, NodeId, type Operation, rootNodeId } from '@syncline/protocol';
import { commitOperations } from '../../lambdas/journal/commit-operations.ts';
import { decideOperation } from '../../lambdas/journal/decide-operation.ts';
import type { NamespaceStore } from '../../lambdas/namespaces/namespace-store.ts';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function oneDevice() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId) };
}

function nodeId(index: number): NodeId {
  return NodeId.parse(encodeUlid(new Uint8Array(16).fill(index)));
}

/** Commits as a request does whose reads of `call` are late: `meanwhile` happens between them and those before, once. */
async function commitOvertaken(
  world: CommitWorld,
  { device, operations }: { readonly device: Member; readonly operations: readonly Operation[] },
  overtaking: { readonly call: keyof NamespaceStore; readonly meanwhile: () => Promise<unknown> },
) {
  const { stores } = world.service;
  const caller = await stores.accounts.getDevice(device.accountId, device.deviceId);
  if (caller === undefined) throw new Error('a member has a device');
  let isOvertaken = false;
  const namespaces: NamespaceStore = new Proxy(stores.namespaces, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...parameters: readonly unknown[]): Promise<unknown> => {
        if (name === overtaking.call && !isOvertaken) {
          isOvertaken = true;
          // What the request reads at the same time is answered before.
          await new Promise(setImmediate);
          await overtaking.meanwhile();
        }
        return Reflect.apply(member, target, parameters) as unknown;
      };
    },
  });
  const request = { accountId: device.accountId, device: caller };
  return (await commitOperations({ ...stores, namespaces, decide: decideOperation }, { operations }, request)).results;
}

test('a request and its repeat at the same time answer the same, whatever the repeat reads before and after', async () => {
  const { world, desk, root } = await oneDevice();
  const operations = world.name(desk, [
    { type: 'mkdir', parentId: root, name: 'folder', newNodeId: nodeId(1) },
    { type: 'move', nodeId: nodeId(1), baseRev: 1, parentId: root, name: 'renamed' },
    { type: 'mkdir', parentId: root, name: 'folder', newNodeId: nodeId(2) },
  ]);
  const [first] = operations;
  if (first === undefined) throw new Error('an operation was named');
  const answers: unknown[] = [];
  const results = await commitOvertaken(
    world,
    { device: desk, operations: [first] },
    { call: 'getNodes', meanwhile: async () => answers.push(...(await world.commit(desk, operations))) },
  );
  expect(results).toEqual(answers.slice(0, 1));
});

test('a put whose repeat was overtaken is answered as it was committed, not as a conflict with itself', async () => {
  const { world, desk } = await oneDevice();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const edit = { name: 'a.txt', nodeId: node.nodeId, baseRev: 1, onConflict: 'fail' } as const;
  const operations = world.name(desk, [
    await world.putOperation(desk, { ...edit, text: 'two' }),
    await world.putOperation(desk, { ...edit, baseRev: 2, text: 'three' }),
  ]);
  const answers: unknown[] = [];
  const results = await commitOvertaken(
    world,
    { device: desk, operations: operations.slice(0, 1) },
    { call: 'getNodes', meanwhile: async () => answers.push(...(await world.commit(desk, operations))) },
  );
  expect(results).toEqual(answers.slice(0, 1));
});
