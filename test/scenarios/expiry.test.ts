import { expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, type NodeId, SERVICE_DEVICE_ID } from '@syncline/protocol';
import { createExpiryHandler, type ExpiryEvent } from '../../lambdas/history/create-expiry-handler.ts';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const expire = (event: ExpiryEvent = {}) =>
    createExpiryHandler(world.service.stores)(event, { awsRequestId: 'expiry-1' });
  const pass = (ms: number) => world.service.stores.clock.advance(ms);
  return { world, desk, expire, pass };
}

async function revs(world: CommitWorld, { namespaceId }: Member, nodeId: NodeId): Promise<readonly number[]> {
  const { revisions } = await world.service.stores.namespaces.listRevisions({ namespaceId, nodeId, limit: 1000 });
  return revisions.map(({ rev }) => rev);
}

async function retained(world: CommitWorld, { namespaceId, accountId }: Member): Promise<number | undefined> {
  return (await world.service.stores.namespaces.readAccess({ namespaceId, accountId }))?.head.bytesRetained;
}

/** A file that was edited every ten minutes. */
async function editedFile(edits: number) {
  const opening = await opened();
  const { world, desk, pass } = opening;
  const { node } = await world.put(desk, { name: 'a', text: '0' });
  for (let rev = 1; rev < edits; rev++) {
    pass(10 * MINUTE_MS);
    await world.put(desk, { name: 'a', nodeId: node.nodeId, baseRev: rev, text: `${rev % 10}` });
  }
  return { ...opening, nodeId: node.nodeId };
}

test('revisions are thinned to hours after a day, to days after a week, and gone after the retention; usage follows', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(100);
  expect(await expire()).toMatchObject({ revisions: 0, purged: 0, isDone: true });
  expect(await revs(world, desk, nodeId)).toHaveLength(100);
  pass(DAY_MS);
  expect(await expire()).toMatchObject({ namespaces: 1, failed: 0, isDone: true });
  // 16.5 hours, and the present one.
  expect((await revs(world, desk, nodeId)).length).toBeLessThanOrEqual(18);
  pass(7 * DAY_MS);
  await expire();
  expect((await revs(world, desk, nodeId)).length).toBeLessThanOrEqual(3);
  pass(30 * DAY_MS);
  await expire();
  expect(await revs(world, desk, nodeId)).toEqual([100]);
  expect(await retained(world, desk)).toBe(1);
  expect(await world.read(desk, nodeId)).toBe('9');
  expect(await world.head(desk)).toBe(100);
});

test('a labelled and a kept revision outlive the retention', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(6);
  const mark = (rev: string, body: object) =>
    world.service.invoke('markRevision', { parameters: { nodeId, rev }, body }, desk);
  await mark('2', { label: 'as sent' });
  await mark('4', { kept: true });
  pass(60 * DAY_MS);
  await expire();
  expect(await revs(world, desk, nodeId)).toEqual([6, 4, 2]);
});

test('what has lain in the trash for the retention is purged, by an entry of the service', async () => {
  const { world, desk, expire, pass } = await opened();
  const folder = await world.mkdir(desk, 'folder');
  await world.put(desk, { name: 'a', text: 'a', parentId: folder.nodeId });
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 });
  pass(29 * DAY_MS);
  const { node } = await world.put(desk, { name: 'b', text: 'b' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  expect(await expire()).toMatchObject({ purged: 0 });
  pass(DAY_MS + HOUR_MS);
  expect(await expire()).toMatchObject({ purged: 1 });
  const [entry] = await world.service.stores.namespaces.listEntries({ ...desk, after: 5, limit: 10 });
  expect(entry).toMatchObject({ type: 'purged', deviceId: SERVICE_DEVICE_ID, node: { nodeId: folder.nodeId } });
  const trash = await world.service.invoke('listTrash', { query: {} }, desk);
  expect(trash).toMatchObject({ ok: true, value: { entries: [{ nodeId: node.nodeId }] } });
  const gone = await world.tryOne(desk, { type: 'restore', nodeId: folder.nodeId });
  expect(gone).toMatchObject({ status: 'error', error: { code: 'not_found' } });
  expect(await expire()).toMatchObject({ purged: 0 });
});

test('a dry run tells what a run would do, and does nothing', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(120);
  const { node } = await world.put(desk, { name: 'b', text: 'b' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  pass(40 * DAY_MS);
  const before = await revs(world, desk, nodeId);
  const dry = await expire({ dryRun: true });
  expect(await revs(world, desk, nodeId)).toEqual(before);
  expect(await world.head(desk)).toBe(122);
  expect(dry).toMatchObject({ revisions: 119, bytes: 119, purged: 1 });
  expect(await expire()).toEqual(dry);
});

test('a run whose time is over goes on where it stopped', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(120);
  pass(40 * DAY_MS);
  const { clock, namespaces } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  let commits = 0;
  namespaces.commit = async (transaction) => {
    commits += 1;
    clock.advance(11 * MINUTE_MS);
    return commit(transaction);
  };
  expect(await expire()).toMatchObject({ isDone: false });
  for (let run = 0; run < 5; run++) await expire();
  expect(await expire()).toMatchObject({ isDone: true, revisions: 0 });
  expect(await revs(world, desk, nodeId)).toEqual([120]);
  expect(commits).toBe(3);
});

test('a label that is given while the expiry looks at the file keeps its revision', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(5);
  pass(40 * DAY_MS);
  const { namespaces } = world.service.stores;
  const commit = namespaces.commit.bind(namespaces);
  let isFirst = true;
  namespaces.commit = async (transaction) => {
    if (isFirst)
      await namespaces.markRevision({ namespaceId: desk.namespaceId, nodeId, rev: 3 }, { label: 'just now' });
    isFirst = false;
    return commit(transaction);
  };
  await expire();
  expect(await revs(world, desk, nodeId)).toEqual([5, 3]);
});

test('a commit that comes first is not lost, and the expiry decides anew', async () => {
  const { world, desk, expire, pass, nodeId } = await editedFile(5);
  pass(40 * DAY_MS);
  const { namespaces } = world.service.stores;
  const readAccess = namespaces.readAccess.bind(namespaces);
  let isFirst = true;
  namespaces.readAccess = async (key) => {
    const access = await readAccess(key);
    if (isFirst) {
      isFirst = false;
      await world.must(desk, { type: 'restore', nodeId, rev: 2 });
    }
    return access;
  };
  await expire();
  // What the restore has replaced is an hour old at most.
  expect(await revs(world, desk, nodeId)).toEqual([6, 5]);
  expect(await world.read(desk, nodeId)).toBe('1');
});
