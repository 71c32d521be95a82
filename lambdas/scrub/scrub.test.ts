import { beforeEach, expect, test } from '@jest/globals';
import { ChunkHash, DAY_MS, HOUR_MS } from '@syncline/protocol';
import { AuditedWorld } from '../../test/support/audited-world.ts';
import { chunkOf, type Member, sha256Hex, textBytes } from '../../test/support/in-memory-member.ts';
import { storePack } from '../../test/support/in-memory-pack.ts';
import { DynamodbScrubStore } from './dynamodb-scrub-store.ts';
import { PASSES_UNTIL_ALL_READ } from './limits.ts';
import { isSampled, runScrub } from './run-scrub.ts';
import type { ScrubProgress, ScrubStore, StoredDefect } from './scrub-store.ts';

const DAYS = 30;

let world: AuditedWorld;
let ann: Member;
let store: DynamodbScrubStore;

beforeEach(async () => {
  world = new AuditedWorld();
  ann = await world.person('ann');
  await world.put(ann, { name: 'file', text: 'one' });
  await storePack(world.service, ann, [textBytes('packed '.repeat(50))]);
  await world.put(ann, { name: 'packed', text: 'packed '.repeat(50) });
  await world.project();
  store = new DynamodbScrubStore(world.tables);
});

async function run(): Promise<{ readonly told: readonly StoredDefect[]; readonly progress: ScrubProgress }> {
  const told: StoredDefect[] = [];
  const audit = world.audit();
  const progress = await runScrub({ ...audit, store }, { daysPerPass: DAYS, tell: (defect) => told.push(defect) });
  return { told, progress };
}

/** What a whole pass tells, each defect once. */
async function pass(): Promise<readonly StoredDefect[]> {
  world.clock.advance(DAYS * DAY_MS);
  return (await run()).told;
}

const ONE = { kind: 'chunk', domain: 'shared', hash: chunkOf(textBytes('one')).hash } as const;
const KEY = `chunks/shared/${ONE.hash}`;

test('nothing is told of what is whole, and a pass begins when the days of the last one are over', async () => {
  expect(await run()).toMatchObject({ told: [], progress: { pass: 0, phase: 'rest' } });
  world.clock.advance((DAYS - 1) * DAY_MS);
  expect((await run()).progress).toMatchObject({ pass: 0, phase: 'rest' });
  world.clock.advance(DAY_MS);
  expect((await run()).progress).toMatchObject({ pass: 1, phase: 'rest' });
});

test('an object that is gone is told, kept until it is back, and then told no more', async () => {
  const bytes = await world.service.stores.objects.read(KEY);
  world.service.stores.objects.sweep(KEY);
  expect((await run()).told).toMatchObject([{ ...ONE, code: 'lost' }]);
  expect(await store.listDefects(10)).toMatchObject([{ ...ONE, code: 'lost' }]);
  world.clock.advance(HOUR_MS);
  expect((await run()).told).toMatchObject([{ ...ONE, code: 'lost' }]);
  expect(await world.findings()).toMatchObject([{ code: 'chunk-lost', path: '/file' }]);
  await world.service.stores.objects.write({ key: KEY, sha256: ONE.hash, bytes: bytes ?? new Uint8Array(0) });
  expect((await run()).told).toEqual([]);
  expect(await store.listDefects(10)).toEqual([]);
});

test('a flipped byte is found within so many passes as read everything, and fsck tells it without reading everything itself', async () => {
  world.flip(KEY);
  const pack = world.service.stores.objects.keys().find((key) => key.startsWith('packs/')) ?? '';
  world.flip(pack);
  const found = new Set<string>();
  for (let passes = 0; passes < PASSES_UNTIL_ALL_READ; passes++) for (const { hash } of await pass()) found.add(hash);
  expect([...found].toSorted()).toEqual([ONE.hash, pack.slice('packs/shared/'.length)].toSorted());
  const codes = await world.codes();
  expect(codes).toEqual(['chunk-damaged', 'pack-damaged']);
});

test('an object that a file needs and no record names is told', async () => {
  world.meddle('chunks', world.rows('chunks', new RegExp(ONE.hash), /^chunk$/), undefined);
  expect((await run()).told).toMatchObject([{ ...ONE, code: 'unrecorded' }]);
});

test('each chunk is read whole in exactly one of so many passes', () => {
  for (const text of ['a', 'b', 'c', 'd', 'e']) {
    const hash = ChunkHash.parse(sha256Hex(text));
    const passes = Array.from({ length: 2 * PASSES_UNTIL_ALL_READ }, (_, number) => isSampled({ hash }, number));
    expect(passes.filter((isRead) => isRead)).toHaveLength(2);
  }
});

test('a run that ends in the middle goes on where it was', async () => {
  for (let index = 0; index < 120; index++) await world.put(ann, { name: `f${index}`, text: `text ${index}` });
  const audit = world.audit();
  const seen: ScrubProgress[] = [];
  const dying: ScrubStore = {
    readProgress: () => store.readProgress(),
    listDefects: (limit) => store.listDefects(limit),
    putDefect: (defect) => store.putDefect(defect),
    deleteDefect: (subject) => store.deleteDefect(subject),
    writeProgress: async (progress) => {
      await store.writeProgress(progress);
      seen.push(progress);
      if (seen.length === 2) throw new Error('the process ends');
    },
  };
  await expect(runScrub({ ...audit, store: dying }, { daysPerPass: DAYS, tell: () => undefined })).rejects.toThrow(
    'the process ends',
  );
  const kept = await store.readProgress();
  expect(kept).toEqual(seen[1]);
  const { progress } = await run();
  expect(progress).toMatchObject({ pass: 0, phase: 'rest' });
  expect(progress.items).toBeGreaterThan(kept?.items ?? 0);
});
