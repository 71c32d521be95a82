import { describe, expect, test } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, fileOf, putChunk, textBytes } from '../../test/support/in-memory-member.ts';
import { packOf, putPack, storePack } from '../../test/support/in-memory-pack.ts';
import { propertyCases } from '../../test/support/property-runs.ts';
import { SweepWorld } from '../../test/support/sweep-world.ts';
import { PACK_GRACE_MS, PACK_REST_MS } from '../packs/limits.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { CONFIRM_MS, GRACE_MS, ORPHAN_AGE_MS, RUN_AGE_MS_MAX, UNPINNED_MS } from './limits.ts';

/** Long enough for one more step of every chunk and pack. */
const STEP_MS = Math.max(UNPINNED_MS, CONFIRM_MS, GRACE_MS, PACK_GRACE_MS) + PACK_REST_MS;

async function sweepToTheEnd(world: SweepWorld): Promise<void> {
  for (let step = 0; step < 6; step++) {
    await world.age(STEP_MS);
    await world.sweep();
  }
}

describe('a chunk that nothing needs', () => {
  test('is found unused, a day later condemned, 35 days later removed with this version of its object', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const file = await world.put(member, 'a');
    if (file === undefined) throw new Error('a file is committed');
    await world.project(member);
    await world.sweep();
    await world.purge(member, file);
    const { hash } = chunkOf(textBytes('a'));
    const stateOf = async () => (await world.index.get('shared', hash))?.state;
    const steps = [
      [UNPINNED_MS + 49 * HOUR_MS, 'unused', 'live'],
      [CONFIRM_MS - 1, 'unused', 'live'],
      [1, 'condemned', 'condemned'],
      [GRACE_MS - 1, 'condemned', 'condemned'],
      [1, 'removed', 'deleted'],
      [DAY_MS, 'kept', 'deleted'],
    ] as const;
    for (const [afterMs, outcome, state] of steps) {
      await world.age(afterMs);
      const dry = await world.sweep(true);
      const report = await world.sweep();
      expect(report?.counts).toMatchObject({ [`chunks ${outcome}`]: 1 });
      if (outcome !== 'removed') expect(dry?.counts).toMatchObject({ [`chunks ${outcome}`]: 1 });
      expect([outcome, await stateOf()]).toEqual([outcome, state]);
      expect(world.stores.objects.keys()).toEqual(state === 'deleted' ? [] : [`chunks/shared/${hash}`]);
    }
    expect(await world.put(member, 'a')).toBeDefined();
    await world.expectKept();
  });

  test('is kept while it is pinned, and lives again by whatever needs it, until it is removed', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const { hash } = chunkOf(textBytes('a'));
    const file = await world.put(member, 'a');
    if (file === undefined) throw new Error('a file is committed');
    await world.purge(member, file);
    await world.sweep();
    expect((await world.sweep(true))?.counts).toEqual({ 'chunks kept': 1, 'objects kept': 1 });
    for (let step = 0; step < 2; step++) {
      await world.age(5 * DAY_MS);
      await world.sweep();
    }
    expect((await world.index.get('shared', hash))?.state).toBe('condemned');
    await world.age(GRACE_MS);
    expect(await world.put(member, 'a')).toBeDefined();
    expect(await world.index.get('shared', hash)).toMatchObject({ state: 'live' });
    expect(await world.index.get('shared', hash)).not.toHaveProperty('condemnedAt');
    await world.project(member);
    await sweepToTheEnd(world);
    await world.expectKept();
  });

  test('is not one that a revision has that was projected, however long ago', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    expect(await world.put(member, 'a')).toBeDefined();
    await world.project(member);
    await world.sweep();
    for (let step = 0; step < 6; step++) {
      await world.age(STEP_MS);
      // Not even condemned, though the last look before its removal would find the reference too.
      expect((await world.sweep())?.counts).toMatchObject({ 'chunks kept': 1 });
    }
    await world.expectKept();
  });

  test('is not recorded again in the object that is being removed, but in the next', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const file = await world.put(member, 'a');
    if (file === undefined) throw new Error('a file is committed');
    await world.purge(member, file);
    await world.sweep();
    for (const days of [5, 5]) {
      await world.age(days * DAY_MS);
      await world.sweep();
    }
    await world.age(GRACE_MS);
    let isTold: unknown = 'never asked';
    world.meanwhile = async () => {
      isTold = await world.put(member, 'a');
    };
    await world.sweep();
    expect(isTold).toBeUndefined();
    expect(world.stores.objects.keys()).toEqual([]);
    expect(await world.put(member, 'a')).toBeDefined();
    await sweepToTheEnd(world);
    await world.expectKept();
  });
});

describe('a condemned chunk whose record is of an earlier time, to which the table was set back', () => {
  /** The chunk was removed since. */
  async function setBack() {
    const world = new SweepWorld();
    const member = await world.join();
    const file = await world.put(member, 'a');
    if (file === undefined) throw new Error('a file is committed');
    await world.purge(member, file);
    await world.sweep();
    for (const days of [5, 5]) {
      await world.age(days * DAY_MS);
      await world.sweep();
    }
    const { rows } = world.stores.chunks;
    const [[key, row] = []] = [...rows];
    expect(row).toMatchObject({ state: 'condemned' });
    await world.age(GRACE_MS);
    await world.sweep();
    expect(world.stores.objects.keys()).toEqual([]);
    if (key === undefined || row === undefined) throw new Error('a chunk has a row');
    return { world, member, rewind: () => rows.set(key, row) };
  }

  test('is not taken for stored: who puts a file of it is asked for its bytes', async () => {
    const { world, member, rewind } = await setBack();
    rewind();
    expect(await world.put(member, 'a')).toBeDefined();
    await world.expectKept();
    await world.project(member);
    await sweepToTheEnd(world);
    await world.expectKept();
  });

  test('lies in the object in which it was stored again since, and what is retained of that stays', async () => {
    const { world, member, rewind } = await setBack();
    expect(await world.put(member, 'a')).toBeDefined();
    rewind();
    await world.project(member);
    await world.expectKept();
    await sweepToTheEnd(world);
    await world.expectKept();
    expect(world.stores.objects.keys()).toHaveLength(1);
  });

  test('is told as lost, and not called live, when a reference finds nothing', async () => {
    const { world, member, rewind } = await setBack();
    expect(await world.put(member, 'a')).toBeDefined();
    await world.project(member);
    rewind();
    const [objectKey = ''] = world.stores.objects.keys();
    world.stores.objects.sweep(objectKey);
    await world.age(DAY_MS);
    expect((await world.sweep())?.counts).toMatchObject({ 'chunks lost': 1 });
    expect(await world.index.get('shared', chunkOf(textBytes('a')).hash)).toMatchObject({ state: 'condemned' });
  });
});

describe('an object that no record names', () => {
  test.each(['chunk', 'pack'] as const)('goes when it is old: a %s that was PUT and never reported', async (kind) => {
    const world = new SweepWorld();
    const member = await world.join();
    const { service } = world.world;
    const built = packOf([textBytes('a'), textBytes('b')]);
    if (kind === 'pack') expect(await putPack(service, member, built)).toBe(200);
    else {
      const body = { files: [fileOf(member.namespaceId, [textBytes('a')])] };
      const answer = await service.invoke('initiateUploads', { body }, member);
      const [missing] = answer.ok ? (answer.value.uploads[0]?.missing ?? []) : [];
      if (missing === undefined) throw new Error('a new chunk is missing');
      putChunk(service, missing, textBytes('a'));
    }
    await world.sweep();
    await world.age(ORPHAN_AGE_MS - HOUR_MS);
    await world.sweep();
    expect(service.stores.objects.keys()).toHaveLength(1);
    await world.age(HOUR_MS);
    if (kind === 'pack') {
      // First it is found out whether a chunk lies in it.
      expect((await world.sweep())?.counts).toEqual({ 'objects noted': 1 });
      await world.age(DAY_MS);
    }
    expect((await world.sweep())?.counts).toEqual({ 'objects removed': 1 });
    expect(service.stores.objects.keys()).toEqual([]);
    expect(await world.put(member, 'a')).toBeDefined();
    if (kind === 'pack') await storePack(service, member, [textBytes('c'), textBytes('d')]);
    await world.expectKept();
  });

  test('goes with the next pass, when a run ended after it was noted and before it was removed', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const { service } = world.world;
    const body = { files: [fileOf(member.namespaceId, [textBytes('a')])] };
    const answer = await service.invoke('initiateUploads', { body }, member);
    const [missing] = answer.ok ? (answer.value.uploads[0]?.missing ?? []) : [];
    if (missing === undefined) throw new Error('a new chunk is missing');
    putChunk(service, missing, textBytes('a'));
    await world.age(ORPHAN_AGE_MS);
    world.meanwhile = () => Promise.reject(new UnavailableError('the run ended here'));
    expect(await world.sweep()).toBeUndefined();
    expect(service.stores.objects.keys()).toHaveLength(1);
    await world.age(DAY_MS);
    await world.sweep();
    expect(service.stores.objects.keys()).toEqual([]);
  });

  test('is kept and told while a retained file needs it: its record was lost', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const file = await world.put(member, 'a');
    if (file === undefined) throw new Error('a file is committed');
    await world.project(member);
    await world.sweep();
    world.stores.chunks.rows.delete(`shared#${chunkOf(textBytes('a')).hash}`);
    await world.age(2 * ORPHAN_AGE_MS);
    for (const isDry of [true, false]) {
      expect((await world.sweep(isDry))?.counts).toEqual({ 'objects unrecorded': 1 });
      await world.age(DAY_MS);
    }
    expect(world.stores.objects.keys()).toHaveLength(1);
    await world.purge(member, file);
    expect((await world.sweep())?.counts).toEqual({ 'objects removed': 1 });
    expect(world.stores.objects.keys()).toEqual([]);
  });

  test('is a pack that is kept while a chunk lies in it: its own record was lost', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const { service } = world.world;
    const { pack } = await storePack(service, member, [textBytes('a'), textBytes('b')]);
    expect(await world.put(member, 'a')).toBeDefined();
    expect(await world.put(member, 'b')).toBeDefined();
    await world.project(member);
    await world.sweep();
    service.stores.packs.lose({ domain: 'shared', hash: pack.hash });
    await world.age(2 * ORPHAN_AGE_MS);
    expect((await world.sweep())?.counts).toMatchObject({ 'objects noted': 1 });
    for (let pass = 0; pass < 4; pass++) {
      await world.age(DAY_MS);
      expect((await world.sweep())?.counts).toMatchObject({ 'packs unrecorded': 1 });
      await world.expectKept();
    }
    await world.purgeAll(member);
    await sweepToTheEnd(world);
    await sweepToTheEnd(world);
    expect(world.stores.objects.keys()).toEqual([]);
  });

  test('is not confirmed once it is going', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    const { service } = world.world;
    const contents = [textBytes('a'), textBytes('b')];
    const built = packOf(contents);
    await putPack(service, member, built);
    await world.sweep();
    await world.age(ORPHAN_AGE_MS);
    await world.sweep();
    await world.age(DAY_MS);
    let answer: unknown;
    world.meanwhile = async () => {
      answer = await service.invoke('confirmPack', { body: built.pack }, member);
    };
    await world.sweep();
    expect(answer).toMatchObject({ ok: false, problem: { code: 'chunks_missing' } });
    await storePack(service, member, contents);
  });
});

describe('the sweep stops itself', () => {
  test('while there are dead letters, and goes on when there are none', async () => {
    const world = new SweepWorld();
    world.deadLetters = 1;
    expect(await world.sweep()).toMatchObject({ stopped: 'dead-letters', counts: {} });
    world.deadLetters = 0;
    expect(await world.sweep()).not.toHaveProperty('stopped');
  });

  test('while a journal is not projected that should be, unless it can be', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    await world.put(member, 'a');
    expect(await world.sweep(true)).not.toHaveProperty('stopped');
    await world.age(2 * HOUR_MS);
    expect(await world.sweep(true)).toMatchObject({ stopped: 'projection', counts: {} });
    expect(await world.sweep()).not.toHaveProperty('stopped');
    await sweepToTheEnd(world);
    await world.expectKept();
  });

  test('also while its own clock is behind that of whoever dated the entry, so that the entry seems to be new', async () => {
    const world = new SweepWorld();
    const member = await world.join();
    await world.put(member, 'a');
    await world.age(DAY_MS);
    world.aheadMs = -60 * DAY_MS;
    expect(await world.sweep(true)).toMatchObject({ stopped: 'projection', counts: {} });
    expect(await world.sweep()).not.toHaveProperty('stopped');
    const { hash } = chunkOf(textBytes('a'));
    expect(await world.stores.references.isReferenced('shared', hash)).toBe(true);
  });
});

test('a clock that jumps by months ages nothing by more than two hours a run', async () => {
  const world = new SweepWorld();
  const member = await world.join();
  const file = await world.put(member, 'a');
  if (file === undefined) throw new Error('a file is committed');
  await world.purge(member, file);
  const runs = Math.floor((CONFIRM_MS + GRACE_MS) / RUN_AGE_MS_MAX);
  for (let run = 0; run < runs; run++) {
    world.aheadMs = run % 2 === 0 ? 0 : 60 * DAY_MS;
    await world.sweep();
  }
  expect(world.stores.objects.keys()).toHaveLength(1);
});

const TEXTS = ['a', 'b', 'c'];
const action = fc.record({
  type: fc.constantFrom('put', 'put', 'restore', 'purge', 'project', 'sweep', 'sweep'),
  text: fc.constantFrom(...TEXTS),
  which: fc.nat(20),
});
const round = fc.record({
  agedDays: fc.constantFrom(0, 1, 3, 36, 80),
  jumpDays: fc.constantFrom(0, 0, 30, -30),
  actors: fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 }),
});

test('sweeps beside commits, restores, purges, uploads again and jumps of clocks: nothing that is retained goes, and all else does after its time', async () => {
  const cases = fc.record({
    seed: fc.integer(),
    faults: fc.constantFrom(0, 0.02),
    rounds: fc.array(round, { minLength: 2, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, faults, rounds }) => {
      const world = new SweepWorld({ seed, faults });
      const member = await world.join();
      for (const { agedDays, jumpDays, actors } of rounds) {
        await world.sweep();
        await world.age(agedDays * DAY_MS);
        world.aheadMs = jumpDays * DAY_MS;
        await world.interleaver.run(
          actors.map((actions) => async () => {
            for (const { type, text, which } of actions) {
              const chosen = world.retained()[which % Math.max(1, world.retained().length)];
              if (type === 'put') await world.put(member, text);
              if (type === 'restore' && chosen !== undefined) await world.restore(member, chosen);
              if (type === 'purge' && chosen !== undefined) await world.purge(member, chosen);
              if (type === 'project') await world.project(member);
              if (type === 'sweep') await world.sweep();
            }
          }),
        );
        await world.expectKept();
        // The sweep stops while the projection lags for an hour: a round is over before.
        await world.project(member);
      }
      world.aheadMs = 0;
      await sweepToTheEnd(world);
      await world.expectKept();
      await world.purgeAll(member);
      await sweepToTheEnd(world);
      expect(world.stores.objects.keys()).toEqual([]);
    }),
    { numRuns: propertyCases(60) },
  );
});
