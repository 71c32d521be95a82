import { expect, test } from '@jest/globals';
import { COMMIT_OPERATIONS_MAX, type DeviceLag, MINUTE_MS, rootNodeId, SECOND_MS } from '@syncline/protocol';
import { OWN_ENTRIES_READ_MAX } from '../../lambdas/devices/limits.ts';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

/** How far the devices of an account are behind, by their names. */
async function lags(
  { service }: CommitWorld,
  member: Member,
): Promise<Readonly<Record<string, DeviceLag | undefined>>> {
  const answer = await service.invoke('listDevices', {}, member);
  if (!answer.ok) throw new Error('refused');
  return Object.fromEntries(answer.value.devices.map(({ name, lag }) => [name, lag]));
}

async function cursorOf({ service }: CommitWorld, member: Member): Promise<string> {
  const answer = await service.invoke('getCursor', {}, member);
  if (!answer.ok) throw new Error('refused');
  return answer.value.cursor;
}

/** Reads changes to the end, as a device does, or only one page. Answers the cursor behind them. */
async function read(world: CommitWorld, member: Member, from: { cursor: string; pages?: number }): Promise<string> {
  let { cursor } = from;
  for (let page = 0; page < (from.pages ?? 9); page++) {
    const answer = await world.service.invoke('listChanges', { query: { cursor, limit: '2' } }, member);
    if (!answer.ok) throw new Error('refused');
    ({ cursor } = answer.value);
  }
  return cursor;
}

test('a device that reads to the end is behind nothing, and one that does not is behind by what it has not read', async () => {
  const world = new CommitWorld();
  const { clock } = world.service.stores;
  const [desk, phone] = [await world.device('desk'), await world.device('phone')];
  const cursors = { desk: await cursorOf(world, desk), phone: await cursorOf(world, phone) };
  expect(await lags(world, desk)).toEqual({ desk: undefined, phone: undefined });
  await read(world, phone, { cursor: cursors.phone, pages: 1 });
  for (const name of ['a', 'b', 'c']) {
    await world.mkdir(desk, name);
    clock.advance(10 * SECOND_MS);
  }
  await read(world, desk, { cursor: cursors.desk });
  expect(await lags(world, desk)).toEqual({ desk: { entries: 0, seconds: 0 }, phone: { entries: 3, seconds: 30 } });
  clock.advance(MINUTE_MS);
  await read(world, phone, { cursor: cursors.phone, pages: 1 });
  expect((await lags(world, desk))['phone']).toEqual({ entries: 3, seconds: 90 });
  await read(world, phone, { cursor: cursors.phone });
  expect((await lags(world, desk))['phone']).toEqual({ entries: 0, seconds: 0 });
});

test('a device is not behind what it has committed itself, but behind what others have made after it', async () => {
  const world = new CommitWorld();
  const { clock } = world.service.stores;
  const [desk, phone] = [await world.device('desk'), await world.device('phone')];
  await read(world, desk, { cursor: await cursorOf(world, desk), pages: 1 });
  await read(world, phone, { cursor: await cursorOf(world, phone), pages: 1 });
  for (const name of ['a', 'b']) await world.mkdir(desk, name);
  clock.advance(MINUTE_MS);
  expect(await lags(world, desk)).toEqual({ desk: { entries: 0, seconds: 0 }, phone: { entries: 2, seconds: 60 } });
  await world.mkdir(phone, 'c');
  await world.mkdir(desk, 'd');
  clock.advance(MINUTE_MS);
  expect(await lags(world, desk)).toEqual({ desk: { entries: 2, seconds: 60 }, phone: { entries: 4, seconds: 120 } });
});

test('a device that waits in another epoch is behind all of the journal, whoever has made it', async () => {
  const world = new CommitWorld();
  const { accounts, clock } = world.service.stores;
  const desk = await world.device('desk');
  const { accountId, deviceId, namespaceId } = desk;
  await accounts.seeDevice(
    { accountId, deviceId },
    { at: clock.now(), positions: [{ namespaceId, epoch: 7, seq: 5 }] },
  );
  await world.mkdir(desk, 'a');
  clock.advance(MINUTE_MS);
  expect(await lags(world, desk)).toEqual({ desk: { entries: 1, seconds: 60 } });
});

test('a device that has made more than is looked at counts as behind the rest, if at all', async () => {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  await read(world, desk, { cursor: await cursorOf(world, desk), pages: 1 });
  const parentId = rootNodeId(desk.namespaceId);
  for (let start = 0; start < OWN_ENTRIES_READ_MAX; start += COMMIT_OPERATIONS_MAX) {
    const names = Array.from({ length: COMMIT_OPERATIONS_MAX }, (_none, index) => `folder ${start + index}`);
    await world.commit(
      desk,
      world.name(
        desk,
        names.map((name) => ({ type: 'mkdir', parentId, name })),
      ),
    );
  }
  expect(await lags(world, desk)).toEqual({ desk: { entries: 0, seconds: 0 } });
  await world.mkdir(desk, 'one more');
  world.service.stores.clock.advance(MINUTE_MS);
  expect(await lags(world, desk)).toEqual({ desk: { entries: 1, seconds: 60 } });
});

test('a device that follows and finds nothing new is written down every few minutes, and no more', async () => {
  const world = new CommitWorld();
  const { accounts, clock } = world.service.stores;
  const desk = await world.device('desk');
  let writes = 0;
  const see = accounts.seeDevice.bind(accounts);
  accounts.seeDevice = async (key, seen) => {
    writes += 1;
    return see(key, seen);
  };
  const cursor = await cursorOf(world, desk);
  for (let minute = 0; minute < 30; minute++) {
    await read(world, desk, { cursor, pages: 2 });
    clock.advance(MINUTE_MS);
  }
  expect(writes).toBe(6);
});

test('an unlinked device follows nothing more, and is told that it is unlinked', async () => {
  const world = new CommitWorld();
  const [desk, phone] = [await world.device('desk'), await world.device('phone')];
  const cursor = await cursorOf(world, desk);
  await read(world, desk, { cursor, pages: 1 });
  const parameters = { deviceId: desk.deviceId };
  await world.service.invoke('unlinkDevice', { parameters, query: { wipe: 'true' } }, phone);
  expect(await world.service.invoke('listChanges', { query: { cursor } }, desk)).toMatchObject({
    ok: false,
    problem: { code: 'unauthenticated', details: { unlinked: true } },
  });
  expect((await lags(world, phone))['desk']).toBeUndefined();
});

test('a device that is asked to remove its files says how many are left, and nobody else can', async () => {
  const world = new CommitWorld();
  const [desk, phone, stranger] = [
    await world.device('desk'),
    await world.device('phone'),
    await world.device('desk', 'bob'),
  ];
  const parameters = { deviceId: desk.deviceId };
  const report = { parameters, body: { removedFiles: 7, keptFiles: 1 } };
  const { service } = world;
  expect(await service.invoke('reportWipe', report, desk)).toMatchObject({ problem: { code: 'not_found' } });
  const asked = await service.invoke('unlinkDevice', { parameters, query: { wipe: 'true' } }, phone);
  expect(asked).toMatchObject({ ok: true, value: { device: { wipe: { state: 'asked' } } } });
  expect(await service.invoke('reportWipe', report, stranger)).toMatchObject({ problem: { code: 'not_found' } });
  expect(await service.invoke('reportWipe', report, desk)).toMatchObject({
    ok: true,
    value: { device: { wipe: { state: 'done', removedFiles: 7, keptFiles: 1 } } },
  });
});
