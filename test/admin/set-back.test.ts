import { expect, test } from '@jest/globals';
import { rootNodeId } from '@syncline/protocol';
import { raiseEpochs } from '../../admin/raise-epochs.ts';
import { runSetBack } from '../../admin/run-set-back.ts';
import { SET_BACK_TABLES, setBack } from '../../admin/set-back.ts';
import { AuditedWorld } from '../support/audited-world.ts';
import { inside } from '../support/shared-world.ts';

const SUFFIX = '-before';

/** Takes a picture of all tables, as AWS does when it restores each into a new one. */
function restore(world: AuditedWorld, tables: readonly (typeof SET_BACK_TABLES)[number][] = SET_BACK_TABLES): void {
  const { client, tableNames } = world.tables;
  for (const table of tables) {
    for (const row of client.rows(tableNames[table])) {
      client.meddle(`${tableNames[table]}${SUFFIX}`, row, () => row);
    }
  }
}

function allRows(world: AuditedWorld, suffix = ''): readonly unknown[] {
  const { client, tableNames } = world.tables;
  return SET_BACK_TABLES.map((table) => client.rows(`${tableNames[table]}${suffix}`));
}

const access = (world: AuditedWorld) => ({ ...world.tables, clock: world.clock });
const set = (world: AuditedWorld, isDry = false) =>
  setBack(access(world), { suffix: SUFFIX, isDry, progress: () => undefined });

/** A world with a picture of an earlier moment, after which more was made, changed and deleted than one page has. */
async function later() {
  const world = new AuditedWorld();
  const ann = await world.person('ann');
  const team = await world.shareNew(ann, 'team');
  for (let file = 0; file < 20; file++) await world.put(ann, { name: `old ${file}`, text: `old ${file}` });
  await world.project();
  restore(world);
  for (let file = 0; file < 40; file++) {
    const place = { name: `new ${file}`, text: `new ${file}`, parentId: rootNodeId(team) };
    await world.put(inside(ann, team), place);
  }
  await world.project();
  return { world, ann };
}

test('every table has exactly the rows of the earlier moment, and only what differs was written', async () => {
  const { world } = await later();
  const told = await set(world);
  expect(allRows(world)).toEqual(allRows(world, SUFFIX));
  const files = told.find(({ table }) => table === 'files');
  expect(files?.same).toBeGreaterThan(20);
  expect(files?.removed).toBeGreaterThan(40);
  expect(told.find(({ table }) => table === 'accounts')?.put).toBeGreaterThan(0);
  // Repeated, it finds nothing to do.
  expect((await set(world)).every(({ put, removed }) => put === 0 && removed === 0)).toBe(true);
});

test('I-24: with the epochs raised, the service is whole, and goes on from that moment', async () => {
  const { world, ann } = await later();
  const cursor = await world.cursor(ann);
  await set(world);
  await raiseEpochs(world.audit(), { above: 0, isDry: false, progress: () => undefined });
  const answer = await world.service.invoke('listChanges', { query: { cursor } }, ann);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'cursor_reset' } });
  await world.put(ann, { name: 'newer', text: 'newer' });
  await world.project();
  expect(await world.codes()).toEqual([]);
});

test('a dry run counts what it would do, and does nothing', async () => {
  const { world } = await later();
  const before = allRows(world);
  const told = await set(world, true);
  expect(allRows(world)).toEqual(before);
  expect(await set(world)).toEqual(told);
});

test('tables that were not restored, or not yet, take nothing away', async () => {
  const { world } = await later();
  const before = allRows(world);
  const { client, tableNames } = world.tables;
  for (const row of client.rows(`${tableNames.files}${SUFFIX}`)) {
    client.meddle(`${tableNames.files}${SUFFIX}`, row, () => undefined);
  }
  await expect(set(world)).rejects.toThrow('files-before has no rows. Nothing was changed.');
  expect(allRows(world)).toEqual(before);
});

test('the command wants to know which tables they are, and says what comes next', async () => {
  const { world } = await later();
  const said: string[] = [];
  const terminal = { say: (text: string) => void said.push(text), progress: () => undefined };
  await expect(runSetBack(access(world), terminal, { suffix: undefined, isDry: true })).rejects.toThrow(
    'Nobody has said',
  );
  expect(await runSetBack(access(world), terminal, { suffix: SUFFIX, isDry: true })).toBe(0);
  expect(said.at(-1)).toContain('--yes');
  await runSetBack(access(world), terminal, { suffix: SUFFIX, isDry: false });
  expect(said.at(-1)).toContain('epochs');
});
