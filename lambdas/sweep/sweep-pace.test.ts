import { expect, test } from '@jest/globals';
import { DAY_MS, epochMs, HOUR_MS, JOURNAL_RETENTION_MS, MINUTE_MS } from '@syncline/protocol';
import { SweepWorld } from '../../test/support/sweep-world.ts';
import { MemoryRemovableObjects } from './memory-removable-objects.ts';
import { MemorySweepIndex } from './memory-sweep-index.ts';
import { rebuildReferences } from './rebuild-references.ts';
import { runSweep } from './run-sweep.ts';

const TEXTS = ['a', 'b', 'c', 'd', 'e'];

/** A sweep that looks at one thing at a time, and needs so long for it. */
async function slowSweep(segmentMs: number) {
  const world = new SweepWorld();
  const member = await world.join();
  for (const text of TEXTS) await world.put(member, text);
  const { stores } = world;
  const slowly = <Segment extends object, Answer>(list: (segment: Segment) => Promise<Answer>) => {
    return (segment: Segment) => {
      stores.clock.advance(segmentMs);
      return list({ ...segment, limit: 1 });
    };
  };
  const index = new MemorySweepIndex(stores);
  index.list = slowly(index.list.bind(index));
  index.listFiles = slowly(index.listFiles.bind(index));
  const removable = new MemoryRemovableObjects(stores);
  const deadLetters = { count: async () => 0 };
  const { namespaces } = world;
  return {
    world,
    member,
    ports: { ...stores, namespaces, index, removable, deadLetters, meter: stores.telemetry },
  };
}

test('a run goes on until its time is over, and the next one goes on behind it', async () => {
  const { world, member, ports } = await slowSweep(5 * MINUTE_MS);
  await world.project(member);
  const first = await runSweep(ports, { isDry: false });
  expect(first).toMatchObject({ phase: 'records', counts: { 'chunks kept': 3 } });
  const second = await runSweep(ports, { isDry: false });
  expect(second).toMatchObject({ phase: 'rest', counts: { 'chunks kept': 2 } });
});

test('a rebuild goes on until that time is over, and the next run goes on behind it', async () => {
  const { world, ports } = await slowSweep(5 * MINUTE_MS);
  await world.age(JOURNAL_RETENTION_MS + DAY_MS);
  const untilOf = () => epochMs(world.stores.clock.now() + 8 * MINUTE_MS);
  for (let run = 0; run < 3; run++) {
    expect((await ports.index.readRebuild()) === undefined).toBe(run === 0);
    expect(await rebuildReferences(ports, untilOf())).toBe(true);
  }
  expect(await ports.index.readRebuild()).toBeUndefined();
});

test.each([
  [1, 12 * HOUR_MS],
  [2160, 12 * HOUR_MS],
  [9000, 50 * HOUR_MS],
  [12_960, 72 * HOUR_MS],
  [1_000_000, 72 * HOUR_MS],
])('a pass of %i segments is followed by the next one %i milliseconds after it began', async (segments, restMs) => {
  const { world, ports } = await slowSweep(0);
  const wallAt = world.stores.clock.now();
  const isBegun = async (sweepAt: number) => {
    await ports.index.writeProgress({ wallAt, sweepAt, phase: 'rest', begunAt: 7, segments });
    return Object.keys((await runSweep(ports, { isDry: false })).counts).length > 0;
  };
  expect(await isBegun(7 + restMs - 1)).toBe(false);
  expect(await isBegun(7 + restMs)).toBe(true);
  const progress = await ports.index.readProgress();
  // Heads, five chunks, and once for each kind of object.
  expect(progress).toMatchObject({ phase: 'rest', segments: 9 });
});
