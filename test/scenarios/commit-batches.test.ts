import { expect, test } from '@jest/globals';
import { encodeUlid, NamespaceId, NodeId, rootNodeId } from '@syncline/protocol';
import { commitOperations } from '../../lambdas/journal/commit-operations.ts';
import { decideOperation } from '../../lambdas/journal/decide-operation.ts';
import { COMMIT_TRIES_MAX } from '../../lambdas/journal/limits.ts';
import type { NamespaceStore } from '../../lambdas/namespaces/namespace-store.ts';
import { countTransactionItems } from '../../lambdas/namespaces/transaction-items.ts';
import { CommitWorld, committed } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function oneDevice() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId) };
}

function nodeId(index: number): NodeId {
  return NodeId.parse(encodeUlid(new Uint8Array(16).fill(index + 1)));
}

async function callerOf(world: CommitWorld, member: Member) {
  const device = await world.service.stores.accounts.getDevice(member.accountId, member.deviceId);
  if (device === undefined) throw new Error('a member has a device');
  return { accountId: member.accountId, device };
}

/** The store with something in place of a call. */
function replaced(store: NamespaceStore, replacement: Partial<NamespaceStore>): NamespaceStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(name in replacement ? replacement : target, name);
      return typeof member === 'function'
        ? (...parameters: unknown[]) => Reflect.apply(member, target, parameters) as unknown
        : member;
    },
  });
}

test('a folder, a file inside it, its edit and its move fit one request', async () => {
  const { world, desk, root } = await oneDevice();
  const [folder, other, file] = [nodeId(1), nodeId(2), nodeId(3)];
  const operations = world.name(desk, [
    { type: 'mkdir', parentId: root, name: 'folder', newNodeId: folder },
    await world.putOperation(desk, { name: 'a.txt', text: 'one', parentId: folder, newNodeId: file }),
    await world.putOperation(desk, { name: 'a.txt', text: 'two', nodeId: file, baseRev: 1 }),
    { type: 'mkdir', parentId: folder, name: 'other', newNodeId: other },
    { type: 'move', nodeId: file, baseRev: 2, parentId: other, name: 'b.txt' },
    { type: 'delete', nodeId: folder, baseRev: 1, baseSeq: 0 },
    { type: 'restore', nodeId: folder },
  ]);
  const results = await world.commit(desk, operations);
  expect(results.map((result) => committed(result).seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await world.names(desk)).toEqual(['folder', 'other', 'b.txt']);
  expect(await world.read(desk, file)).toBe('two');
  expect(await world.read(desk, file, 1)).toBe('one');
});

test('operations that conflict or err do not hinder the others, and each is answered in its place', async () => {
  const { world, desk, root } = await oneDevice();
  await world.put(desk, { name: 'taken', text: 'x' });
  const results = await world.commit(
    desk,
    world.name(desk, [
      { type: 'mkdir', parentId: root, name: 'taken' },
      { type: 'mkdir', parentId: root, name: 'fine' },
      { type: 'mkdir', parentId: nodeId(9), name: 'lost' },
      { type: 'mkdir', parentId: root, name: 'fine too' },
    ]),
  );
  expect(results.map(({ status }) => status)).toEqual(['conflict', 'committed', 'error', 'committed']);
  expect(await world.head(desk)).toBe(3);
});

test('24 new files make one transaction, 200 make nine, and none is larger than the store takes', async () => {
  const { world, desk } = await oneDevice();
  const sizes: number[] = [];
  const { stores } = world.service;
  const namespaces = replaced(stores.namespaces, {
    commit: (transaction) => {
      sizes.push(countTransactionItems(transaction));
      return stores.namespaces.commit(transaction);
    },
  });
  const intents = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      world.putOperation(desk, { name: `f${index}`, text: `text ${index % 90}` }),
    ),
  );
  const operations = world.name(desk, intents);
  const { results } = await commitOperations(
    { ...stores, namespaces, decide: decideOperation },
    { operations },
    await callerOf(world, desk),
  );
  expect(results.map((result) => committed(result).seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(sizes).toHaveLength(9);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
});

test('operations of one request build on each other over the borders of transactions', async () => {
  const { world, desk, root } = await oneDevice();
  const [folder, file] = [nodeId(1), nodeId(2)];
  const first = { name: 'first', text: 'one', parentId: folder, newNodeId: file };
  const fill = Array.from(
    { length: 60 },
    (_, index) => ({ type: 'mkdir', parentId: folder, name: `${index}` }) as const,
  );
  const intents = [
    { type: 'mkdir', parentId: root, name: 'folder', newNodeId: folder } as const,
    await world.putOperation(desk, first),
    ...fill,
    await world.putOperation(desk, { name: 'first', text: 'two', nodeId: file, baseRev: 1 }),
    { type: 'move', nodeId: file, baseRev: 2, parentId: root, name: 'moved' } as const,
    { type: 'mkdir', parentId: folder, name: 'first' } as const,
    ...fill,
    { type: 'delete', nodeId: folder, baseRev: 1, baseSeq: 0 } as const,
  ];
  const results = await world.commit(desk, world.name(desk, intents));
  expect(results.map(({ status }) => status)).toEqual(intents.map(() => 'committed'));
  expect(results.at(-1)).toMatchObject({ seq: 66 });
  expect(await world.names(desk)).toEqual(['moved']);
  expect(await world.read(desk, file)).toBe('two');
});

test('one new file in the root costs one read of each kind and one transaction', async () => {
  const { world, desk } = await oneDevice();
  const calls: string[] = [];
  const { stores } = world.service;
  const namespaces = new Proxy<NamespaceStore>(stores.namespaces, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return (...parameters: unknown[]) => {
        calls.push(String(name));
        return Reflect.apply(member as () => unknown, target, parameters) as unknown;
      };
    },
  });
  const operations = world.name(desk, [await world.putOperation(desk, { name: 'a', text: 'x', newNodeId: nodeId(1) })]);
  await commitOperations(
    { ...stores, namespaces, decide: decideOperation },
    { operations },
    await callerOf(world, desk),
  );
  expect(calls.toSorted()).toEqual(['commit', 'getNodes', 'getPlaces', 'getResults', 'readAccess']);
});

test('a repeated request is answered word for word, whatever has happened since', async () => {
  const { world, desk, root } = await oneDevice();
  const file = nodeId(1);
  const first = await world.put(desk, { name: 'a.txt', text: 'one', newNodeId: file });
  const operations = world.name(desk, [
    await world.putOperation(desk, { name: 'a.txt', text: 'two', nodeId: file, baseRev: 1 }),
    await world.putOperation(desk, { name: 'a.txt', text: 'late', nodeId: file, baseRev: 1 }),
    { type: 'mkdir', parentId: root, name: 'folder' },
    { type: 'mkdir', parentId: root, name: 'folder' },
  ]);
  const answers = await world.commit(desk, operations);
  await world.must(desk, { type: 'delete', nodeId: file, baseRev: 2 });
  await world.mkdir(desk, 'later');
  const head = await world.head(desk);
  expect(await world.commit(desk, operations)).toEqual(answers);
  expect(await world.commit(desk, operations.toReversed())).toEqual(answers.toReversed());
  expect(await world.head(desk)).toBe(head);
  expect(first.seq).toBe(1);
});

test('a repeat is answered even when the upload has expired', async () => {
  const { world, desk } = await oneDevice();
  const operations = world.name(desk, [await world.putOperation(desk, { name: 'a', text: 'x' })]);
  const answers = await world.commit(desk, operations);
  world.service.stores.clock.advance(10 * 24 * 3_600_000);
  expect(await world.commit(desk, operations)).toEqual(answers);
});

test('an opId that stands twice in one request is one operation', async () => {
  const { world, desk, root } = await oneDevice();
  const [operation] = world.name(desk, [{ type: 'mkdir', parentId: root, name: 'folder' }]);
  if (operation === undefined) return;
  const [one, two] = await world.commit(desk, [operation, operation]);
  expect(two).toEqual(one);
  expect(await world.head(desk)).toBe(1);
});

test('an opId of one device says nothing to another', async () => {
  const { world, desk, root } = await oneDevice();
  const laptop = await world.device('laptop');
  const operations = world.name(desk, [{ type: 'mkdir', parentId: root, name: 'folder' }]);
  const [one] = await world.commit(desk, operations);
  const [two] = await world.commit(
    laptop,
    operations.map((operation) => ({ ...operation, name: 'other' })),
  );
  expect(committed(two).node.nodeId).not.toBe(committed(one).node.nodeId);
});

test('a namespace that is foreign or does not exist is not found, and the other one is served', async () => {
  const { world, desk, root } = await oneDevice();
  const eve = await world.device('phone', 'eve');
  const foreign = { namespaceId: eve.namespaceId, parentId: rootNodeId(eve.namespaceId), name: 'x' };
  const none = NamespaceId.parse('00000000000000000000000001');
  const results = await world.commit(
    desk,
    world.name(desk, [
      { type: 'mkdir', ...foreign },
      { type: 'mkdir', parentId: root, name: 'mine' },
      { type: 'mkdir', ...foreign, namespaceId: none },
    ]),
  );
  expect(results).toMatchObject([
    { status: 'error', error: { code: 'not_found' } },
    { status: 'committed' },
    { status: 'error', error: { code: 'not_found' } },
  ]);
  expect(await world.head(eve)).toBe(0);
});

test('a viewer may not write', async () => {
  const { world, desk, root } = await oneDevice();
  const { stores } = world.service;
  const namespaces = replaced(stores.namespaces, {
    readAccess: async (key) => {
      const access = await stores.namespaces.readAccess(key);
      return access === undefined ? undefined : { ...access, role: 'viewer' };
    },
  });
  const operations = world.name(desk, [{ type: 'mkdir', parentId: root, name: 'x' }]);
  const { results } = await commitOperations(
    { ...stores, namespaces, decide: decideOperation },
    { operations },
    await callerOf(world, desk),
  );
  expect(results).toMatchObject([{ status: 'error', error: { code: 'forbidden' } }]);
  expect(await world.head(desk)).toBe(0);
});

test('a commit that others overtake every time gives up as unavailable, after a bounded number of tries', async () => {
  const { world, desk, root } = await oneDevice();
  const { stores } = world.service;
  let tries = 0;
  const namespaces = replaced(stores.namespaces, {
    commit: async () => {
      tries += 1;
      return { kind: 'superseded' };
    },
  });
  const operations = world.name(desk, [{ type: 'mkdir', parentId: root, name: 'x' }]);
  const { results } = await commitOperations(
    { ...stores, namespaces, decide: decideOperation },
    { operations },
    await callerOf(world, desk),
  );
  expect(results).toMatchObject([{ status: 'error', error: { code: 'unavailable', remedy: 'retry' } }]);
  expect(tries).toBe(COMMIT_TRIES_MAX);
});
