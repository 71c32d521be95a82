import { expect, test } from '@jest/globals';
import { type Cursor, DAY_MS, JOURNAL_RETENTION_MS, type NodeId, rootNodeId } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function oneDevice() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId), start: await world.cursor(desk) };
}

function changes(world: CommitWorld, member: Member, cursor: Cursor, limit?: number) {
  const query = limit === undefined ? { cursor } : { cursor, limit: `${limit}` };
  return world.service.invoke('listChanges', { query }, member);
}

const RESET = { ok: false, problem: { code: 'cursor_reset', remedy: 'reset-cursor' } };
const NOT_FOUND = { ok: false, problem: { code: 'not_found' } };

test('pages of the delta tell every change once, in order, and then say that there is no more', async () => {
  const { world, desk, start } = await oneDevice();
  for (let index = 0; index < 7; index++) await world.mkdir(desk, `${index}`);
  const told: number[] = [];
  let cursor = start;
  for (let hasMore = true; hasMore; ) {
    const page = await changes(world, desk, cursor, 3);
    if (!page.ok) throw new Error('a good cursor goes on');
    expect(page.value.changes.length).toBeLessThanOrEqual(3);
    told.push(...page.value.changes.map(({ seq }) => seq));
    ({ cursor, hasMore } = page.value);
  }
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await changes(world, desk, cursor)).toMatchObject({ ok: true, value: { changes: [], hasMore: false } });
});

test('forged, foreign and damaged cursors are reset, never answered with silence', async () => {
  const { world, desk, start } = await oneDevice();
  const eve = await world.device('phone', 'eve');
  await world.mkdir(desk, 'secret');
  expect(await changes(world, eve, start)).toMatchObject(RESET);
  for (let at = 0; at < start.length; at += 7) {
    const damaged = `${start.slice(0, at)}${start[at] === 'A' ? 'B' : 'A'}${start.slice(at + 1)}` as Cursor;
    expect(await changes(world, desk, damaged)).toMatchObject(RESET);
  }
  expect(await changes(world, desk, 'nonsense' as Cursor)).toMatchObject(RESET);
  const wait = await world.service.invoke('waitForChanges', { query: { cursor: start, timeout: '0' } }, eve);
  expect(wait).toMatchObject(RESET);
});

test('a cursor from before the oldest entry is reset', async () => {
  const { world, desk, start } = await oneDevice();
  await world.mkdir(desk, 'old');
  const middle = await world.cursor(desk);
  world.service.stores.clock.advance(JOURNAL_RETENTION_MS - DAY_MS);
  await world.mkdir(desk, 'young');
  world.service.stores.clock.advance(2 * DAY_MS);
  expect(await changes(world, desk, start)).toMatchObject({ problem: { details: { expired: true } } });
  expect(await changes(world, desk, start)).toMatchObject(RESET);
  expect(await changes(world, desk, middle)).toMatchObject({ ok: true, value: { changes: [{ seq: 2 }] } });
});

test('only of a cursor that is too old it is said that it has expired: the namespace of any other was perhaps set back', async () => {
  const { world, desk } = await oneDevice();
  await world.mkdir(desk, 'lost');
  const ahead = await world.cursor(desk);
  const { namespaces } = world.service.stores;
  const { namespaceId } = desk;
  for (const head of [{ epoch: 2 }, { epoch: 0 }]) {
    namespaces.changeHead(namespaceId, head);
    const answer = await changes(world, desk, ahead);
    expect(answer).toMatchObject(RESET);
    expect(answer.ok ? undefined : answer.problem.details).toBeUndefined();
  }
  const answer = await changes(world, desk, 'nonsense' as Cursor);
  expect(answer.ok ? undefined : answer.problem.details).toBeUndefined();
});

test('a wait ends at once when there is something to tell, and otherwise with its time', async () => {
  const { world, desk, start } = await oneDevice();
  const { clock } = world.service.stores;
  const wait = (cursor: Cursor) => world.service.invoke('waitForChanges', { query: { cursor, timeout: '20' } }, desk);
  const begun = clock.now();
  expect(await wait(start)).toMatchObject({ ok: true, value: { changed: false } });
  expect(clock.now() - begun).toBe(20_000);
  await world.mkdir(desk, 'new');
  expect(await wait(start)).toMatchObject({ ok: true, value: { changed: true } });
  expect(clock.now() - begun).toBe(20_000);
});

test('a wait ends when a change comes while it lasts', async () => {
  const { world, desk, start } = await oneDevice();
  const { clock } = world.service.stores;
  const begun = clock.now();
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (delayMs) => {
    await sleep(delayMs);
    if (clock.now() - begun === 2000) await world.mkdir(desk, 'new');
  };
  const answer = await world.service.invoke('waitForChanges', { query: { cursor: start, timeout: '20' } }, desk);
  expect(answer).toMatchObject({ ok: true, value: { changed: true } });
  expect(clock.now() - begun).toBe(2000);
});

test.each([1, 2, 3, 1000])(
  'pages of %d list a tree with parents before children, and each node once',
  async (limit) => {
    const { world, desk, root } = await oneDevice();
    for (const name of ['a', 'b', 'c']) {
      const folder = await world.mkdir(desk, name, root);
      const inner = await world.mkdir(desk, 'inner', folder.nodeId);
      await world.put(desk, { name: 'file', text: name, parentId: inner.nodeId });
      await world.put(desk, { name: 'z', text: `${name}z`, parentId: folder.nodeId });
    }
    const seen = new Set<NodeId>([root]);
    let page: string | undefined;
    do {
      const query = { limit: `${limit}`, ...(page === undefined ? {} : { page }) };
      const answer = await world.service.invoke('listTree', { query }, desk);
      if (!answer.ok) throw new Error('a page goes on');
      for (const node of answer.value.nodes) {
        expect(seen).toContain(node.parentId);
        expect(seen).not.toContain(node.nodeId);
        seen.add(node.nodeId);
      }
      expect(answer.value.seq).toBe(12);
      page = answer.value.nextPage;
    } while (page !== undefined);
    expect(seen.size).toBe(13);
  },
);

test('a tree that changes while it is listed is made whole by the delta from its cursor', async () => {
  const { world, desk, root } = await oneDevice();
  for (const name of ['a', 'b', 'c', 'd']) await world.put(desk, { name, text: name });
  const first = await world.service.invoke('listTree', { query: { limit: '2' } }, desk);
  if (!first.ok || first.value.nextPage === undefined) throw new Error('there are two pages');
  const moving = (await world.tree(desk)).find(({ name }) => name === 'd');
  if (moving === undefined) throw new Error('the last file is there');
  await world.must(desk, { type: 'move', nodeId: moving.nodeId, baseRev: 1, parentId: root, name: '0' });
  const rest = await world.service.invoke('listTree', { query: { limit: '2', page: first.value.nextPage } }, desk);
  if (!rest.ok) throw new Error('a page goes on');
  const delta = await changes(world, desk, rest.value.cursor);
  if (!delta.ok) throw new Error('a good cursor goes on');
  const nodes = [...first.value.nodes, ...rest.value.nodes, ...delta.value.changes.map(({ node }) => node)];
  const folded = new Map(nodes.map((node) => [node.nodeId, node.name]));
  expect([...folded.values()].toSorted((left, right) => left.localeCompare(right))).toEqual(['0', 'a', 'b', 'c']);
});

test('a page token opens only the listing that it was made for', async () => {
  const { world, desk } = await oneDevice();
  const [one, two] = [await world.mkdir(desk, 'one'), await world.mkdir(desk, 'two')];
  for (const name of ['a', 'b']) await world.mkdir(desk, name, one.nodeId);
  const list = (nodeId: NodeId, page?: string) =>
    world.service.invoke(
      'listChildren',
      { parameters: { nodeId }, query: { limit: '1', ...(page === undefined ? {} : { page }) } },
      desk,
    );
  const first = await list(one.nodeId);
  if (!first.ok || first.value.nextPage === undefined) throw new Error('there are two pages');
  expect(await list(one.nodeId, first.value.nextPage)).toMatchObject({ ok: true, value: { nodes: [{ name: 'b' }] } });
  expect(await list(two.nodeId, first.value.nextPage)).toMatchObject({
    ok: false,
    problem: { code: 'invalid_request' },
  });
  const tree = await world.service.invoke('listTree', { query: { page: first.value.nextPage } }, desk);
  expect(tree).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
});

test('foreign, unknown and deleted nodes have no content, children or tree for anybody', async () => {
  const { world, desk, root } = await oneDevice();
  const eve = await world.device('phone', 'eve');
  const folder = await world.mkdir(desk, 'folder', root);
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one', parentId: folder.nodeId });
  const query = { namespaceId: desk.namespaceId };
  const reads = (member: Member) => [
    world.service.invoke('getContent', { parameters: { nodeId: node.nodeId }, query }, member),
    world.service.invoke('getContent', { parameters: { nodeId: node.nodeId }, query: { ...query, rev: '1' } }, member),
    world.service.invoke('listChildren', { parameters: { nodeId: folder.nodeId }, query }, member),
    world.service.invoke('listTree', { query: { ...query, folderId: folder.nodeId } }, member),
    world.service.invoke('resolvePath', { query: { ...query, path: '/folder/a.txt' } }, member),
  ];
  for (const read of await Promise.all(reads(desk))) expect(read.ok).toBe(true);
  for (const read of await Promise.all(reads(eve))) expect(read).toMatchObject(NOT_FOUND);
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 });
  for (const read of await Promise.all(reads(desk))) expect(read).toMatchObject(NOT_FOUND);
});

test('a path is found as it is written, and else in the other Unicode form', async () => {
  const { world, desk } = await oneDevice();
  const composed = await world.put(desk, { name: 'caf\u00e9', text: 'one' });
  const find = async (path: string) => {
    const answer = await world.service.invoke('resolvePath', { query: { path } }, desk);
    return answer.ok ? answer.value.node.nodeId : undefined;
  };
  expect(await find('/cafe\u0301')).toBe(composed.node.nodeId);
  const decomposed = await world.put(desk, { name: 'cafe\u0301', text: 'two' });
  expect(await find('/cafe\u0301')).toBe(decomposed.node.nodeId);
  expect(await find('/caf\u00e9')).toBe(composed.node.nodeId);
  expect(await find('/CAF\u00c9')).toBeUndefined();
});
