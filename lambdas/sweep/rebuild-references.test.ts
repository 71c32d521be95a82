import { describe, expect, test } from '@jest/globals';
import { DAY_MS, epochMs, JOURNAL_RETENTION_MS } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, type Member, textBytes } from '../../test/support/in-memory-member.ts';
import { propertyCases } from '../../test/support/property-runs.ts';
import { inside, SharedWorld } from '../../test/support/shared-world.ts';
import { type Ledgered, SweepWorld } from '../../test/support/sweep-world.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { MemorySweepIndex } from './memory-sweep-index.ts';
import { type RebuildDependencies, rebuildReferences } from './rebuild-references.ts';

const FOREVER = epochMs(8.64e15);
const TEXTS = ['a', 'b', 'c', 'd', 'e'];

async function isReferenced({ stores }: SweepWorld, text: string): Promise<boolean> {
  return stores.references.isReferenced('shared', chunkOf(textBytes(text)).hash);
}

/** An account whose files no journal tells of any more, and that was never projected. */
async function forgotten() {
  const world = new SweepWorld();
  const member = await world.join();
  const files: Ledgered[] = [];
  for (const text of TEXTS) files.push((await world.put(member, text)) as Ledgered);
  await world.age(JOURNAL_RETENTION_MS + DAY_MS);
  return { world, member, files };
}

/** Ports of a rebuild that reads one file at a time, and whose process dies after so many. */
function dyingAfter({ stores }: SweepWorld, index: MemorySweepIndex, segments: number): RebuildDependencies {
  let read = 0;
  const listFiles = async (segment: Parameters<MemorySweepIndex['listFiles']>[0]) => {
    read += 1;
    if (read > segments) throw new Error('the process has died');
    return index.listFiles({ ...segment, limit: 1 });
  };
  const dying = new Proxy(index, {
    get: (target, name) => {
      if (name === 'listFiles') return listFiles;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { ...stores, index: dying, meter: stores.telemetry };
}

describe('a journal that does not reach back to where it was projected to', () => {
  test('stops the sweep until the references are rebuilt, which the sweep does; a dry run does not', async () => {
    const { world, files, member } = await forgotten();
    await world.purge(member, files[0] as Ledgered);
    expect(await world.sweep(true)).toMatchObject({ stopped: 'journal-short', counts: {} });
    expect(await isReferenced(world, 'b')).toBe(false);
    expect(await world.sweep()).toMatchObject({ stopped: 'journal-short', counts: {} });
    for (const text of TEXTS) expect([text, await isReferenced(world, text)]).toEqual([text, text !== 'a']);
    for (let step = 0; step < 6; step++) {
      await world.age(40 * DAY_MS);
      expect(await world.sweep()).not.toHaveProperty('stopped');
    }
    await world.expectKept();
    expect(world.stores.objects.keys()).toHaveLength(TEXTS.length - 1);
  });

  test('is rebuilt while it has dead letters: they would come again for as long as it is not', async () => {
    const { world } = await forgotten();
    world.deadLetters = 3;
    expect(await world.sweep()).toMatchObject({ stopped: 'dead-letters' });
    expect(await isReferenced(world, 'e')).toBe(true);
    world.deadLetters = 0;
    expect(await world.sweep()).not.toHaveProperty('stopped');
  });

  test('is rebuilt from where the process has died, file by file, and what is committed meanwhile is projected after it', async () => {
    const { world, member } = await forgotten();
    const index = new MemorySweepIndex(world.stores);
    for (let run = 0; run < 2; run++) {
      await expect(rebuildReferences(dyingAfter(world, index, 2), FOREVER)).rejects.toThrow('the process has died');
      expect(await world.stores.references.getPosition(member.namespaceId)).toBeUndefined();
    }
    await world.put(member, 'later');
    // Two files are left at most, with the one that has come.
    expect(await rebuildReferences(dyingAfter(world, index, 2), FOREVER)).toBe(true);
    for (const text of TEXTS) expect([text, await isReferenced(world, text)]).toEqual([text, true]);
    expect(await world.stores.references.getPosition(member.namespaceId)).toEqual({ epoch: 1, seq: TEXTS.length });
    await world.project(member);
    expect(await isReferenced(world, 'later')).toBe(true);
    expect(await rebuildReferences(dyingAfter(world, index, 0), FOREVER)).toBe(false);
  });

  test('may be that of a home of which folders were shared: their files are looked at too', async () => {
    const world = new SharedWorld();
    const ann: Member = await world.person('ann');
    const folder = await world.mkdir(ann, 'team');
    const { node } = await world.put(ann, { name: 'a', text: 'a', parentId: folder.nodeId });
    const shared = inside(ann, (await world.share(ann, folder.nodeId)).namespaceId);
    await world.put(shared, { name: 'b', text: 'b' });
    await world.must(shared, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
    const { stores } = world.service;
    stores.clock.advance(JOURNAL_RETENTION_MS + DAY_MS);
    const index = new MemorySweepIndex(stores);
    expect(await rebuildReferences({ ...stores, index, meter: stores.telemetry }, FOREVER)).toBe(true);
    for (const text of ['a', 'b'])
      expect(await stores.references.isReferenced('shared', chunkOf(textBytes(text)).hash)).toBe(true);
    for (const { namespaceId } of [ann, shared]) {
      const seq = stores.namespaces.head(namespaceId)?.seq;
      expect(await stores.references.getPosition(namespaceId)).toEqual({ epoch: 1, seq });
    }
  });

  test('may be that of a shared folder alone, whose files lie at home', async () => {
    const world = new SharedWorld();
    const ann: Member = await world.person('ann');
    const shared = inside(ann, await world.shareNew(ann, 'team'));
    await world.put(shared, { name: 'a', text: 'a' });
    const { stores } = world.service;
    stores.clock.advance(JOURNAL_RETENTION_MS + DAY_MS);
    const seq = stores.namespaces.head(ann.namespaceId)?.seq ?? 0;
    await stores.references.advance(ann.namespaceId, { epoch: 1, seq });
    const index = new MemorySweepIndex(stores);
    expect(await rebuildReferences({ ...stores, index, meter: stores.telemetry }, FOREVER)).toBe(true);
    expect(await stores.references.isReferenced('shared', chunkOf(textBytes('a')).hash)).toBe(true);
  });
});

test('a head that was set back behind where its journal was projected to stops the sweep, and is projected from there after a rebuild', async () => {
  const world = new SweepWorld();
  const member = await world.join();
  await world.put(member, 'a');
  await world.project(member);
  await world.stores.references.advance(member.namespaceId, { epoch: 1, seq: 9 });
  await world.put(member, 'b');
  for (const isDry of [true, false])
    expect(await world.sweep(isDry)).toMatchObject({ stopped: 'head-behind', counts: {} });
  expect(await isReferenced(world, 'b')).toBe(true);
  expect(await world.sweep()).not.toHaveProperty('stopped');
  await world.put(member, 'c');
  await world.project(member);
  expect(await isReferenced(world, 'c')).toBe(true);
});

const step = fc.record({
  type: fc.constantFrom('put', 'put', 'restore', 'purge', 'project', 'rebuild', 'rebuild'),
  which: fc.nat(20),
  segments: fc.integer({ min: 0, max: 3 }),
});

test('rebuilds that die anywhere, beside commits, restores, purges and projections: in the end what is retained is referenced, and nothing else', async () => {
  const cases = fc.record({
    seed: fc.integer(),
    actors: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, actors }) => {
      const world = new SweepWorld({ seed });
      const member = await world.join();
      for (const text of TEXTS) await world.put(member, text);
      await world.age(JOURNAL_RETENTION_MS + DAY_MS);
      const index = new MemorySweepIndex(world.stores);
      const rebuild = async (segments: number) => {
        const ports = { ...dyingAfter(world, index, segments), namespaces: world.namespaces };
        await rebuildReferences(ports, FOREVER).catch((error: unknown) => {
          // Where others come before each of its passes over a file it gives up, and the next call goes on from there as after a death.
          if (error instanceof UnavailableError) return;
          if (!(error instanceof Error) || error.message !== 'the process has died') throw error;
        });
      };
      await world.interleaver.run(
        actors.map((steps, actor) => async () => {
          for (const { type, which, segments } of steps) {
            const chosen = world.retained()[which % Math.max(1, world.retained().length)];
            if (type === 'put') await world.put(member, `${actor} ${which}`);
            if (type === 'restore' && chosen !== undefined) await world.restore(member, chosen);
            if (type === 'purge' && chosen !== undefined) await world.purge(member, chosen);
            if (type === 'project') await world.project(member);
            if (type === 'rebuild') await rebuild(segments);
          }
        }),
      );
      await rebuild(1000);
      await world.project(member);
      const wanted = new Set(world.retained().map(({ text }) => text));
      for (const text of new Set(world.ledger.map((made) => made.text)))
        expect([text, await isReferenced(world, text)]).toEqual([text, wanted.has(text)]);
    }),
    { numRuns: propertyCases(60) },
  );
});
