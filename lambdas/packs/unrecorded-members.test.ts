import { expect, test } from '@jest/globals';
import { DAY_MS } from '@syncline/protocol';
import { chunkOf, textBytes } from '../../test/support/in-memory-member.ts';
import { storePack } from '../../test/support/in-memory-pack.ts';
import { SweepWorld } from '../../test/support/sweep-world.ts';
import { PACK_GRACE_MS, PACK_REST_MS } from './limits.ts';

const TEXTS = ['a', 'b', 'c', 'd'];
const STEP_MS = PACK_GRACE_MS + PACK_REST_MS + DAY_MS;

/** Files of which all chunks lie in one pack. */
async function packedFiles() {
  const world = new SweepWorld();
  const member = await world.join();
  const { pack } = await storePack(world.world.service, member, TEXTS.map(textBytes));
  for (const text of TEXTS) expect(await world.put(member, text)).toBeDefined();
  await world.project(member);
  await world.sweep();
  const { rows } = world.stores.chunks;
  const keyOf = (text: string): string => `shared#${chunkOf(textBytes(text)).hash}`;
  const records = new Map(rows);
  return { world, member, pack, lose: (text: string) => rows.delete(keyOf(text)), records, rows };
}

test.each([4, 3])(
  'a pack is kept and told while retained files need chunks in it whose records were lost: %i of 4',
  async (lost) => {
    const { world, pack, lose, records, rows } = await packedFiles();
    for (const text of TEXTS.slice(0, lost)) lose(text);
    for (let step = 0; step < 4; step++) {
      await world.age(STEP_MS);
      expect((await world.sweep())?.counts).toMatchObject({ 'packs unrecorded': 1 });
    }
    expect(world.stores.objects.keys()).toEqual([`packs/shared/${pack.hash}`]);
    // Whoever mends that finds their bytes where they were.
    for (const [key, row] of records) rows.set(key, row);
    await world.expectKept();
  },
);

test('a pack goes with the last file that needs it, though the record of a chunk in it was lost', async () => {
  const { world, member, lose } = await packedFiles();
  lose('a');
  await world.purgeAll(member);
  for (let step = 0; step < 6; step++) {
    await world.age(STEP_MS);
    await world.sweep();
  }
  expect(world.stores.objects.keys()).toEqual([]);
});

test('a sweep goes on when the object of a pack is gone that is to be rewritten: it is told as damaged, and no record changes', async () => {
  const { world, member, pack, rows } = await packedFiles();
  const [kept] = world.retained();
  for (const file of world.retained()) if (file !== kept) await world.purge(member, file);
  for (let step = 0; step < 3; step++) {
    await world.age(STEP_MS);
    // Before the last step nothing is dead yet.
    if (step === 2) world.stores.objects.sweep(`packs/shared/${pack.hash}`);
    await world.sweep();
  }
  await world.age(STEP_MS);
  expect((await world.sweep())?.counts).toMatchObject({ 'chunks kept': 4, 'packs damaged': 1 });
  expect(rows.get(`shared#${chunkOf(textBytes('a')).hash}`)).toMatchObject({ state: 'live' });
});
