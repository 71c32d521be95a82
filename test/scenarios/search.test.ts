import { beforeEach, expect, test } from '@jest/globals';
import type { NamespaceId, RouteResponse } from '@syncline/protocol';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { followTask } from '../../lambdas/search/follow-task.ts';
import { searchNodes } from '../../lambdas/search/search-nodes.ts';
import type { Member } from '../support/in-memory-member.ts';
import { operationId } from '../support/matrix-world.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

/** Rounds after which nothing is left to follow. */
const ROUNDS_MAX = 20;

let world: SharedWorld;
let ann: Member;
let bob: Member;

beforeEach(async () => {
  world = new SharedWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
});

/** Lets the index follow everything. */
async function settle(): Promise<void> {
  const { namespaces, index, indexProgress: progress, indexQueue: queue, telemetry: meter } = world.service.stores;
  const grown = new Set(namespaces.takeAppended().map(({ namespaceId }) => namespaceId));
  await queue.send([...grown].map((namespaceId) => ({ kind: 'journal', namespaceId })));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const task of queue.takeTasks()) await followTask({ namespaces, index, progress, queue, meter }, task);
  }
}

async function headOf({ namespaceId, accountId }: Member): Promise<number> {
  const access = await world.service.stores.namespaces.readAccess({ namespaceId, accountId });
  return access?.head.seq ?? 0;
}

function search(
  member: Member,
  q: string,
  query: Readonly<Record<string, string>> = {},
): Promise<RouteResponse<'search'>> {
  return world.call(member, 'search', { query: { q, ...query } });
}

async function pathsOf(
  member: Member,
  q: string,
  query?: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  return (await search(member, q, query)).hits.map(({ path }) => path);
}

async function shareTeam(): Promise<NamespaceId> {
  const namespaceId = await world.shareNew(ann, 'team');
  await world.put(inside(ann, namespaceId), { name: 'plan.md', text: 'plan' });
  await world.welcome(ann, bob, { namespaceId });
  return namespaceId;
}

test('everybody finds what is in their own home and in what is shared with them', async () => {
  await world.put(ann, { name: 'my plan.md', text: 'mine' });
  await shareTeam();
  await settle();
  expect(await pathsOf(ann, 'plan')).toEqual(['/my plan.md', '/plan.md']);
  expect(await pathsOf(bob, 'plan')).toEqual(['/plan.md']);
  expect(await pathsOf(bob, 'plan', { owner: 'others' })).toEqual(['/plan.md']);
  expect((await search(bob, 'plan', { owner: 'me' })).total).toBe(0);
});

test('whoever looks for what others own, and is a member of nothing, finds nothing', async () => {
  await world.put(ann, { name: 'my plan.md', text: 'mine' });
  await settle();
  expect(await search(ann, 'plan', { owner: 'others' })).toMatchObject({ hits: [], total: 0 });
});

test('whoever is not a member any more finds nothing from the next search on, and counts nothing', async () => {
  const namespaceId = await shareTeam();
  await settle();
  expect(await pathsOf(bob, 'plan')).toEqual(['/plan.md']);
  // The mount is left, as when the removal breaks off in its middle: it must not be what decides.
  const { sharing, clock } = world.service.stores;
  const author = { accountId: ann.accountId, deviceId: ann.deviceId, opId: operationId(1), now: clock.now() };
  await sharing.removeMember({ namespaceId, accountId: bob.accountId }, author);
  expect(await search(bob, 'plan')).toMatchObject({ hits: [], total: 0, facets: { types: [], extensions: [] } });
  expect(await world.codeOf(bob, 'search', { query: { q: 'plan', namespaceId } })).toBe('not_found');
});

test('when a folder is shared no more, its members find and count nothing, and its owner finds all of it', async () => {
  const namespaceId = await shareTeam();
  await settle();
  expect(await pathsOf(bob, 'plan ')).toEqual(['/plan.md']);
  await world.call(ann, 'unshare', { parameters: { namespaceId } });
  // At once, and after the index has followed.
  for (let look = 0; look < 2; look++) {
    expect(await search(bob, 'plan ')).toMatchObject({ hits: [], total: 0, facets: { types: [], extensions: [] } });
    expect(await pathsOf(ann, 'plan ')).toEqual(['/plan.md']);
    await settle();
  }
});

test('what has gone since it was indexed is not told, nor is what came back', async () => {
  const { node } = await world.put(ann, { name: 'draft.txt', text: 'draft' });
  await settle();
  await world.must(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev });
  expect(await pathsOf(ann, 'draft')).toEqual([]);
  await settle();
  expect(await pathsOf(ann, 'draft', { trashed: 'true' })).toEqual(['/draft.txt']);
  await world.must(ann, { type: 'restore', nodeId: node.nodeId });
  expect(await pathsOf(ann, 'draft', { trashed: 'true' })).toEqual([]);
});

test('a hit is told by the name that it has at that moment', async () => {
  const { node } = await world.put(ann, { name: 'old name.txt', text: 'text' });
  await settle();
  await world.must(ann, {
    type: 'move',
    nodeId: node.nodeId,
    parentId: node.parentId,
    name: 'new.txt',
    baseRev: node.rev,
  });
  expect(await pathsOf(ann, 'old')).toEqual(['/new.txt']);
});

test('what lies below a folder that was moved is found by its new path, and not by the old one', async () => {
  const folder = await world.mkdir(ann, 'before');
  await world.put(ann, { name: 'x.txt', text: 'x', parentId: folder.nodeId });
  await settle();
  const { nodeId, parentId } = folder;
  await world.must(ann, { type: 'move', nodeId, parentId, name: 'after', baseRev: 1 });
  await settle();
  expect(await pathsOf(ann, 'after x')).toEqual(['/after/x.txt']);
  expect(await pathsOf(ann, 'before x')).toEqual([]);
});

test('what lay in a folder is counted in its own namespace once it is shared, and in the home no more', async () => {
  const folder = await world.mkdir(ann, 'team');
  await world.put(ann, { name: 'x.txt', text: 'x', parentId: folder.nodeId });
  await settle();
  const { namespaceId } = await world.share(ann, folder.nodeId);
  await settle();
  expect((await search(ann, 'x', { namespaceId })).total).toBe(1);
  expect((await search(ann, 'x', { namespaceId: ann.namespaceId })).total).toBe(0);
});

test('what was deleted in a folder before it was shared is found in the trash of the shared folder, though it was never indexed before', async () => {
  const folder = await world.mkdir(ann, 'team');
  const old = await world.mkdir(ann, 'old things', folder.nodeId);
  await world.put(ann, { name: 'below.txt', text: 'b', parentId: old.nodeId });
  const { node } = await world.put(ann, { name: 'single.txt', text: 's', parentId: folder.nodeId });
  await world.must(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev });
  await world.must(ann, { type: 'delete', nodeId: old.nodeId, baseRev: old.rev, baseSeq: await headOf(ann) });
  const { namespaceId } = await world.share(ann, folder.nodeId);
  await settle();
  const trash = { namespaceId, trashed: 'true', sort: 'name' };
  expect(await pathsOf(ann, '', trash)).toEqual(['/old things/below.txt', '/old things', '/single.txt']);
  expect(await pathsOf(ann, '', { ...trash, namespaceId: ann.namespaceId })).toEqual([]);
});

test('what was deleted in a folder is found in the trash by the name that the folder has since then', async () => {
  const folder = await world.mkdir(ann, 'before');
  const { node } = await world.put(ann, { name: 'x.txt', text: 'x', parentId: folder.nodeId });
  await world.must(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev });
  await settle();
  const { nodeId, parentId } = folder;
  await world.must(ann, { type: 'move', nodeId, parentId, name: 'after', baseRev: 1 });
  await settle();
  expect(await pathsOf(ann, 'after x', { trashed: 'true' })).toEqual(['/after/x.txt']);
  expect(await pathsOf(ann, 'before x', { trashed: 'true' })).toEqual([]);
});

test('what was deleted by itself stays in the trash when its folder goes for good, and is found there', async () => {
  const folder = await world.mkdir(ann, 'gone');
  const { node } = await world.put(ann, { name: 'x.txt', text: 'x', parentId: folder.nodeId });
  await world.must(ann, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev });
  await world.must(ann, { type: 'delete', nodeId: folder.nodeId, baseRev: folder.rev, baseSeq: await headOf(ann) });
  await settle();
  expect(await pathsOf(ann, 'gone x', { trashed: 'true' })).toEqual(['/gone/x.txt']);
  const { entries } = await world.call(ann, 'listTrash', { query: {} });
  const deletedAt = entries.find(({ nodeId }) => nodeId === folder.nodeId)?.deletedAt ?? '';
  await world.must(ann, { type: 'purge', nodeId: folder.nodeId, deletedAt });
  await settle();
  expect(await pathsOf(ann, '', { trashed: 'true' })).toEqual(['/x.txt']);
});

test('pages have each hit once, and a token opens no other search', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await world.put(ann, { name: `page ${name}`, text: name });
  await settle();
  const told: string[] = [];
  let page: string | undefined;
  do {
    const answer = await search(ann, 'page', { limit: '2', ...(page === undefined ? {} : { page }) });
    told.push(...answer.hits.map(({ path }) => path));
    page = answer.nextPage ?? page;
    if (answer.nextPage === undefined) break;
    expect(await world.codeOf(ann, 'search', { query: { q: 'other', limit: '2', page } })).toBe('invalid_request');
    expect(await world.codeOf(bob, 'search', { query: { q: 'page', limit: '2', page } })).toBe('invalid_request');
  } while (told.length < 10);
  expect(told).toEqual(['/page a', '/page b', '/page c', '/page d', '/page e']);
});

test('only what lies below a folder is found there', async () => {
  const folder = await world.mkdir(ann, 'in');
  await world.put(ann, { name: 'x.txt', text: 'in', parentId: folder.nodeId });
  await world.put(ann, { name: 'x.md', text: 'out' });
  await settle();
  expect(await pathsOf(ann, 'x', { folderId: folder.nodeId })).toEqual(['/in/x.txt']);
  expect(await pathsOf(ann, 'x', { folderId: ann.namespaceId })).toEqual(['/x.md', '/in/x.txt']);
});

test('too many words are refused, and say so', async () => {
  expect(await world.codeOf(ann, 'search', { query: { q: 'a '.repeat(17) } })).toBe('invalid_request');
});

test('without an index it says why, and still finds names in one folder by their beginnings', async () => {
  const folder = await world.mkdir(ann, 'in');
  for (const name of ['Émile.txt', 'emil.txt', 'other.txt']) {
    await world.put(ann, { name, text: name, parentId: folder.nodeId });
  }
  const dependencies = { ...world.service.stores, index: undefined };
  const { accountId } = ann;
  const whole = await searchNodes(dependencies, { q: 'em' }, { accountId });
  expect(whole).toMatchObject({ kind: 'refused', error: { code: 'unavailable' } });
  const inFolder = { q: 'em', folderId: folder.nodeId };
  const found = await searchNodes(dependencies, inFolder, { accountId });
  expect(found).toMatchObject({ kind: 'done', value: { covers: 'names', total: 2 } });
  const phrase = await searchNodes(dependencies, { ...inFolder, q: '"other.t" ' }, { accountId });
  expect(phrase).toMatchObject({ kind: 'done', value: { hits: [{ path: '/other.txt' }] } });
  const images = await searchNodes(dependencies, { ...inFolder, type: 'image' }, { accountId });
  expect(images).toMatchObject({ kind: 'done', value: { total: 0 } });
  const trashed = await searchNodes(dependencies, { ...inFolder, trashed: 'true' }, { accountId });
  expect(trashed).toMatchObject({ kind: 'refused', error: { code: 'unavailable' } });
});

test('while the index is away it says so, and names in one folder are found', async () => {
  const folder = await world.mkdir(ann, 'in');
  await world.put(ann, { name: 'emil.txt', text: 'e', parentId: folder.nodeId });
  const away = {
    find: async () => {
      throw new UnavailableError('nobody listens');
    },
  };
  const dependencies = { ...world.service.stores, index: away };
  const { accountId } = ann;
  const whole = await searchNodes(dependencies, { q: 'em' }, { accountId });
  expect(whole).toMatchObject({ kind: 'refused', error: { code: 'unavailable' } });
  expect(JSON.stringify(whole)).toContain('the search index does not answer');
  const inFolder = await searchNodes(dependencies, { q: 'em', folderId: folder.nodeId }, { accountId });
  expect(inFolder).toMatchObject({ kind: 'done', value: { covers: 'names', total: 1 } });
});

test('a stranger who asks for the same finds, counts and is told of nothing', async () => {
  await world.put(ann, { name: 'salary.xlsx', text: 's' });
  const namespaceId = await world.shareNew(ann, 'team');
  await world.put(inside(ann, namespaceId), { name: 'salary.pdf', text: 't' });
  await settle();
  expect((await search(ann, 'salary')).total).toBe(2);
  const nothing = { hits: [], total: 0, facets: { types: [], extensions: [] } };
  expect(await search(bob, 'salary')).toMatchObject(nothing);
  expect(await search(bob, '')).toMatchObject(nothing);
  for (const theirs of [namespaceId, ann.namespaceId]) {
    expect(await world.codeOf(bob, 'search', { query: { q: 'salary', namespaceId: theirs } })).toBe('not_found');
  }
});
