import { expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS, RETENTION_DAYS_MAX } from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { UsageWorld } from '../support/usage-world.ts';

/** A home with a file that was edited every six hours for ten days, and one in the trash since the first of them. */
async function opened() {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'gone' });
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: 1 });
  const { node } = await world.put(ann, { name: 'file', text: '0' });
  for (let rev = 1; rev < 40; rev++) {
    world.service.stores.clock.advance(6 * HOUR_MS);
    await world.put(ann, { name: 'file', nodeId: node.nodeId, baseRev: rev, text: `${rev}` });
  }
  return { world, ann, nodeId: node.nodeId };
}

async function countRevisions(world: UsageWorld, { namespaceId }: Member, nodeId: string): Promise<number> {
  const page = { namespaceId, nodeId: nodeId as never, limit: 1000 };
  return (await world.service.stores.namespaces.listRevisions(page)).revisions.length;
}

test('a shorter retention is told before what it lets go, and the next expiry lets go just that', async () => {
  const { world, ann, nodeId } = await opened();
  const parameters = { namespaceId: ann.namespaceId };
  const usual = await world.call(ann, 'getRetention', { parameters });
  expect(usual).toEqual({ retention: { days: 30, thinning: 'days' } });
  await world.expire();
  const before = await countRevisions(world, ann, nodeId);
  const dry = await world.call(ann, 'setRetention', { parameters, body: { days: 2, dryRun: true } });
  expect(dry).toMatchObject({ retention: { days: 2 }, loss: { deletions: 1, isComplete: true } });
  expect(dry.loss.revisions).toBeGreaterThan(0);
  expect(await world.call(ann, 'getRetention', { parameters })).toEqual(usual);
  await world.expire();
  expect(await countRevisions(world, ann, nodeId)).toBe(before);
  expect(await world.call(ann, 'setRetention', { parameters, body: { days: 2 } })).toEqual(dry);
  await world.expire();
  expect(await countRevisions(world, ann, nodeId)).toBe(before - dry.loss.revisions);
  expect((await world.call(ann, 'listTrash', { query: {} })).entries).toEqual([]);
  const again = await world.call(ann, 'setRetention', { parameters, body: { dryRun: true } });
  expect(again).toEqual({
    retention: { days: 2, thinning: 'days' },
    loss: { revisions: 0, revisionBytes: 0, deletions: 0, isComplete: true },
  });
});

test('without thinning every revision stays until the retention is over', async () => {
  const { world, ann, nodeId } = await opened();
  const parameters = { namespaceId: ann.namespaceId };
  const body = { days: RETENTION_DAYS_MAX, thinning: 'none' } as const;
  await world.call(ann, 'setRetention', { parameters, body });
  world.service.stores.clock.advance(20 * DAY_MS);
  await world.expire();
  expect(await countRevisions(world, ann, nodeId)).toBe(40);
  const thinned = await world.call(ann, 'setRetention', { parameters, body: { thinning: 'days' } });
  expect(thinned.retention).toEqual({ days: RETENTION_DAYS_MAX, thinning: 'days' });
  await world.expire();
  expect(await countRevisions(world, ann, nodeId)).toBe(40 - thinned.loss.revisions);
});

test('a retention is within its bounds, and only the owner sets it', async () => {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const bob = await world.person('bob');
  const namespaceId = await world.shareNew(ann, 'team');
  await world.welcome(ann, bob, { namespaceId });
  const parameters = { namespaceId };
  for (const days of [0, RETENTION_DAYS_MAX + 1, 1.5]) {
    expect(await world.codeOf(ann, 'setRetention', { parameters, body: { days } })).toBe('invalid_request');
  }
  expect(await world.codeOf(bob, 'setRetention', { parameters, body: { days: 5 } })).toBe('forbidden');
  const transfer = { parameters: { namespaceId, accountId: bob.accountId }, body: { role: 'owner' as const } };
  await world.call(ann, 'changeRole', transfer);
  expect(await world.codeOf(ann, 'setRetention', { parameters, body: { days: 5 } })).toBe('forbidden');
  await world.call(bob, 'setRetention', { parameters, body: { days: 5 } });
  expect(await world.call(ann, 'getRetention', { parameters })).toEqual({ retention: { days: 5, thinning: 'days' } });
});

test('usage tells present contents, trash and history, and which shared folders are in them', async () => {
  const world = new UsageWorld({ quotaBytes: 1000 });
  const ann = await world.openHome('ann');
  const bob = await world.person('bob');
  const namespaceId = await world.shareNew(ann, 'team');
  const theirs = await world.shareNew(bob, 'theirs');
  await world.welcome(ann, bob, { namespaceId });
  await world.welcome(bob, ann, { namespaceId: theirs });
  await world.put(world.in(bob, namespaceId), { name: 'a', text: 'a'.repeat(50) });
  await world.put(world.in(ann, theirs), { name: 'a', text: 'a'.repeat(70) });
  const { node } = await world.put(ann, { name: 'b', text: 'b'.repeat(20) });
  await world.put(ann, { name: 'b', nodeId: node.nodeId, baseRev: 1, text: 'c'.repeat(9) });
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'gone' });
  await world.must(ann, { type: 'delete', nodeId: gone.nodeId, baseRev: 1 });
  expect(await world.call(ann, 'getUsage', {})).toEqual({
    quotaBytes: 1000,
    presentBytes: 59,
    trashBytes: 4,
    historyBytes: 20,
    retention: { days: 30, thinning: 'days' },
    folders: expect.arrayContaining([
      { namespaceId, name: 'team', role: 'owner', isOnQuota: true },
      { namespaceId: theirs, name: 'theirs', role: 'editor', isOnQuota: false },
    ]),
  });
  expect(await world.call(bob, 'getUsage', {})).toMatchObject({ presentBytes: 70, trashBytes: 0, historyBytes: 0 });
});

test.each(['listNamespaces', 'readAccess', 'commit'] as const)(
  'a retention that is made longer while the expiry runs, just about %s, keeps what it keeps from then on',
  async (call) => {
    const { world, ann, nodeId } = await opened();
    world.service.stores.clock.advance(40 * DAY_MS);
    const { namespaces, retentions } = world.service.stores;
    const retention = { days: RETENTION_DAYS_MAX, thinning: 'none' } as const;
    const owner = { namespaceId: ann.namespaceId, ownerAccountId: ann.accountId };
    const original = namespaces[call].bind(namespaces) as (...given: readonly unknown[]) => Promise<unknown>;
    let isLonger = false;
    const meanwhile = async (...given: readonly unknown[]): Promise<unknown> => {
      // Heads are read first and may be minutes old; of the rest it comes just before.
      const answer = call === 'listNamespaces' ? await original(...given) : undefined;
      if (!isLonger) expect(await retentions.setRetention(owner, retention)).toBe(true);
      isLonger = true;
      return answer ?? original(...given);
    };
    Object.assign(namespaces, { [call]: meanwhile });
    await world.expire();
    expect(isLonger).toBe(true);
    expect(await countRevisions(world, ann, nodeId)).toBe(40);
    expect((await world.call(ann, 'listTrash', { query: {} })).entries).toHaveLength(1);
    // What would go by it was not passed by: the next run looks at it again.
    expect(await retentions.setRetention(owner, { days: 30, thinning: 'days' })).toBe(true);
    await world.expire();
    expect(await countRevisions(world, ann, nodeId)).toBe(1);
  },
);
