import { expect, test } from '@jest/globals';
import { type Cursor, type Operation, rootNodeId } from '@syncline/protocol';
import { readCursor, signCursor } from '../../lambdas/journal/cursor-codec.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function world() {
  const commits = new CommitWorld();
  const { service } = commits;
  const [desk, phone] = [await commits.device('desk'), await commits.device('phone')];
  const made = async (member: Member, name: string) => (await commits.mkdir(member, name)).nodeId;
  const cursorOf = async (member: Member): Promise<Cursor> => {
    const answer = await service.invoke('getCursor', {}, member);
    if (!answer.ok) throw new Error('refused');
    return answer.value.cursor;
  };
  /** Makes folders, and answers the cursor behind them. */
  const commit = async (member: Member, cursor: Cursor, operations: readonly Operation[]) => {
    const answer = await service.invoke('commit', { body: { cursor, operations: [...operations] } }, member);
    if (!answer.ok) throw new Error('refused');
    return answer.value.cursor;
  };
  const folders = (member: Member, ...names: readonly string[]) =>
    commits.name(
      member,
      names.map((name) => ({ type: 'mkdir', parentId: rootNodeId(member.namespaceId), name })),
    );
  const told = async (member: Member, cursor: Cursor) => {
    const answer = await service.invoke('listChanges', { query: { cursor } }, member);
    if (!answer.ok) throw new Error('refused');
    return answer.value.changes.map(({ node }) => node.name);
  };
  return { commits, stores: service.stores, desk, phone, made, cursorOf, commit, folders, told };
}

test('a commit that is given a cursor answers the one behind what it wrote', async () => {
  const { desk, cursorOf, commit, folders, told } = await world();
  const before = await cursorOf(desk);
  // More than one transaction holds.
  const names = Array.from({ length: 60 }, (_none, index) => `folder ${index}`);
  const after = await commit(desk, before, folders(desk, ...names));
  expect(await told(desk, before)).toEqual(names);
  expect(after).toBeDefined();
  expect(await told(desk, after as Cursor)).toEqual([]);
  const next = await commit(desk, after as Cursor, folders(desk, 'one more'));
  expect(await told(desk, after as Cursor)).toEqual(['one more']);
  expect(await told(desk, next as Cursor)).toEqual([]);
});

test('where somebody else was in between there is none, and the old one tells all', async () => {
  const { desk, phone, made, cursorOf, commit, folders, told } = await world();
  const before = await cursorOf(desk);
  await made(phone, 'theirs');
  expect(await commit(desk, before, folders(desk, 'mine'))).toBeUndefined();
  expect(await told(desk, before)).toEqual(['theirs', 'mine']);
});

test('where somebody else came between two transactions of one request there is none', async () => {
  const { commits, stores, desk, phone, cursorOf, commit, folders, told } = await world();
  const before = await cursorOf(desk);
  const store = stores.namespaces.commit.bind(stores.namespaces);
  let writes = 0;
  stores.namespaces.commit = async (transaction) => {
    writes += 1;
    const outcome = await store(transaction);
    if (writes === 1) await commits.mkdir(phone, 'theirs');
    return outcome;
  };
  const names = Array.from({ length: 60 }, (_none, index) => `folder ${index}`);
  expect(await commit(desk, before, folders(desk, ...names))).toBeUndefined();
  const all = await told(desk, before);
  expect(all).toHaveLength(61);
  expect(all.indexOf('theirs')).toBeGreaterThan(0);
  expect(all.indexOf('theirs')).toBeLessThan(60);
});

test('a request that writes nothing answers none, nor does one that was answered before', async () => {
  const { desk, made, cursorOf, commit, folders, told } = await world();
  await made(desk, 'there');
  const before = await cursorOf(desk);
  expect(await commit(desk, before, folders(desk, 'there'))).toBeUndefined();
  const operations = folders(desk, 'new');
  expect(await commit(desk, before, operations)).toBeDefined();
  expect(await commit(desk, before, operations)).toBeUndefined();
  // Found as it stood behind the cursor: nothing says what else stands there.
  const [again, another] = [operations[0] as Operation, folders(desk, 'newer')[0] as Operation];
  expect(await commit(desk, before, [again, another])).toBeUndefined();
  expect(await told(desk, before)).toEqual(['new', 'newer']);
});

test('a cursor of another epoch, of another account, or that nobody signed stays what it was', async () => {
  const { commits, stores, desk, cursorOf, commit, folders } = await world();
  const bob = await commits.device('tablet', 'bob');
  const before = await cursorOf(desk);
  const read = await readCursor(stores.keyRing, desk.accountId, before);
  if (read === undefined) throw new Error('a cursor of this account is read');
  const signed = (change: { readonly epoch?: number; readonly seq?: number }) =>
    signCursor(stores.keyRing, desk.accountId, {
      ...read,
      positions: read.positions.map((position) => ({ ...position, ...change })),
    });
  for (const cursor of [await signed({ epoch: 2 }), await signed({ seq: 7 }), await cursorOf(bob), 'x.y' as Cursor]) {
    expect(await commit(desk, cursor, folders(desk, `folder ${cursor.length}`))).toBeUndefined();
  }
});

async function team({ commits, desk, made, folders }: Awaited<ReturnType<typeof world>>) {
  const body = { namespaceId: desk.namespaceId, folderId: await made(desk, 'team') };
  const shared = await commits.service.invoke('shareFolder', { body }, desk);
  if (!shared.ok) throw new Error('refused');
  const { namespaceId } = shared.value.folder;
  return (member: Member, name: string): readonly Operation[] =>
    folders(member, name).map(
      (operation) => ({ ...operation, namespaceId, parentId: rootNodeId(namespaceId) }) as Operation,
    );
}

test('what was committed before takes the cursor along over nothing', async () => {
  const all = await world();
  const { desk, phone, made, cursorOf, commit, folders, told } = all;
  const inTeam = await team(all);
  const before = await cursorOf(desk);
  await made(phone, 'theirs');
  const mine = folders(desk, 'mine');
  expect(await commit(desk, before, mine)).toBeUndefined();
  expect(await commit(desk, before, [...mine, ...inTeam(desk, 'shared')])).toBeUndefined();
  expect(await told(desk, before)).toEqual(['theirs', 'mine', 'shared']);
});

test('a cursor goes on for the namespaces of the request, and stays where it was in the others', async () => {
  const all = await world();
  const { commits, stores, desk, phone, cursorOf, commit, folders, told } = all;
  const inTeam = await team(all);
  const before = await cursorOf(desk);
  const after = await commit(desk, before, [...folders(desk, 'home'), ...inTeam(desk, 'shared')]);
  expect(await told(desk, after as Cursor)).toEqual([]);
  await commits.commit(phone, inTeam(phone, 'theirs'));
  const behind = await commit(desk, after as Cursor, folders(desk, 'home again'));
  expect(await told(desk, behind as Cursor)).toEqual(['theirs']);
  expect((await readCursor(stores.keyRing, desk.accountId, behind as Cursor))?.mounts).toBe(true);
});

test('a commit is answered without a cursor where the key for cursors cannot be had', async () => {
  const { stores, desk, cursorOf, commit, folders, told } = await world();
  const before = await cursorOf(desk);
  const sign = stores.keyRing.sign.bind(stores.keyRing);
  stores.keyRing.sign = (purpose, message) =>
    purpose === 'cursor' ? Promise.reject(new UnavailableError('no key')) : sign(purpose, message);
  expect(await commit(desk, before, folders(desk, 'mine'))).toBeUndefined();
  stores.keyRing.sign = sign;
  expect(await told(desk, before)).toEqual(['mine']);
});
