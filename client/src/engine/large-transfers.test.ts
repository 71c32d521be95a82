import { describe, expect, test } from '@jest/globals';
import { heldWorld, large } from '../../../test/support/held-world.ts';
import { HUGE_FILE_BYTES, HUGE_TRANSFERS_MAX, LARGE_TRANSFERS_MAX, MASS_CHANGE_NODES } from './limits.ts';
import { RunningTransfers } from './running-transfers.ts';

/** A device that sends a large file, and has come to the middle of it. */
async function sending(first?: string) {
  const given = await heldWorld();
  const { a, clock } = given;
  if (first !== undefined) {
    a.files.write('film', first);
    await clock.pass(1000);
  }
  a.line.begun = 0;
  a.line.isHeld = true;
  a.files.write('film', large('1'));
  await clock.pass(1000);
  expect(a.line.underWay).toBe(1);
  return given;
}

const MINUTE_MS = 60_000;

describe('while a large file is sent', () => {
  test('small edits are committed, one after the other, and the large one is sent once', async () => {
    const { a, clock, tree } = await sending();
    for (const text of ['1', '2', '3']) {
      a.files.write('note', text);
      await clock.pass(1000);
      expect(tree()).toEqual({ note: text });
    }
    expect(a.loop.status()).toMatchObject({ state: 'syncing', pending: { upload: 1 } });
    expect(a.loop.status().bytes.total).toBe(large('1').length + 3);
    a.line.release();
    await clock.pass(1000);
    expect(tree()).toEqual({ film: large('1'), note: '3' });
    expect(a.line.begun).toBe(1);
    expect(a.loop.status().state).toBe('idle');
  });

  test('an edit of it is what is committed, and never what it was before', async () => {
    const { a, clock, tree, commits } = await sending();
    a.files.write('film', large('2'));
    await clock.pass(1000);
    a.line.release();
    await clock.pass(5000);
    expect(tree()).toEqual({ film: large('2') });
    expect(commits('film')).toBe(1);
  });

  test('an edit that nobody has noticed yet keeps what was sent from being committed', async () => {
    const { a, clock, tree, commits } = await sending(large('0'));
    const before = commits('film');
    a.faults.onSent = () => {
      a.faults.onSent = undefined;
      a.files.write('film', large('2'));
    };
    a.line.release();
    await clock.pass(5000);
    expect(tree()).toEqual({ film: large('2') });
    expect(commits('film')).toBe(before + 1);
  });

  test('its delete leaves nothing of it at the service', async () => {
    const { a, clock, tree, service } = await sending();
    a.files.remove('film');
    await clock.pass(1000);
    a.line.release();
    await clock.pass(5000);
    expect(tree()).toEqual({});
    expect(service.journal).toEqual([]);
    expect(a.loop.status().state).toBe('idle');
  });

  test('its move brings it to its new place, and to no other', async () => {
    const { a, clock, tree, commits } = await sending();
    a.files.mkdir('films');
    a.files.rename('film', 'films/film');
    await clock.pass(1000);
    a.line.release();
    await clock.pass(5000);
    expect(tree()).toEqual({ films: undefined, 'films/film': large('1') });
    expect(commits('film')).toBe(1);
  });

  test('the move of its folder does not begin it again', async () => {
    const { a, clock, tree } = await heldWorld();
    a.files.mkdir('films');
    await clock.pass(1000);
    a.line.isHeld = true;
    a.files.write('films/film', large('1'));
    await clock.pass(1000);
    a.files.rename('films', 'cinema');
    await clock.pass(1000);
    a.line.release();
    await clock.pass(5000);
    expect(tree()).toEqual({ cinema: undefined, 'cinema/film': large('1') });
    expect(a.line.begun).toBe(1);
  });

  test('an edit by another device makes both contents stand, as for any file', async () => {
    const { a, b, clock, tree } = await sending(large('0'));
    b.hints.give();
    await clock.pass(1000);
    b.files.write('film', 'by b');
    await clock.pass(1000);
    a.hints.give();
    await clock.pass(1000);
    a.line.release();
    await clock.pass(5000);
    expect(tree()['film']).toBe('by b');
    expect(new Set(Object.values(tree()))).toEqual(new Set(['by b', large('1')]));
  });

  test('a pause leaves it, and after the pause it is sent', async () => {
    const { a, clock, tree } = await sending();
    a.loop.pause();
    await clock.pass(1000);
    a.line.release();
    await clock.pass(MINUTE_MS);
    expect(tree()).toEqual({});
    expect(a.loop.status().state).toBe('paused');
    a.loop.resume({ acceptDeletes: false });
    await clock.pass(1000);
    expect(tree()).toEqual({ film: large('1') });
    expect(a.line.begun).toBe(2);
  });

  test('an end waits for it to stop, and nothing of it goes on', async () => {
    const { a, clock, tree } = await sending();
    const log: string[] = [];
    const stopped = a.loop.stop().then(() => log.push('stopped'));
    await clock.pass(1000);
    expect(log).toEqual([]);
    a.line.release();
    await clock.pass(1000);
    await stopped;
    await a.ended;
    expect(tree()).toEqual({});
    expect(a.loop.status().state).toBe('stopped');
  });

  test('who asks for a sync is answered when it was sent', async () => {
    const { a, clock, tree } = await sending();
    const answered: unknown[] = [];
    void a.loop.syncNow().then(() => answered.push(tree()));
    await clock.pass(1000);
    expect(answered).toEqual([]);
    a.line.release();
    await clock.pass(1000);
    expect(answered).toEqual([{ film: large('1') }]);
  });

  test('it counts as one rewritten file, however many rounds there are beside it', async () => {
    const { a, clock, tree } = await sending(large('0'));
    for (let file = 0; file <= MASS_CHANGE_NODES; file++) {
      a.files.write(`new ${file}`, `${file}`);
      await clock.pass(600);
    }
    a.files.write('new 0', 'edited');
    await clock.pass(1000);
    expect(a.loop.status().state).toBe('syncing');
    expect(tree()['new 0']).toBe('edited');
  });

  test('a line that fails is tried again after pauses, and small edits do not wait for them', async () => {
    const { a, clock, tree } = await sending();
    a.line.isCut = true;
    a.line.release();
    await clock.pass(30 * MINUTE_MS);
    const tries = a.line.begun;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(30);
    expect(a.loop.status().nextAttemptAt).toBeGreaterThan(clock.now());
    a.files.write('note', '1');
    await clock.pass(1000);
    expect(tree()).toEqual({ note: '1' });
    expect(a.line.begun).toBe(tries);
    a.line.isCut = false;
    void a.loop.syncNow();
    await clock.pass(1000);
    expect(tree()['film']).toBe(large('1'));
  });

  test('others are sent beside it, and wait when there are too many', async () => {
    const { a, clock, tree } = await sending();
    for (let file = 1; file < 3 * LARGE_TRANSFERS_MAX; file++) a.files.write(`${file}`, large('x'));
    await clock.pass(1000);
    expect(a.line.underWay).toBe(LARGE_TRANSFERS_MAX);
    a.line.release();
    await clock.pass(5000);
    expect(Object.keys(tree())).toHaveLength(3 * LARGE_TRANSFERS_MAX);
    expect(a.line.begun).toBe(3 * LARGE_TRANSFERS_MAX);
  });
});

test('a large file that both sides made is read beside everything else', async () => {
  const { a, b, clock, tree } = await heldWorld();
  a.files.write('film', large('1'));
  await clock.pass(1000);
  b.line.isHeld = true;
  b.files.write('film', large('1'));
  b.hints.give();
  await clock.pass(1000);
  expect(b.line.underWay).toBe(1);
  b.files.write('note', '1');
  await clock.pass(1000);
  expect(tree()).toEqual({ film: large('1'), note: '1' });
  b.line.release();
  await clock.pass(1000);
  expect(b.loop.status().state).toBe('idle');
  expect(b.files.tree()).toEqual(serviceTreeOf(tree()));
});

function serviceTreeOf(tree: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string | undefined> {
  return new Map(Object.entries(tree));
}

test('huge transfers leave places for others', async () => {
  const transfers = new RunningTransfers<string>({
    transfersMax: LARGE_TRANSFERS_MAX,
    hugeMax: HUGE_TRANSFERS_MAX,
    discard: async () => undefined,
    onEnd: () => undefined,
  });
  const huge = HUGE_FILE_BYTES + 1;
  let begun = 0;
  for (; transfers.hasRoom(huge); begun++) {
    transfers.begin({ key: `${begun}`, path: '', bytes: huge, run: () => new Promise(() => undefined) });
  }
  expect(begun).toBe(HUGE_TRANSFERS_MAX);
  expect(transfers.hasRoom(HUGE_FILE_BYTES)).toBe(true);
});
