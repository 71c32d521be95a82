import { expect, test } from '@jest/globals';
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, type NodeId } from '@syncline/protocol';
import { createExpiryHandler } from '../../lambdas/history/create-expiry-handler.ts';
import { ageExpiry } from '../../lambdas/history/expiry-clock.ts';
import { EXPIRY_CLOCK_BEHIND_MS, EXPIRY_RUN_AGE_MS_MAX } from '../../lambdas/history/limits.ts';
import { MemoryExpiryClock } from '../../lambdas/history/memory-expiry-clock.ts';
import { CommitWorld } from '../support/commit-world.ts';

/** An account, and an expiry whose clock on the wall may be wrong. */
async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const { stores } = world.service;
  const expiryClock = new MemoryExpiryClock(stores);
  const { clock } = stores;
  const expire = (aheadMs = 0) => {
    const wrong = { now: () => epochMs(clock.now() + aheadMs), sleep: clock.sleep.bind(clock) };
    return createExpiryHandler({ ...stores, expiryClock, clock: wrong })({}, { awsRequestId: 'expiry-1' });
  };
  /** As if it had run every hour until now. */
  const hasRun = () => expiryClock.write(clock.now());
  return { world, desk, expire, hasRun, clock, expiryClock };
}

async function editedFile(world: CommitWorld, desk: Awaited<ReturnType<CommitWorld['device']>>): Promise<NodeId> {
  const { node } = await world.put(desk, { name: 'a', text: 'first' });
  await world.put(desk, { name: 'a', nodeId: node.nodeId, baseRev: 1, text: 'second' });
  return node.nodeId;
}

test('a clock that is ahead by two months lets nothing go, neither in one run nor in ten, nor when it is right again', async () => {
  const { world, desk, expire, hasRun, clock } = await opened();
  const nodeId = await editedFile(world, desk);
  const { node } = await world.put(desk, { name: 'b', text: 'b' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  await hasRun();
  for (let run = 0; run < 10; run++) expect(await expire(60 * DAY_MS)).toMatchObject({ revisions: 0, purged: 0 });
  expect(await expire()).toMatchObject({ revisions: 0, purged: 0 });
  clock.advance(29 * DAY_MS);
  expect(await expire()).toMatchObject({ revisions: 0, purged: 0 });
  await world.must(desk, { type: 'restore', nodeId, rev: 1 });
  await world.must(desk, { type: 'restore', nodeId: node.nodeId });
});

test('the first run of all may have a wrong clock: nothing goes by it, nor by those after it', async () => {
  const { world, desk, expire, clock } = await opened();
  await editedFile(world, desk);
  clock.advance(2 * DAY_MS);
  for (let run = 0; run < 20; run++) expect(await expire(28 * DAY_MS)).toMatchObject({ revisions: 0, purged: 0 });
  expect(await expire()).toMatchObject({ revisions: 0, purged: 0 });
});

test('runs of every hour from the beginning let go what is due when it is due', async () => {
  const { world, desk, expire, clock } = await opened();
  await editedFile(world, desk);
  const runs = (30 * DAY_MS) / HOUR_MS;
  for (let hour = 0; hour < runs; hour++) {
    expect([hour, (await expire()).revisions]).toEqual([hour, 0]);
    clock.advance(HOUR_MS);
  }
  clock.advance(HOUR_MS);
  expect(await expire()).toMatchObject({ revisions: 1 });
});

test('the clock goes on by what has passed, by two hours at most, and never back', () => {
  const at = (hours: number) => epochMs(Date.UTC(2026, 0, 1) + hours * HOUR_MS);
  expect(ageExpiry(undefined, at(0))).toBe(at(0) - EXPIRY_CLOCK_BEHIND_MS);
  expect(ageExpiry(at(0), at(1))).toBe(at(1));
  expect(ageExpiry(at(0), at(1000))).toBe(at(0) + EXPIRY_RUN_AGE_MS_MAX);
  expect(ageExpiry(at(0), at(-1000))).toBe(at(0));
});

test('what a function whose clock is a month behind has deleted and replaced is kept like everything else', async () => {
  const { world, desk, expire, hasRun, clock } = await opened();
  const nodeId = await editedFile(world, desk);
  const { node } = await world.put(desk, { name: 'b', text: 'b' });
  clock.advance(40 * DAY_MS);
  await hasRun();
  await expire();
  const now = clock.now.bind(clock);
  clock.now = () => epochMs(now() - 35 * DAY_MS);
  await world.put(desk, { name: 'a', nodeId, baseRev: 2, text: 'third' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  clock.now = now;
  for (let run = 0; run < 3; run++) {
    clock.advance(MINUTE_MS);
    expect(await expire()).toMatchObject({ revisions: 0, purged: 0 });
  }
  await world.must(desk, { type: 'restore', nodeId, rev: 2 });
  await world.must(desk, { type: 'restore', nodeId: node.nodeId });
});

test('floors are raised once a day and never lowered, and a dry run writes none', async () => {
  const { world, desk, expire, hasRun, clock, expiryClock } = await opened();
  const floor = () => world.service.stores.namespaces.head(desk.namespaceId)?.timeFloor;
  await hasRun();
  await createExpiryHandler({ ...world.service.stores, expiryClock })({ dryRun: true }, { awsRequestId: 'dry' });
  expect(floor()).toBeUndefined();
  await expire();
  const begun = clock.now();
  expect(floor()).toBe(begun);
  for (let hour = 1; hour < 24; hour++) {
    clock.advance(HOUR_MS);
    await expire();
    expect(floor()).toBe(begun);
  }
  clock.advance(HOUR_MS);
  await expire();
  expect(floor()).toBe(begun + DAY_MS);
  await expiryClock.raiseFloor({ namespaceId: desk.namespaceId, timeFloor: begun });
  expect(floor()).toBe(begun + DAY_MS);
});
