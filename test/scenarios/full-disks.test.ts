import { describe, expect, test } from '@jest/globals';
import { epochMs, MiB } from '@syncline/protocol';
import { explainPath } from '../../client/src/engine/explain-path.ts';
import { NO_ROOM_RETRY_MS } from '../../client/src/engine/limits.ts';
import { plannedFolder } from '../../client/src/engine/planned-folder.ts';
import { heldWorld, large } from '../support/held-world.ts';
import { KillableDevice } from '../support/killable-device.ts';
import { lookAt } from '../support/look-at.ts';
import { ModelService } from '../support/model-service.ts';
import { ServiceUser } from '../support/service-user.ts';
import { modelSyncService, SyncDevice } from '../support/sync-world.ts';

const STAGING = '.syncline/staging';
const DISK_BYTES = 100_000;
/** As little as this is kept free of such a disk. */
const RESERVE_BYTES = DISK_BYTES / 20;

/** A device with a small disk; what has more than `largeFileBytes` is fetched beside the rounds. */
async function world(largeFileBytes: number) {
  const service = new ModelService();
  const device = await KillableDevice.link(service, { order: 'ordered', largeFileBytes });
  device.disk.volume.capacityBytes = DISK_BYTES;
  await device.sync();
  return { device, user: new ServiceUser(service), disk: device.disk.volume };
}

const freeBytes = ({ disk }: Awaited<ReturnType<typeof world>>): number => disk.space().freeBytes;

test.each([
  ['at once', 1_000_000],
  ['beside the rounds', 10],
])('of what is fetched %s a file that the disk has no room for is named, and all that fits comes', async (_, bytes) => {
  const given = await world(bytes);
  const { device, user, disk } = given;
  user.mkdir('films');
  user.write('films/long', 'x'.repeat(DISK_BYTES - RESERVE_BYTES));
  user.write('films/short', 'y'.repeat(20_000));
  user.write('note', 'hello');
  const outcome = await device.sync();
  expect(outcome).toMatchObject({ kind: 'unrested', problems: [{ path: 'films/long', reason: 'no-room' }] });
  expect(outcome.problems[0]?.detail).toMatch(
    /^It needs 93 KiB, and the disk has \d+ KiB free, of which 4\.9 KiB stay/,
  );
  expect(device.user.tree().get('films/short')).toBe('y'.repeat(20_000));
  expect(device.user.tree().get('note')).toBe('hello');
  expect(freeBytes(given)).toBeGreaterThan(RESERVE_BYTES);
  expect(device.disk.readdir(`/synced/${STAGING}`)).toEqual([]);
  disk.capacityBytes = 3 * DISK_BYTES;
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(device.user.tree().get('films/long')).toHaveLength(DISK_BYTES - RESERVE_BYTES);
});

test('files that fit one by one and not together leave the reserve free', async () => {
  const given = await world(10);
  const { device, user } = given;
  for (const name of ['a', 'b', 'c', 'd']) user.write(name, name.repeat(30_000));
  const outcome = await device.sync();
  expect(outcome.problems).toMatchObject([{ reason: 'no-room' }]);
  expect(device.user.tree().size).toBe(3);
  expect(freeBytes(given)).toBeGreaterThanOrEqual(RESERVE_BYTES);
});

test('of a file that has come in part only the rest needs room', async () => {
  const { device, user } = await world(10);
  const text = Array.from({ length: 6000 }, (_, line) => `${`${line}`.padStart(9)}\n`).join('');
  user.write('film', text);
  const isWrite = (call: { readonly name: string }) => call.name === 'fsync';
  expect(await device.syncUntilKilled((call) => (isWrite(call) ? 'killed-before' : undefined))).toBe(true);
  expect(device.disk.readdir(`/synced/${STAGING}`)).toHaveLength(1);
  device.restart();
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(device.user.tree().get('film')).toBe(text);
});

test.each([
  ['is deleted', (user: ServiceUser) => user.remove('film')],
  ['gets another content', (user: ServiceUser) => user.write('film', 'short')],
])('what was staged of a file that %s at the service is removed by the next round', async (_, change) => {
  const { device, user } = await world(10);
  user.write('film', 'x'.repeat(20_000));
  await device.syncUntilKilled((call) => (call.name === 'fsync' ? 'killed-before' : undefined));
  expect(device.disk.readdir(`/synced/${STAGING}`)).toHaveLength(1);
  change(user);
  device.restart();
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(device.disk.readdir(`/synced/${STAGING}`)).toEqual([]);
});

test('a file that did not fit comes by itself once there is room, and its content is fetched once', async () => {
  const { a, b, clock } = await heldWorld();
  b.files.room = { freeBytes: 100, totalBytes: 1000 };
  a.files.write('film', large('1'));
  a.files.write('note', '1');
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  expect(Object.fromEntries(b.files.tree())).toEqual({ note: '1' });
  expect(b.loop.status()).toMatchObject({ state: 'waiting', problems: [{ path: 'film', reason: 'no-room' }] });
  await clock.pass(10 * NO_ROOM_RETRY_MS);
  expect(b.loop.status().problems).toHaveLength(1);
  b.files.room = { freeBytes: 1000, totalBytes: 1000 };
  await clock.pass(NO_ROOM_RETRY_MS);
  expect(b.files.text('film')).toBe(large('1'));
  expect(b.loop.status()).toMatchObject({ state: 'idle', problems: [] });
  expect(b.line.begun).toBe(1);
});

test('while it is fetched a file whose disk is filled by others waits for room with what has come, and goes on', async () => {
  const { a, b, clock } = await heldWorld();
  b.files.room = { freeBytes: 1000, totalBytes: 1000 };
  b.line.isHeld = true;
  a.files.write('film', large('1'));
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(2000);
  b.files.room = { freeBytes: 0, totalBytes: 1000 };
  b.line.release();
  await clock.pass(1000);
  expect(b.loop.status().problems).toMatchObject([{ path: 'film', reason: 'no-room' }]);
  expect(b.files.stagedKeys()).toHaveLength(1);
  b.files.room = { freeBytes: 1000, totalBytes: 1000 };
  await clock.pass(2 * NO_ROOM_RETRY_MS);
  expect(b.files.text('film')).toBe(large('1'));
  expect(b.files.stagedKeys()).toEqual([]);
});

test.each([
  ['is deleted', (files: { remove(path: string): void }) => files.remove('films')],
  ['is excluded', undefined],
])('what has come of a large file whose folder %s does not stay', async (_, remove) => {
  const { a, b, clock, service } = await heldWorld();
  b.line.isHeld = true;
  a.files.mkdir('films');
  a.files.write('films/film', large('1'));
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  expect(b.files.stagedKeys()).toHaveLength(1);
  const folder = service.list().find(({ name }) => name === 'films');
  if (remove !== undefined) remove(a.files);
  else if (folder !== undefined) b.loop.setExcluded(new Set([folder.nodeId]));
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  b.line.release();
  await clock.pass(5000);
  expect([Object.fromEntries(b.files.tree()), b.files.stagedKeys()]).toEqual([{}, []]);
});

describe('who looks at a folder that nothing syncs', () => {
  /** A device that knows of files `films/long`, of 500 bytes, and `note`, of 5, and has none of them. */
  async function onlooker(room: { readonly freeBytes: number; readonly totalBytes: number }) {
    const model = new ModelService();
    const service = modelSyncService(model);
    const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
    a.files.mkdir('films');
    a.files.write('films/long', 'x'.repeat(500));
    a.files.write('note', 'hello');
    await a.sync();
    b.files.room = { freeBytes: 0, totalBytes: 1000 };
    await b.sync();
    b.files.room = room;
    return { a, b, model, seen: () => lookAt(b, model.rootId) };
  }

  test('is told which file the disk has no room for, and what it needs', async () => {
    const { seen } = await onlooker({ freeBytes: 400, totalBytes: 1000 });
    const { trees, status } = await seen();
    const detail = expect.stringMatching(
      /^It needs 500 B, and the disk has 400 B free, of which 50 B stay free\. Free/,
    );
    expect(status.problems).toMatchObject([{ path: 'films/long', reason: 'no-room', detail }]);
    expect(explainPath(trees, { path: 'films/long', status })).toMatchObject({
      state: 'problem',
      reason: 'no-room',
      detail,
    });
    expect(explainPath(trees, { path: 'note', status })).toMatchObject({ state: 'pending', reason: 'download' });
  });

  test('is not told which of several files will not fit that do so one by one', async () => {
    const { seen } = await onlooker({ freeBytes: 552, totalBytes: 1000 });
    expect((await seen()).status.problems).toEqual([]);
  });

  test('is told of an edit that does not fit by the name that its file has here', async () => {
    const { a, b, seen } = await onlooker({ freeBytes: 1000, totalBytes: 1000 });
    await b.sync();
    a.files.write('note', 'y'.repeat(300));
    await a.sync();
    b.files.room = { freeBytes: 100, totalBytes: 1000 };
    await b.sync();
    expect((await seen()).status.problems).toMatchObject([{ path: 'note', reason: 'no-room' }]);
  });

  test('is told of a large file that has come in part by what is left of it', async () => {
    const { a, b, model, seen } = await onlooker({ freeBytes: 0, totalBytes: 1000 });
    a.files.write('film', 'x'.repeat(9 * MiB));
    await a.sync();
    await b.sync();
    const film = model.list().find(({ name }) => name === 'film');
    const staged = await b.files.stage({ key: `${film?.nodeId}-${film?.contentHash}`, size: 5 * MiB });
    await staged.close();
    b.files.room = { freeBytes: 5 * MiB, totalBytes: 20 * MiB };
    expect((await seen()).status.problems).toEqual([]);
    b.files.room = { freeBytes: 5 * MiB - 1, totalBytes: 20 * MiB };
    expect((await seen()).status.problems).toMatchObject([
      { path: 'film', detail: expect.stringMatching(/^It needs 4\.0 MiB/) },
    ]);
  });

  test('is told nothing of that while what is excluded is still to leave the disk', async () => {
    const { b, model } = await onlooker({ freeBytes: 400, totalBytes: 1000 });
    await b.sync();
    const engine = await b.engine();
    engine.trees.setExcluded(new Set(model.list().flatMap(({ name, nodeId }) => (name === 'note' ? [nodeId] : []))));
    const planned = await engine.plan({ offline: true });
    if (planned.kind !== 'planned') throw new Error(planned.kind);
    const { plan } = planned;
    expect(plan.steps.map(({ type }) => type)).toContain('unsync-local');
    const { problems } = (await plannedFolder(engine, { rootId: model.rootId, plan, now: epochMs(0), files: b.files }))
      .status;
    expect(problems).toEqual([]);
  });
});
