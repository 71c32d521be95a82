import { expect, test } from '@jest/globals';
import { type RouteInput, rootNodeId } from '@syncline/protocol';
import { contentKey } from '../../lambdas/namespaces/namespace-store.ts';
import type { CommitWorld, Intent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

async function opened() {
  const world = new SharedWorld();
  return { world, desk: await world.person('ann') };
}

/** The time now; what comes next comes later. */
function moment(world: CommitWorld): string {
  const at = new Date(world.service.stores.clock.now()).toISOString();
  world.service.stores.clock.advance(60_000);
  return at;
}

function restore(world: CommitWorld, member: Member, body: RouteInput<'restoreTree'>['body']) {
  return world.service.invoke('restoreTree', { body }, member);
}

test('a folder into which the same device puts something while a restore deletes it stays: nobody has planned for that', async () => {
  const { world, desk } = await opened();
  const at = moment(world);
  const folder = await world.mkdir(desk, 'made since');
  const { namespaces } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  let isFirst = true;
  namespaces.commit = async (transaction) => {
    if (isFirst) {
      isFirst = false;
      await world.put(desk, { name: 'new', text: 'new', parentId: folder.nodeId });
    }
    return commit(transaction);
  };
  const answer = await restore(world, desk, { at });
  expect(answer).toMatchObject({
    ok: true,
    value: { changes: [{ nodeId: folder.nodeId, action: 'delete', done: false, obstacle: 'changed_since' }] },
  });
  expect([...(await world.names(desk))].toSorted()).toEqual(['made since', 'new']);
});

test('a folder goes though the restore has just moved out of it what it is to keep', async () => {
  const { world, desk } = await opened();
  const { node } = await world.put(desk, { name: 'a', text: 'a' });
  const at = moment(world);
  const folder = await world.mkdir(desk, 'made since');
  await world.must(desk, { type: 'move', nodeId: node.nodeId, baseRev: 1, parentId: folder.nodeId, name: 'a' });
  const answer = await restore(world, desk, { at });
  expect(answer).toMatchObject({ ok: true, value: { changes: [{ done: true }, { done: true }] } });
  expect(await world.names(desk)).toEqual(['a']);
});

test('a shared folder is not set back to a time before it was shared: its journal does not tell of that', async () => {
  const { world, desk } = await opened();
  const folder = await world.mkdir(desk, 'team');
  const { node } = await world.put(desk, { name: 'a', text: 'one', parentId: folder.nodeId });
  const early = moment(world);
  await world.put(desk, { name: 'a', text: 'two', nodeId: node.nodeId, baseRev: 1, parentId: folder.nodeId });
  world.service.stores.clock.advance(60_000);
  const { namespaceId } = await world.share(desk, folder.nodeId);
  const team = inside(desk, namespaceId);
  for (const change of [false, true]) {
    if (change) await world.put(team, { name: 'a', text: 'three', nodeId: node.nodeId, baseRev: 2 });
    for (const dryRun of [true, false]) {
      expect(await restore(world, team, { namespaceId, at: early, dryRun })).toMatchObject({
        ok: false,
        problem: { code: 'invalid_request', detail: expect.stringContaining('as far as it is shared') },
      });
    }
  }
  const shared = moment(world);
  await world.put(team, { name: 'a', text: 'four', nodeId: node.nodeId, baseRev: 3 });
  expect(await restore(world, team, { namespaceId, at: shared })).toMatchObject({
    ok: true,
    value: { total: 1, changes: [{ nodeId: node.nodeId, action: 'revert', done: true }] },
  });
});

test('when a content expires between two pages of a restore the next page is refused, and one that is begun anew tells what is gone', async () => {
  const { world, desk } = await opened();
  const edit = async (text: string, base: (index: number) => Partial<Intent>) => {
    const uploadId = await world.upload(desk, text);
    const parentId = rootNodeId(desk.namespaceId);
    const nodes: string[] = [];
    for (let start = 0; start < 1100; start += 100) {
      const intents = Array.from({ length: 100 }, (_, index): Intent => {
        const put = { type: 'put' as const, parentId, name: `file ${start + index}`, baseRev: 0, uploadId, clock: 1 };
        return { ...put, onConflict: 'keep_both', ...base(start + index) } as Intent;
      });
      for (const result of await world.commit(desk, world.name(desk, intents)))
        nodes.push(result.status === 'committed' ? result.node.nodeId : '');
    }
    return nodes;
  };
  const nodeIds = await edit('one', () => ({}));
  const at = moment(world);
  await edit('two', (index) => ({ nodeId: nodeIds[index], baseRev: 1 }) as Partial<Intent>);
  const first = await restore(world, desk, { at });
  if (!first.ok) throw new Error('a first page is answered');
  const told = new Set(first.value.changes.map(({ nodeId }) => nodeId as string));
  const { nextPage = '' } = first.value;
  // Of a file of the first page: the steps of the second would all be taken for others.
  const gone = [...told][0] ?? '';
  const { namespaces } = world.service.stores;
  const getRevisions = namespaces.getRevisions.bind(namespaces);
  namespaces.getRevisions = async (namespaceId, contents) => {
    const found = new Map(await getRevisions(namespaceId, contents));
    found.delete(contentKey({ nodeId: gone as (typeof contents)[number]['nodeId'], rev: 1 }));
    return found;
  };
  const head = await world.head(desk);
  expect(await restore(world, desk, { at, page: nextPage })).toMatchObject({
    ok: false,
    problem: { code: 'conflict' },
  });
  expect(await world.head(desk)).toBe(head);
  const again = await restore(world, desk, { at });
  expect(again).toMatchObject({ ok: true, value: { total: 101 } });
  if (!again.ok) throw new Error('a restore begun anew is answered');
  const undone = again.value.changes.filter(({ done }) => done === false);
  expect(undone).toMatchObject([{ nodeId: gone, obstacle: 'content_gone' }]);
  const left = nodeIds.find((nodeId) => !told.has(nodeId)) as (typeof first.value.changes)[number]['nodeId'];
  expect(await world.read(desk, left)).toBe('one');
});

test('a page of a restore ends when its time is over, and the next goes on behind it; one that is asked for again does nothing twice', async () => {
  const { world, desk } = await opened();
  const at = moment(world);
  const names = Array.from({ length: 450 }, (_, index) => `folder ${index}`);
  for (let start = 0; start < names.length; start += 100) {
    const parentId = rootNodeId(desk.namespaceId);
    const intents = names.slice(start, start + 100).map((name): Intent => ({ type: 'mkdir', parentId, name }));
    await world.commit(desk, world.name(desk, intents));
  }
  const { namespaces, clock } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  namespaces.commit = async (transaction) => {
    clock.advance(20_000);
    return commit(transaction);
  };
  const counts: number[] = [];
  let page: string | undefined;
  do {
    const asked = { at, ...(page === undefined ? {} : { page }) };
    const answer = await restore(world, desk, asked);
    if (!answer.ok) throw new Error('every page is answered');
    const first = answer.value;
    const again = page === undefined ? answer : await restore(world, desk, asked);
    // What is done already takes no time, so it may come further.
    expect(again.ok ? again.value.changes.slice(0, first.changes.length) : []).toEqual(first.changes);
    counts.push(first.changes.filter(({ done }) => done === true).length);
    page = first.nextPage;
  } while (page !== undefined);
  expect(counts).toEqual([200, 200, 50]);
  expect(await world.head(desk)).toBe(900);
  expect(await world.names(desk)).toEqual([]);
});

test('what was made later than a time is not set back to it, by a dry run neither, and loses nothing', async () => {
  const { world, desk } = await opened();
  const early = moment(world);
  const folder = await world.mkdir(desk, 'later');
  const { node } = await world.put(desk, { name: 'kept', text: 'kept', parentId: folder.nodeId });
  for (const [nodeId, kind] of [
    [folder.nodeId, 'folder'],
    [node.nodeId, 'file'],
  ] as const) {
    for (const dryRun of [true, false]) {
      expect(await restore(world, desk, { nodeId, at: early, dryRun })).toMatchObject({
        ok: false,
        problem: { code: 'invalid_request', detail: expect.stringContaining(`this ${kind} was made later, at `) },
      });
    }
  }
  expect([...(await world.names(desk))].toSorted()).toEqual(['kept', 'later']);
});
